// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests for a broadcast's media that wait in urokd: made until they are known to wait, answered later.
import assert from 'node:assert/strict';
import type { Reply } from './request.ts';

/** urokd lets so many requests of one session wait for one broadcast. */
const WAITING_MAX = 16;

type Get = (path: string) => Promise<Reply>;

export type Edge = { msn: number; hint: string; files: string[] };

/** What a playlist names now: its newest segment, the part that is announced, the files that are there. */
export async function edgeOf(get: Get, playlist: string): Promise<Edge> {
  const { status, text } = await get(playlist);
  assert.equal(status, 200, text);
  const [, hint, msn] = /EXT-X-PRELOAD-HINT:TYPE=PART,URI="(part_(\d+)_\d+\.m4s)"/.exec(text)!;
  const files = [...text.matchAll(/URI="([^"]+)"|^(seg_\d+\.m4s)$/gm)].map(([, uri, file]) => uri ?? file!);
  return { msn: Number(msn), hint: hint!, files: files.filter((file) => file !== hint) };
}

/**
 * Reloads and announced parts that wait, as many as a session may have: one more than that is asked for, and it
 * alone is refused. The camera must stand still; what it gave before may still come true, then it begins anew.
 */
export async function holdAll(get: Get, playlist: string): Promise<Promise<Reply>[]> {
  for (;;) {
    const { msn, hint } = await edgeOf(get, playlist);
    const paths = Array.from({ length: WAITING_MAX + 1 }, (_, i) =>
      (i % 2 ? playlist.replace('index.m3u8', hint) : `${playlist}?_HLS_msn=${msn + 1}`));
    const asked = paths.map((path, place) => get(path).then((reply) => ({ reply, place })));
    const first = await Promise.race(asked);
    const others = asked.filter((_, place) => place !== first.place).map(async (one) => (await one).reply);
    if (first.reply.status === 429) return others;
    // A part that was on its way: all of these end with their connections, or with the next pictures.
    assert.ok([200, 404].includes(first.reply.status), `${first.reply.status} ${first.reply.text}`);
    await Promise.all(others);
  }
}
