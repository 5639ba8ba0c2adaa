// SPDX-License-Identifier: LGPL-2.1-or-later
// From the classroom to the page: the demo camera draws the wall clock into its picture as squares, and a page reads them
// back from each picture that Chromium shows. Urok's own watch page beside GStreamer's hlssink2 in hls.js, both at once.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { openBrowser, type Page } from '../../lib/browser.ts';
import { NODE_MODULES } from '../../lib/places.ts';
import type { School } from '../../lib/school.ts';
import { startHlssink, type Packager } from './packagers.ts';
import { isLong, row } from './row.ts';

const SETTLING_PICTURES = 150; // a player catches up with its target at first
const PICTURES = isLong ? 1000 : 250;

type Seen = { ages: number[]; unreadable: number; dropped: number };

/** In the page: ages in milliseconds of so many pictures that were shown, by the squares of demo/barcode.h. */
async function readPictures([settling, wanted]: [number, number]): Promise<Seen> {
  const video = document.querySelector('video')!;
  const square = 8;
  const bits = 32;
  const canvas = new OffscreenCanvas(bits * square, square);
  const drawing = canvas.getContext('2d', { willReadFrequently: true })!;
  const seen: Seen = { ages: [], unreadable: 0, dropped: 0 };
  const ageNow = (): number | undefined => {
    const side = video.videoWidth / 40;
    drawing.drawImage(video, 0, 0, bits * side, side, 0, 0, canvas.width, canvas.height);
    const { data } = drawing.getImageData(0, square / 2, canvas.width, 1);
    let time = 0;
    let sum = 0;
    for (let bit = 0; bit < bits; bit++) {
      const isWhite = data[(bit * square + square / 2) * 4]! > 128 ? 1 : 0;
      if (bit < 24) time = time * 2 + isWhite;
      else sum = sum * 2 + isWhite;
    }
    if ((((time >> 16) + (time >> 8) + time) & 0xff) !== sum) return undefined;
    return (Date.now() - time) % 0x1000000;
  };
  await new Promise<void>((resolve) => {
    let pictures = 0;
    const onPicture = (): void => {
      const age = ++pictures > settling ? ageNow() : -1;
      if (age === undefined) seen.unreadable++;
      else if (age >= 0) seen.ages.push(age);
      if (seen.ages.length + seen.unreadable >= wanted) resolve();
      else video.requestVideoFrameCallback(onPicture);
    };
    video.requestVideoFrameCallback(onPicture);
  });
  seen.dropped = video.getVideoPlaybackQuality().droppedVideoFrames;
  return seen;
}

const TYPES: Record<string, string> = { '.m3u8': 'application/vnd.apple.mpegurl', '.ts': 'video/mp2t', '.js': 'text/javascript' };
const PAGE = `<!doctype html><video muted autoplay></video><script src="/hls.min.js"></script>
<script>const hls = new Hls(); hls.loadSource('/index.m3u8'); hls.attachMedia(document.querySelector('video'));</script>`;

/** A page that plays what the packager writes, as hls.js plays it when nothing is set. */
async function servePlain(packager: Packager): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const name = request.url!.slice(1);
    const file = name === 'hls.min.js' ? join(NODE_MODULES, 'hls.js/dist', name) : join(packager.folder, name);
    if (name === '') {
      response.setHeader('Content-Type', 'text/html').end(PAGE);
      return;
    }
    readFile(file).then(
      (bytes) => response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

const at = (ages: number[], share: number): number => [...ages].sort((a, b) => a - b)[Math.floor(ages.length * share)]! / 1000;

async function seenIn(page: Page): Promise<Seen> {
  await page.locator('video').waitFor();
  return page.evaluate(readPictures, [SETTLING_PICTURES, PICTURES]);
}

export async function glassToGlass(school: School, broadcast: string, cameraUrl: string): Promise<void> {
  const peer = await startHlssink(cameraUrl);
  await peer.begun;
  const plain = await servePlain(peer);
  await using browser = await openBrowser();
  const visitor = await browser.person(school, 'orlova');
  await visitor.open(`/broadcasts/${broadcast}`);
  const other = await visitor.context.browser().newPage();
  await other.goto(plain.url);
  const [mine, theirs] = await Promise.all([seenIn(visitor.page), seenIn(other)]);
  const what = 'from the classroom to the page in Chromium';
  row({ part: 'media', what: `${what}, median`, figure: at(mine.ages, 0.5), unit: 's', beside: peer.name, reference: at(theirs.ages, 0.5),
    most: 1.5, most_ratio: 0.5 });
  row({ part: 'media', what: 'the same: p95', figure: at(mine.ages, 0.95), unit: 's', beside: peer.name, reference: at(theirs.ages, 0.95) });
  row({ part: 'media', what: 'the same: pictures whose clock could not be read', figure: mine.unreadable, unit: '', beside: peer.name,
    reference: theirs.unreadable });
  row({ part: 'media', what: 'the same: pictures dropped', figure: mine.dropped, unit: '', beside: peer.name, reference: theirs.dropped });
  await other.close();
  plain.close();
  await peer.end();
}
