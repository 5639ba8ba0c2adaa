// SPDX-License-Identifier: LGPL-2.1-or-later
// The demo camera and a media worker under test, and what the worker says on its control socket.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { BUILD, CAMERA, PROJECT } from './places.ts';
import { Process } from './process.ts';
import { freePort } from './school.ts';

const run = promisify(execFile);

export const WORKER = join(BUILD, 'workers/broadcast/urok-broadcast');
export const PIPELINES = join(PROJECT, 'gst-pipelines');

/** Pauses of a worker in tests. A lost camera is tried again soon; but one that is slow is not lost: machines are busy. */
export const IMPATIENT = ['--retry', '100', '--silence', '15000', '--answer', '15000'];
/** Where a camera that says nothing is what is tested; a machine under load is as silent for a second or two. */
export const SOON_SILENT = ['--silence', '4000'];

// Leaks of a library are known by who called it, and GLib has no frame pointers to follow.
const SANITIZED = { ASAN_OPTIONS: `${process.env['ASAN_OPTIONS'] ?? ''}:fast_unwind_on_malloc=0` };

export type Part = { word: 'part'; msn: number; index: number; generation: number; discontinuity: boolean; start_us: number; duration_us: number; independent: boolean };
export type Segment = { msn: number; generation: number; discontinuity: boolean; complete: boolean; start_us: number; duration_us: number; parts: [number, number, boolean][] };
export type Found = { video: { codec: string; profile: string; width: number; height: number; frame_rate_milli: number } | null; audio: { codec: string; rate: number; channels: number } | null; playable: boolean; audible: boolean; not_playable_reason: string | null; missing_package: string | null; transport: string | null };
export type CameraWord = { word: 'camera'; state: string; reason: string | null; detail: string | null; found: Found | null; notes: string[] | null };
export type State = { word: 'state'; broadcast: string | null; generation: number; part_target_us: number; target_duration_s: number; discontinuity_sequence: number; segments: Segment[]; camera: CameraWord };
export type Word = Part | CameraWord | State | { word: 'segment'; msn: number; duration_us: number } | { word: 'step'; step: string } | { word: 'fault'; reason: string; over: boolean; count: number }
  | { word: 'result'; reason: string | null; detail: string | null; found: Found | null; has_still: boolean; still_missing_package: string | null };

/** Small pictures, so that many cameras fit on a small machine. */
export const SMALL = ['--size', '320x180', '--bitrate', '300'];

export class Camera implements AsyncDisposable {
  readonly process: Process;
  readonly url: string;

  private constructor(process: Process, url: string) {
    this.process = process;
    this.url = url;
  }

  /** Its port is nobody else's, also while it is away: one that the kernel gives is given to the next who asks. */
  static async start(...words: string[]): Promise<Camera> {
    const port = words.includes('--port') ? [] : ['--port', String(await freePort())];
    const process = new Process('camera', CAMERA, [...port, ...SMALL, ...words], { ASAN_OPTIONS: 'detect_leaks=0' });
    const line = await process.line(/^listening /);
    return new Camera(process, line.split(' ')[1]!);
  }

  get port(): string {
    return new URL(this.url.replace('rtsp:', 'http:')).port;
  }

  async tell(command: string): Promise<void> {
    const from = this.process.lines.length;
    this.process.tell(command);
    await this.process.line(new RegExp(`^done ${command}$`), from);
  }

  /** Gone like a camera whose power was cut. */
  async kill(): Promise<void> {
    if (this.process.isRunning) await this.process.signal('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

type Waiter = { wanted: (word: Word) => boolean; resolve: (word: Word) => void; reject: (error: Error) => void };

/** A connection to a worker's control socket. */
export class Control {
  readonly words: Word[] = [];
  #socket: Socket;
  #waiters: Waiter[] = [];
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => this.#take(JSON.parse(line)));
    this.closed = new Promise((resolve) => socket.on('close', () => {
      for (const { reject } of this.#waiters) reject(new Error(`the worker closed; last:\n${this.#last()}`));
      resolve();
    }));
    socket.on('error', () => undefined);
  }

  #last(): string {
    return this.words.slice(-20).map((word) => JSON.stringify(word)).join('\n');
  }

  /** Connects as soon as the worker listens. */
  static async open(folder: string, worker: Process): Promise<Control> {
    for (;;) {
      const socket = connect(join(folder, 'control'));
      const connected = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      if (connected) return new Control(socket);
      if (!worker.isRunning) throw new Error(`the worker ended: ${worker.lines.join('\n')}`);
    }
  }

  #take(word: Word): void {
    this.words.push(word);
    for (const waiter of this.#waiters.filter(({ wanted }) => wanted(word))) waiter.resolve(word);
    this.#waiters = this.#waiters.filter(({ wanted }) => !wanted(word));
  }

  say(word: object): void {
    this.#socket.write(`${JSON.stringify(word)}\n`);
  }

  /** The first word that is wanted, said already (from a place on) or later. */
  async word<W extends Word>(wanted: (word: Word) => word is W, from?: number): Promise<W>;
  async word(wanted: (word: Word) => boolean, from?: number): Promise<Word>;
  async word(wanted: (word: Word) => boolean, from = 0): Promise<Word> {
    const said = this.words.slice(from).find(wanted);
    return said ?? new Promise((resolve, reject) => this.#waiters.push({ wanted, resolve, reject }));
  }

  close(): void {
    this.#socket.destroy();
  }
}

export const isPart = (word: Word): word is Part => word.word === 'part';
export const isState = (word: Word): word is State => word.word === 'state';
export const isCamera = (state: string) => (word: Word): word is CameraWord => word.word === 'camera' && word.state === state;
export const isSegment = (msn: number) => (word: Word): word is Extract<Word, { word: 'segment' }> => word.word === 'segment' && word.msn >= msn;
export const isPartOf = (msn: number) => (word: Word): word is Part => isPart(word) && word.msn >= msn;

/** How many discontinuities there are from the first part on; the numbers have no hole, and time does not run backwards. */
export function follow(words: Word[]): number {
  const parts = words.filter(isPart);
  parts.slice(1).forEach((part, place) => {
    const before = parts[place]!;
    assert.ok(part.msn === before.msn ? part.index === before.index + 1 : part.msn === before.msn + 1 && part.index === 0,
      `${before.msn}.${before.index} is followed by ${part.msn}.${part.index}`);
    assert.ok(part.start_us >= before.start_us + before.duration_us - 50, 'time runs backwards');
  });
  return new Set(parts.filter(({ discontinuity }) => discontinuity).map(({ msn }) => msn)).size;
}

/** A stream as ffprobe shows it. */
export type Film = { codec_name: string; profile: string; width?: number; height?: number; sample_rate?: string; nb_read_frames: string };

/** A worker alone in a folder of its own. */
export class Worker implements AsyncDisposable {
  readonly folder: string;
  process: Process;
  control: Control;

  private constructor(folder: string, process: Process, control: Control) {
    this.folder = folder;
    this.process = process;
    this.control = control;
  }

  static async start(folder?: string, ...words: string[]): Promise<Worker> {
    return Worker.startWith({}, folder, ...words);
  }

  /** With more in its environment. */
  static async startWith(environment: Record<string, string>, folder?: string, ...words: string[]): Promise<Worker> {
    const place = folder ?? join(await mkdtemp('/dev/shm/urok-test-'), 'camera');
    const process = new Process('urok-broadcast', WORKER, ['--directory', place, '--pipelines', PIPELINES, ...IMPATIENT, ...words], { ...SANITIZED, ...environment });
    return new Worker(place, process, await Control.open(place, process));
  }

  broadcast(url: string, more: object = {}): void {
    this.control.say({ word: 'start', url, transport: 'auto', networks: ['127.0.0.0/8'], broadcast: 'one', part_ms: 400, segment_ms: 2000, ...more });
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** Plays whole segments of a generation as a browser would: what is in them. Fails with any word of ffmpeg's. */
  async watch(generation: number, msns: number[]): Promise<Film[]> {
    const names = [`init_${generation}.mp4`, ...msns.map((msn) => `seg_${msn}.m4s`)];
    const film = this.file('film.mp4');
    await writeFile(film, Buffer.concat(await Promise.all(names.map((name) => readFile(this.file(name))))));
    const { stdout, stderr } = await run('ffprobe', ['-v', 'warning', '-count_frames', '-show_entries',
      'stream=codec_name,profile,width,height,sample_rate,nb_read_frames', '-of', 'json', film]);
    assert.equal(stderr, '');
    return JSON.parse(stdout).streams;
  }

  /** Like the kernel's killer: nothing is said. Another one goes on in the folder. */
  async killAndRestart(): Promise<Worker> {
    await this.process.signal('SIGKILL');
    this.control.close();
    return Worker.start(this.folder);
  }

  async end(): Promise<void> {
    this.control.close();
    try {
      await this.process.stop();
    } finally {
      await rm(join(this.folder, '..'), { recursive: true, force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** A worker that broadcasts a camera. */
export async function broadcastOf(camera: { url: string }, ...words: string[]): Promise<Worker> {
  const worker = await Worker.start(undefined, ...words);
  worker.broadcast(camera.url);
  return worker;
}

/** The worker's other form: one look at a camera. */
export async function probe(url: string, more: object = {}, words: string[] = []): Promise<{ steps: string[]; result: Extract<Word, { word: 'result' }> }> {
  const process = new Process('urok-broadcast probe', WORKER, ['probe', '--pipelines', PIPELINES, ...IMPATIENT, ...words], SANITIZED);
  process.tell(JSON.stringify({ word: 'probe', url, transport: 'auto', networks: ['127.0.0.0/8'], ...more }));
  await process.ended;
  const said = process.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Word);
  const result = said.find((word) => word.word === 'result');
  if (result === undefined) throw new Error(`no result: ${process.lines.join('\n')}`);
  return { steps: said.flatMap((word) => (word.word === 'step' ? [word.step] : [])), result };
}
