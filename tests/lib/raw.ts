// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes as no library would send them, and all that is answered.
import { connect, type NetConnectOpts } from 'node:net';

export type RawAnswer = { status: number; head: string; body: string };

/** Takes answers off the text: as long as the first is whole. */
export function answersOf(text: string): RawAnswer[] {
  const all: RawAnswer[] = [];
  for (let rest = text; rest !== '';) {
    const [, status, head] = /^HTTP\/1\.1 (\d{3}) ([\s\S]*?)\r\n\r\n/.exec(rest) ?? [];
    if (head === undefined) break;
    const size = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    const begin = rest.indexOf('\r\n\r\n') + 4;
    all.push({ status: Number(status), head, body: rest.slice(begin, begin + size) });
    rest = rest.slice(begin + size);
  }
  return all;
}

/** Sends it, says that no more will come, and gives back what came until the other side closed. */
export function speak(where: NetConnectOpts, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ ...where, allowHalfOpen: true });
    socket.setEncoding('latin1');
    socket.on('data', (more) => (text += more));
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(text));
    // A refusal that was not waited for ends in a reset.
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error)));
    socket.write(bytes);
  });
}
