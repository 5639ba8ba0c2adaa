// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures for tests: the small ones that the fuzzers begin with, and large ones that are made here.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';
import { BUILD, PROJECT } from './places.ts';

const run = promisify(execFile);

/** Where it lies in a folder of files. */
export const placeOf = (folder: string, address: string): string => join(folder, address.slice(0, 2), address);

/** As a box or the cloud keeps it; its address. */
export async function keepFile(folder: string, content: Buffer): Promise<string> {
  const address = createHash('sha256').update(content).digest('hex');
  await mkdir(join(folder, address.slice(0, 2)), { recursive: true });
  await writeFile(placeOf(folder, address), content);
  return address;
}

/** Into the data of a box that is stopped: a teacher for each of these pairs of files, large and small; who they are. */
export async function addPictures(data: string, pictures: string[][]): Promise<string[]> {
  const child = run(join(BUILD, 'tests/lib/replica'), ['picture', data]);
  child.child.stdin!.end(pictures.map((names) => `${names.join(' ')}\n`).join(''));
  return (await child).stdout.trim().split('\n');
}

/** A picture of tests/fuzz/seeds/picture: 32 wide, 24 high, red on the left with a green corner, blue on the right. */
export const seed = (name: string): Promise<Buffer> => readFile(join(PROJECT, 'tests/fuzz/seeds/picture', name));

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const size = Buffer.alloc(4);
  const sum = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}

/** A PNG of one grey tone whose head says width and height, and which holds `rows` of them. */
export function greyPng(width: number, height: number, rows = height): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const lines = Buffer.alloc((width + 1) * rows, 128);
  for (let row = 0; row < rows; row += 1) lines[row * (width + 1)] = 0; // no filter
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/** A photograph as a phone takes it, of noise: 4000 x 3000, and padded to so many bytes. */
export async function photo(bytes: number): Promise<Buffer> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'nullsrc=s=4000x3000,geq=random(1)*255:128:128',
    '-frames:v', '1', '-q:v', '12', '-f', 'mjpeg', '-'], { encoding: 'buffer', maxBuffer: 2 ** 26 });
  return Buffer.concat([stdout, Buffer.alloc(Math.max(0, bytes - stdout.length))]);
}

export type Pixels = { width: number; height: number; at(x: number, y: number): [number, number, number] };

/** What a browser would see of a picture. */
export async function pixelsOf(picture: Buffer): Promise<Pixels> {
  const child = execFile('ffmpeg', ['-v', 'error', '-i', '-', '-f', 'image2pipe', '-c:v', 'ppm', '-'], { encoding: 'buffer', maxBuffer: 2 ** 24 });
  const chunks: Buffer[] = [];
  child.stdout!.on('data', (data) => chunks.push(Buffer.from(data)));
  child.stdin!.end(picture);
  const status = await new Promise((resolve) => child.on('close', resolve));
  const ppm = Buffer.concat(chunks);
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 40).toString('latin1'));
  if (status !== 0 || head === null) throw new Error(`this is no picture: ${status}`);
  const [width, height] = [Number(head[1]), Number(head[2])];
  const at = (x: number, y: number): [number, number, number] => {
    const place = head[0].length + (y * width + x) * 3;
    return [ppm[place]!, ppm[place + 1]!, ppm[place + 2]!];
  };
  return { width, height, at };
}
