// SPDX-License-Identifier: LGPL-2.1-or-later
// What a broadcast's worker costs: CPU of one core, memory, and how old the newest picture is when it can be
// fetched; beside `ffmpeg -c copy -f hls` on a camera of the same kind in the same run. Prints a table; nothing
// here passes or fails by the clock. --long measures for two minutes.
import { mkdir, mkdtemp, readFile, rm, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Camera, Worker, isPart, type Part } from '../lib/broadcast.ts';
import { Process } from '../lib/process.ts';
import { cpuOf, megabytesOf } from '../lib/weigh.ts';

const SECONDS = process.argv.includes('--long') ? 120 : 30;
const CAMERA = ['--size', '1280x720', '--bitrate', '2000', '--stamps'];
const STAMP = 'UROKWALLCLOCKUS:';

type Row = { name: string; unit: string; cpu: number; pss: number; ages: number[] };

/** When the newest picture in a file left the camera's encoder, in milliseconds. */
function newestStamp(file: Buffer): number | undefined {
  const place = file.lastIndexOf(STAMP);
  return place < 0 ? undefined : Number(file.toString('latin1', place + STAMP.length, place + STAMP.length + 16)) / 1000;
}

async function measure(name: string, unit: string, pid: number, ages: number[]): Promise<Row> {
  await after(5000); // the beginning is not what lasts
  ages.length = 0;
  const begun = performance.now();
  const before = await cpuOf(pid);
  await after(SECONDS * 1000);
  const cpu = (await cpuOf(pid)) - before;
  return { name, unit, cpu: cpu / 10 / (performance.now() - begun), pss: await megabytesOf(pid, 'Pss'), ages };
}

async function benchWorker(part_ms: number): Promise<{ row: Promise<Row>; end: () => Promise<void> }> {
  const camera = await Camera.start(...CAMERA);
  const worker = await Worker.start();
  const ages: number[] = [];
  let ended = false;
  worker.broadcast(camera.url, { part_ms });
  const follow = async (): Promise<void> => {
    for (let place = 0; !ended;) {
      const part = await worker.control.word((word): word is Part => isPart(word), place).catch(() => undefined);
      if (part === undefined) return;
      const told = Date.now();
      place = worker.control.words.indexOf(part) + 1;
      const stamp = newestStamp(await readFile(worker.file(`part_${part.msn}_${part.index}.m4s`)));
      if (stamp !== undefined) ages.push(told - stamp);
    }
  };
  void follow();
  return {
    row: measure(`urok-broadcast, ${part_ms} ms`, 'part', worker.process.pid, ages),
    end: async () => {
      ended = true;
      await camera.kill();
      await worker.end();
    },
  };
}

async function benchFfmpeg(): Promise<{ row: Promise<Row>; end: () => Promise<void> }> {
  const camera = await Camera.start(...CAMERA);
  const folder = join(await mkdtemp('/dev/shm/urok-test-'), 'hls');
  await mkdir(folder);
  const ages: number[] = [];
  const stopped = new AbortController();
  const ffmpeg = new Process('ffmpeg', 'ffmpeg', ['-nostdin', '-v', 'error', '-rtsp_transport', 'tcp', '-i', camera.url, '-c', 'copy', '-f', 'hls', '-hls_time', '2',
    '-hls_segment_type', 'fmp4', '-hls_flags', 'delete_segments', '-hls_list_size', '12', '-hls_fmp4_init_filename', 'init.mp4', join(folder, 'index.m3u8')]);
  const follow = async (): Promise<void> => {
    let last = '';
    try {
      for await (const { filename } of watch(folder, { signal: stopped.signal })) {
        if (filename !== 'index.m3u8') continue;
        const told = Date.now();
        const newest = (await readFile(join(folder, 'index.m3u8'), 'utf8')).trim().split('\n').findLast((line) => !line.startsWith('#')) ?? '';
        if (newest === last) continue;
        last = newest;
        const stamp = newestStamp(await readFile(join(folder, newest)));
        if (stamp !== undefined) ages.push(told - stamp);
      }
    } catch (error) {
      if (!stopped.signal.aborted && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
  void follow();
  return {
    row: measure('ffmpeg -c copy -f hls, 2 s', 'segment', ffmpeg.pid, ages),
    end: async () => {
      stopped.abort();
      await ffmpeg.signal('SIGKILL');
      await camera.kill();
      await rm(join(folder, '..'), { recursive: true });
    },
  };
}

const middle = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

const benches = [await benchWorker(400), await benchWorker(200), await benchFfmpeg()];
const rows = await Promise.all(benches.map(({ row }) => row));
for (const { end } of benches) await end();
console.log(`A camera of 1280x720, 25 pictures a second, 2 Mbit/s, AAC; ${SECONDS} s; a process each, all in the same run`);
console.log('| | CPU of a core | PSS | age of the newest picture when told, median (max) | what is told |');
console.log('|---|---|---|---|---|');
for (const { name, unit, cpu, pss, ages } of rows) {
  console.log(`| ${name} | ${cpu.toFixed(2)} % | ${pss.toFixed(1)} MB | ${middle(ages).toFixed(0)} ms (${Math.max(...ages).toFixed(0)}) | ${ages.length} ${unit}s |`);
}
process.exit(0);
