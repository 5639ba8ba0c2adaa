// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs that make a camera's stream playable in browsers: Urok's worker and its peers, each in a folder of its own, and
// how old the newest picture is when they tell of something new.
import { mkdir, mkdtemp, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker, isPart, type Part } from '../../lib/broadcast.ts';
import { Process } from '../../lib/process.ts';
import { freePort } from '../../lib/school.ts';

/** A camera's stream of the product's size; its pictures carry the wall clock. */
export const CAMERA_720P = ['--size', '1280x720', '--bitrate', '2000', '--stamps'];

export type Packager = {
  name: string;
  pids: number[];
  /** Where its playlist is, for those that write one. */
  folder: string;
  /** Of the newest picture when a unit was told, in milliseconds; grows. */
  ages: number[];
  /** When the first unit was told. */
  begun: Promise<void>;
  end(): Promise<void>;
};

const STAMP = 'UROKWALLCLOCKUS:';
const TS_PACKET = 188;

/** The payload of transport stream packets: a stamp may lie across two of them. */
function unwrap(file: Buffer): Buffer {
  const payloads: Buffer[] = [];
  for (let at = 0; at + TS_PACKET <= file.length; at += TS_PACKET) {
    const control = (file[at + 3]! >> 4) & 3;
    const begin = control & 2 ? 5 + file[at + 4]! : 4;
    if (control & 1 && begin < TS_PACKET) payloads.push(file.subarray(at + begin, at + TS_PACKET));
  }
  return Buffer.concat(payloads);
}

/** When the newest picture in a file left the camera's encoder, in milliseconds. */
function newestStamp(file: Buffer, isTs: boolean): number | undefined {
  const bytes = isTs ? unwrap(file) : file;
  const place = bytes.lastIndexOf(STAMP);
  return place < 0 ? undefined : Number(bytes.toString('latin1', place + STAMP.length, place + STAMP.length + 16)) / 1000;
}

export async function startWorker(url: string, partMs = 400): Promise<Packager> {
  const worker = await Worker.start(undefined, '--silence', '6000', '--answer', '5000');
  const ages: number[] = [];
  let isEnded = false;
  worker.broadcast(url, { part_ms: partMs });
  const follow = async (): Promise<void> => {
    for (let place = 0; !isEnded;) {
      const part = await worker.control.word((word): word is Part => isPart(word), place).catch(() => undefined);
      if (part === undefined) return;
      const told = Date.now();
      place = worker.control.words.indexOf(part) + 1;
      const file = await readFile(worker.file(`part_${part.msn}_${part.index}.m4s`)).catch(() => undefined);
      const stamp = file && newestStamp(file, false);
      if (stamp !== undefined) ages.push(told - stamp);
    }
  };
  void follow();
  return {
    name: `urok-broadcast, ${partMs} ms`,
    pids: [worker.process.pid],
    folder: worker.folder,
    ages,
    begun: worker.control.word(isPart).then(() => undefined),
    end: async () => {
      isEnded = true;
      await worker.end();
    },
  };
}

/** One that writes a playlist `index.m3u8` into its folder: a segment is told when it stands there. */
async function follow(name: string, folder: string, processes: Process[]): Promise<Packager> {
  const ages: number[] = [];
  const stopped = new AbortController();
  let begin!: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const run = async (): Promise<void> => {
    let last = '';
    for await (const _ of watch(folder, { signal: stopped.signal })) {
      const told = Date.now();
      const playlist = await readFile(join(folder, 'index.m3u8'), 'utf8').catch(() => '');
      const newest = playlist.trim().split('\n').findLast((line) => line !== '' && !line.startsWith('#')) ?? '';
      if (newest === '' || newest === last) continue;
      last = newest;
      begin();
      const file = await readFile(join(folder, newest)).catch(() => undefined);
      const stamp = file && newestStamp(file, newest.endsWith('.ts'));
      if (stamp !== undefined) ages.push(told - stamp);
    }
  };
  void run().catch((error: Error) => {
    if (!stopped.signal.aborted) throw error;
  });
  return {
    name, folder, ages, begun,
    pids: processes.map(({ pid }) => pid),
    end: async () => {
      stopped.abort();
      for (const process of processes) await process.signal('SIGKILL');
      await rm(join(folder, '..'), { recursive: true });
    },
  };
}

async function folderOf(name: string): Promise<string> {
  const folder = join(await mkdtemp('/dev/shm/urok-bench-'), name);
  await mkdir(folder);
  return folder;
}

export async function startFfmpeg(url: string): Promise<Packager> {
  const folder = await folderOf('ffmpeg');
  const ffmpeg = new Process('ffmpeg', 'ffmpeg', ['-nostdin', '-v', 'error', '-rtsp_transport', 'tcp', '-i', url, '-c', 'copy', '-f', 'hls',
    '-hls_time', '2', '-hls_segment_type', 'fmp4', '-hls_flags', 'delete_segments', '-hls_list_size', '12',
    '-hls_fmp4_init_filename', 'init.mp4', join(folder, 'index.m3u8')]);
  return follow('ffmpeg -c copy -f hls', folder, [ffmpeg]);
}

export async function startHlssink(url: string): Promise<Packager> {
  const folder = await folderOf('hlssink');
  const launch = new Process('hlssink2', 'gst-launch-1.0', ['-q', 'rtspsrc', `location=${url}`, 'protocols=tcp', 'name=s',
    's.', '!', 'application/x-rtp,media=video', '!', 'rtph264depay', '!', 'h264parse', '!', 'queue', '!', 'k.video',
    's.', '!', 'application/x-rtp,media=audio', '!', 'rtpmp4gdepay', '!', 'aacparse', '!', 'queue', '!', 'k.audio',
    'hlssink2', 'name=k', 'target-duration=2', `location=${join(folder, 's%05d.ts')}`, `playlist-location=${join(folder, 'index.m3u8')}`]);
  return follow('hlssink2', folder, [launch]);
}

/** nginx-rtmp takes no RTSP: ffmpeg hands it over. What it costs is both. */
export async function startRtmp(url: string): Promise<Packager> {
  const folder = await folderOf('rtmp');
  const port = await freePort();
  const file = join(folder, '..', 'nginx.conf');
  await writeFile(file, `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; ${process.getuid!() === 0 ? 'user root root;' : ''} pid ${folder}/../pid; error_log stderr notice;
events { worker_connections 64; }
rtmp { server { listen 127.0.0.1:${port}; application live {
  live on; hls on; hls_path ${folder}; hls_fragment 2s; hls_playlist_length 24s; } } }
`);
  const nginx = new Process('nginx-rtmp', '/usr/sbin/nginx', ['-e', 'stderr', '-c', file]);
  await nginx.line(/rtmp|built by|using/);
  const push = new Process('ffmpeg to nginx-rtmp', 'ffmpeg', ['-nostdin', '-v', 'error', '-rtsp_transport', 'tcp', '-i', url,
    '-c', 'copy', '-f', 'flv', `rtmp://127.0.0.1:${port}/live/index`]);
  return follow('nginx-rtmp behind ffmpeg', folder, [push, nginx]);
}
