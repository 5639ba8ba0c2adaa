// SPDX-License-Identifier: LGPL-2.1-or-later
// One HTTP request and its whole answer, over a Unix socket, TCP, or TLS where the protocol is https.
import { request, type IncomingHttpHeaders } from 'node:http';
import { request as requestOverTls, type RequestOptions } from 'node:https';

export type Wish = {
  cookie?: string;
  /** Sent as JSON; a string or bytes go as they are. */
  body?: unknown;
  /** On top of what a page of ours sends; undefined takes a header away. */
  headers?: Record<string, string | undefined>;
};

export type Reply = { status: number; headers: IncomingHttpHeaders; text: string; bytes: Buffer; body: any };

export function headersOf({ cookie, body, headers }: Wish): Record<string, string> {
  const all: Record<string, string | undefined> = {
    'Sec-Fetch-Site': 'same-origin',
    'X-Forwarded-For': '127.0.0.1',
    Cookie: cookie,
    'Content-Type': body === undefined ? undefined : 'application/json',
    ...headers,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export function bytesOf(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parse(text: string, type: string | undefined): any {
  return text !== '' && /json/.test(type ?? '') ? JSON.parse(text) : undefined;
}

export async function ask(where: RequestOptions, method: string, path: string, wish: Wish = {}): Promise<Reply> {
  const bytes = bytesOf(wish.body);
  const headers = headersOf(wish);
  if (bytes !== undefined) headers['Content-Length'] ??= String(bytes.length);
  return new Promise((resolve, reject) => {
    const begin = where.protocol === 'https:' ? requestOverTls : request;
    const asking = begin({ ...where, method, path, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of response) chunks.push(chunk);
      } catch (error) {
        reject(error);
        return;
      }
      const all = Buffer.concat(chunks);
      const text = all.toString();
      resolve({
        status: response.statusCode!, headers: response.headers, text, bytes: all,
        body: parse(text, response.headers['content-type']),
      });
    });
    asking.on('error', reject);
    asking.end(bytes);
  });
}
