// SPDX-License-Identifier: LGPL-2.1-or-later
// The queue of messages that are on their way: sent in order, each with one key on every try.
import type { QueryClient } from '@tanstack/react-query';
import { newKey, NoAnswer, Problem, request } from '../api/request';
import type { Message, Quote, Reason } from '../api/types';
import { isConnected, onConnection } from '../live/connection';
import { bumpChat } from './chat-list';
import { type Kept, keptFor } from './kept';
import { addToWindow } from './message-window';

export interface Pending {
  key: string;
  chatId: string;
  text: string;
  replyTo: Quote | null;
  at: string;
  /** Set once the daemon said no. */
  failed: Reason | null;
}

const RETRY_MS = 4_000;

/** These pass; anything else that the daemon says stands. */
const PASSING: readonly Reason[] = ['busy', 'unavailable', 'internal', 'too-many-tries'];

export class Outbox {
  readonly kept: Kept<Pending[]>;
  private readonly cache: QueryClient;
  private readonly stopping = new AbortController();
  private readonly lock: string;
  private running = false;
  private retry: number | undefined;
  private readonly unsubscribe: () => void;

  constructor(cache: QueryClient, personId: string) {
    this.cache = cache;
    this.kept = keptFor<Pending[]>(personId, 'outbox', []);
    this.lock = `urok-outbox-${personId}`;
    this.unsubscribe = onConnection(() => isConnected() && this.run());
    this.run();
  }

  stop(): void {
    this.stopping.abort();
    this.unsubscribe();
    clearTimeout(this.retry);
  }

  send(chatId: string, text: string, replyTo: Quote | null): void {
    const pending: Pending = { key: newKey(), chatId, text, replyTo, at: new Date().toISOString(), failed: null };
    this.kept.set([...this.kept.reread(), pending]);
    this.run();
  }

  again(key: string): void {
    this.kept.set(this.kept.reread().map((p) => (p.key === key ? { ...p, failed: null } : p)));
    this.run();
  }

  drop(key: string): void {
    this.kept.set(this.kept.reread().filter((p) => p.key !== key));
  }

  /** One tab of the browser sends at a time; the lock keeps the order. */
  private run(): void {
    if (this.running || this.stopping.signal.aborted) return;
    this.running = true;
    clearTimeout(this.retry);
    navigator.locks
      .request(this.lock, { signal: this.stopping.signal }, () => this.empty())
      .catch(() => false)
      .then((done) => {
        this.running = false;
        const left = this.kept.reread().some((p) => p.failed === null);
        if (left && !this.stopping.signal.aborted) this.retry = setTimeout(() => this.run(), done ? 0 : RETRY_MS);
      });
  }

  private async empty(): Promise<boolean> {
    for (;;) {
      const next = this.kept.reread().find((p) => p.failed === null);
      if (!next || this.stopping.signal.aborted) return true;
      if (!(await this.post(next))) return false;
    }
  }

  /** False: nobody answered, the queue waits. */
  private async post(pending: Pending): Promise<boolean> {
    try {
      const message = await request<Message>(`/api/v1/chats/${pending.chatId}/messages`, {
        method: 'POST',
        key: pending.key,
        body: pending.replyTo ? { text: pending.text, reply_to: pending.replyTo.id } : { text: pending.text },
        signal: this.stopping.signal,
      });
      const own = { ...message, client_id: pending.key };
      addToWindow(this.cache, pending.chatId, own);
      bumpChat(this.cache, pending.chatId, own);
      this.drop(pending.key);
      return true;
    } catch (error) {
      if (error instanceof NoAnswer || this.stopping.signal.aborted) return false;
      if (error instanceof Problem && (PASSING.includes(error.reason) || error.reason === 'unauthenticated')) return false;
      const reason = error instanceof Problem ? error.reason : 'internal';
      this.kept.set(this.kept.reread().map((p) => (p.key === pending.key ? { ...p, failed: reason } : p)));
      return true;
    }
  }
}
