// SPDX-License-Identifier: LGPL-2.1-or-later
// What was typed and not yet sent, kept on the device for one person: drafts and the queue.
import { useSyncExternalStore } from 'react';

/** A value under one key of the browser's storage, shared by all tabs. */
export class Kept<T> {
  private readonly key: string;
  private readonly empty: T;
  private readonly listeners = new Set<() => void>();
  private value: T;

  constructor(key: string, empty: T) {
    this.key = key;
    this.empty = empty;
    this.value = this.read();
    addEventListener('storage', (event) => {
      if (event.key === this.key || event.key === null) this.reread();
    });
  }

  get(): T {
    return this.value;
  }

  set(value: T): void {
    this.value = value;
    try {
      localStorage.setItem(this.key, JSON.stringify(value));
    } catch {
      // The storage is full or switched off: it is kept for as long as the page is open.
    }
    this.tell();
  }

  /** Another tab may have written between two turns of this one. */
  reread(): T {
    this.value = this.read();
    this.tell();
    return this.value;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private read(): T {
    try {
      const text = localStorage.getItem(this.key);
      return text === null ? this.empty : (JSON.parse(text) as T);
    } catch {
      return this.empty;
    }
  }

  private tell(): void {
    this.listeners.forEach((listener) => listener());
  }
}

export const useKept = <T>(kept: Kept<T>): T => useSyncExternalStore(kept.subscribe, () => kept.get());

const PREFIX = 'urok.kept.';

const stores = new Map<string, Kept<unknown>>();

export function keptFor<T>(personId: string, what: string, empty: T): Kept<T> {
  const key = `${PREFIX}${what}.${personId}`;
  const known = stores.get(key) as Kept<T> | undefined;
  if (known) return known;
  const made = new Kept<T>(key, empty);
  stores.set(key, made as Kept<unknown>);
  return made;
}

/** At sign-out: nothing of this person stays on the device. */
export function forget(personId: string): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && key.endsWith(`.${personId}`)) localStorage.removeItem(key);
  }
}
