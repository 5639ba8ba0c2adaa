// SPDX-License-Identifier: LGPL-2.1-or-later
// A reader of the live stream: its blocks in order, one awaited after the other.
import { request } from 'node:http';
import { request as requestOverTls, type RequestOptions } from 'node:https';
import { headersOf } from './request.ts';

export type Block = { event: string; id: string | undefined; data: any };

export class Stream {
  readonly blocks: Block[] = [];
  /** The status of the answer; blocks come only with 200. */
  status = 0;
  readonly ended: Promise<void>;
  #position = 0;
  #waiting: (() => void)[] = [];
  #isOver = false;
  #close: () => void;

  constructor(close: () => void, ended: Promise<void>) {
    this.#close = close;
    this.ended = ended.then(() => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** The position of the newest block that has one. */
  get lastId(): string | undefined {
    return this.blocks.findLast(({ id }) => id !== undefined)?.id;
  }

  add(block: Block): void {
    this.blocks.push(block);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The next block of that name (and that is so); those before it are passed over. */
  async next(event: string, isSo: (data: any) => boolean = () => true): Promise<Block> {
    for (;;) {
      while (this.#position < this.blocks.length) {
        const block = this.blocks[this.#position++]!;
        if (block.event === event && isSo(block.data)) return block;
      }
      if (this.#isOver) throw new Error(`the stream ended before ${event}: ${JSON.stringify(this.blocks.slice(-5))}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async close(): Promise<void> {
    this.#close();
    await this.ended;
  }
}

function parseBlock(text: string): Block {
  const block: Block = { event: 'message', id: undefined, data: undefined };
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === 'event') block.event = value!;
    if (name === 'id') block.id = value;
    if (name === 'data') block.data = JSON.parse(value!);
  }
  return block;
}

/** Opens it and waits for the answer's head: `status` tells whether there is a stream. The place is urokd's socket, or nginx's host and port. */
export async function openStream(place: string | RequestOptions, cookie: string | undefined, after?: string): Promise<Stream> {
  const where: RequestOptions = typeof place === 'string' ? { socketPath: place } : place;
  const path = after === undefined ? '/api/v1/live' : `/api/v1/live?after=${encodeURIComponent(after)}`;
  return new Promise((resolve, reject) => {
    const headers = { ...headersOf({ cookie }), Accept: 'text/event-stream' };
    const begin = where.protocol === 'https:' ? requestOverTls : request;
    const asking = begin({ ...where, path, headers, agent: false }, (response) => {
      let rest = '';
      const ended = new Promise<void>((end) => response.on('close', end));
      const stream = new Stream(() => asking.destroy(), ended);
      stream.status = response.statusCode!;
      response.setEncoding('utf8');
      response.on('error', () => undefined); // told by `ended`
      response.on('data', (text: string) => {
        const parts = (rest + text).split('\n\n');
        rest = parts.pop()!;
        for (const part of parts.filter((one) => !/^(:.*)?$/.test(one))) stream.add(parseBlock(part));
      });
      resolve(stream);
    });
    asking.on('error', reject);
    asking.end();
  });
}
