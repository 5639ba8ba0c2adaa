// SPDX-License-Identifier: LGPL-2.1-or-later
// One way to ask the daemon: JSON in, JSON out, problems as errors.
import type { Reason } from './types';

const PREFIX = 'urn:urok:problem:';

/** The daemon answered and said no. */
export class Problem extends Error {
  readonly status: number;
  readonly reason: Reason;
  readonly field: string | undefined;
  readonly retryAfterS: number | undefined;

  constructor(status: number, reason: Reason, detail: string, field?: string, retryAfterS?: number) {
    super(detail);
    this.status = status;
    this.reason = reason;
    this.field = field;
    this.retryAfterS = retryAfterS;
  }
}

/** Nobody answered: no network, or the daemon is just starting. What was asked may be asked again. */
export class NoAnswer extends Error {}

interface Ask {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  body?: unknown;
  key?: string;
  signal?: AbortSignal;
}

let whenSignedOut: () => void = () => undefined;

/** Called once, by the root: what to do when a session has ended. */
export function onSignedOut(handler: () => void): void {
  whenSignedOut = handler;
}

export const signedOut = (): void => whenSignedOut();

async function problemOf(response: Response): Promise<Problem | NoAnswer> {
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json');
  if (!isProblem) {
    if (response.status >= 500 || response.status === 429) return new NoAnswer(String(response.status));
    return new Problem(response.status, response.status === 404 ? 'not-found' : 'invalid', response.statusText);
  }
  const body = await response.json();
  const reason = String(body.type).startsWith(PREFIX) ? body.type.slice(PREFIX.length) : 'internal';
  const after = Number(response.headers.get('Retry-After'));
  return new Problem(response.status, reason as Reason, body.detail ?? '', body.field, after > 0 ? after : undefined);
}

export async function request<T>(path: string, ask: Ask = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (ask.body !== undefined) headers['Content-Type'] = 'application/json';
  if (ask.key) headers['Idempotency-Key'] = ask.key;
  let response: Response;
  try {
    response = await fetch(path, {
      method: ask.method ?? 'GET',
      headers,
      body: ask.body === undefined ? undefined : JSON.stringify(ask.body),
      signal: ask.signal,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (ask.signal?.aborted) throw error;
    throw new NoAnswer('network');
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem instanceof Problem && problem.reason === 'unauthenticated') whenSignedOut();
    throw problem;
  }
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new NoAnswer('cut off');
  }
}

export const newKey = (): string => crypto.randomUUID();
