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

const isProblem = (type: string | null): boolean => type?.startsWith('application/problem+json') ?? false;

/** What an answer that is no success means, however it was asked for. */
export function problemFrom(status: number, type: string | null, body: any, retryAfter: string | null): Problem | NoAnswer {
  if (!isProblem(type) || !body) {
    if (status >= 500 || status === 429) return new NoAnswer(String(status));
    return new Problem(status, status === 404 ? 'not-found' : 'invalid', '');
  }
  const reason = String(body.type).startsWith(PREFIX) ? body.type.slice(PREFIX.length) : 'internal';
  const after = Number(retryAfter);
  return new Problem(status, reason as Reason, body.detail ?? '', body.field, after > 0 ? after : undefined);
}

async function problemOf(response: Response): Promise<Problem | NoAnswer> {
  const type = response.headers.get('Content-Type');
  return problemFrom(response.status, type, isProblem(type) ? await response.json() : null, response.headers.get('Retry-After'));
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
