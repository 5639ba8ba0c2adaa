// SPDX-License-Identifier: LGPL-2.1-or-later
// The live stream, one a browser: the tab that holds the lock reads it and tells the others.
//
// EventSource gives up for good at any answer but 200, so it never comes back by itself here: every
// break closes it and a new one is opened with the last position and a jittered delay. A stream that
// has been quiet for longer than two heartbeats counts as broken.
const EVENTS = [
  'hello', 'beat', 'reset', 'message', 'message_changed', 'chat_added', 'chat_changed', 'complaint', 'chat_removed', 'broadcast', 'camera',
  'person', 'pictures', 'corrections', 'enrolment', 'school', 'class', 'read', 'viewers', 'camera_state', 'probe', 'server', 'cloud', 'session_ended',
] as const;
export type EventName = (typeof EVENTS)[number];

const SILENCE_MS = 45_000;
const DELAY_FIRST_MS = 500;
const DELAY_MAX_MS = 15_000;

type Word =
  | { kind: 'event'; name: EventName; data: unknown; id: string }
  | { kind: 'state'; connected: boolean; id: string }
  | { kind: 'ask' };

interface Listener {
  onEvent(name: EventName, data: unknown): void;
  onConnected(connected: boolean): void;
  /** The stream broke; the listener looks whether the session still lives. */
  onBroken(): void;
}

export class LiveStream {
  private readonly listener: Listener;
  private readonly channel: BroadcastChannel;
  private readonly stopping = new AbortController();
  private source: EventSource | null = null;
  private leads = false;
  private connected = false;
  private position = '';
  private delayMs = DELAY_FIRST_MS;
  private retry: number | undefined;
  private silence: number | undefined;

  constructor(personId: string, listener: Listener) {
    this.listener = listener;
    this.channel = new BroadcastChannel(`urok-live-${personId}`);
    this.channel.onmessage = (event: MessageEvent<Word>) => this.onWord(event.data);
    this.channel.postMessage({ kind: 'ask' } satisfies Word);
    const { signal } = this.stopping;
    addEventListener('online', () => this.hurry(), { signal });
    addEventListener('offline', () => this.onBreak(), { signal });
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.hurry(), { signal });
    navigator.locks
      .request(`urok-live-${personId}`, { signal }, () => this.lead())
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
  }

  stop(): void {
    this.stopping.abort();
    this.close();
    clearTimeout(this.retry);
    this.channel.close();
  }

  /** Holds the lock until stop(). */
  private lead(): Promise<void> {
    this.leads = true;
    this.open();
    return new Promise((resolve) => this.stopping.signal.addEventListener('abort', () => resolve()));
  }

  private open(): void {
    clearTimeout(this.retry);
    this.close();
    const source = new EventSource(`/api/v1/live${this.position ? `?after=${encodeURIComponent(this.position)}` : ''}`);
    this.source = source;
    source.onerror = () => this.onBreak();
    for (const name of EVENTS) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (this.source === source) this.onBlock(name, event);
      });
    }
    this.listen();
  }

  private close(): void {
    clearTimeout(this.silence);
    this.source?.close();
    this.source = null;
  }

  private listen(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.onBreak(), SILENCE_MS);
  }

  private onBlock(name: EventName, event: MessageEvent<string>): void {
    this.listen();
    // A signal has no id of its own: the browser repeats the last one, which is the right position.
    if (event.lastEventId) this.position = event.lastEventId;
    this.delayMs = DELAY_FIRST_MS;
    const word: Word = { kind: 'event', name, data: JSON.parse(event.data), id: this.position };
    this.channel.postMessage(word);
    this.take(word);
    if (name === 'hello') this.setConnected(true);
  }

  private take(word: Extract<Word, { kind: 'event' }>): void {
    if (word.name !== 'beat') this.listener.onEvent(word.name, word.data);
  }

  private onBreak(): void {
    if (!this.leads || this.stopping.signal.aborted) return;
    this.close();
    this.setConnected(false);
    this.listener.onBroken();
    clearTimeout(this.retry);
    const wait = this.delayMs * (0.5 + Math.random());
    this.delayMs = Math.min(this.delayMs * 2, DELAY_MAX_MS);
    this.retry = setTimeout(() => this.open(), wait);
  }

  /** The network or the person is back: do not wait for the delay to pass. */
  private hurry(): void {
    if (!this.leads || this.connected) return;
    this.delayMs = DELAY_FIRST_MS;
    this.open();
  }

  private setConnected(connected: boolean): void {
    if (this.leads) this.channel.postMessage({ kind: 'state', connected, id: this.position } satisfies Word);
    if (connected === this.connected) return;
    this.connected = connected;
    this.listener.onConnected(connected);
  }

  private onWord(word: Word): void {
    if (word.kind === 'ask') {
      if (this.leads) this.channel.postMessage({ kind: 'state', connected: this.connected, id: this.position } satisfies Word);
      return;
    }
    if (this.leads) return;
    this.position = word.id || this.position;
    if (word.kind === 'event') this.take(word);
    else this.setConnected(word.connected);
  }
}
