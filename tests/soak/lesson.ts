// SPDX-License-Identifier: LGPL-2.1-or-later
// A broadcast of the soak: its camera and what befalls it, its viewers and whether they go on.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Camera } from '../lib/broadcast.ts';
import { ask, type Reply } from '../lib/request.ts';
import type { Person, School } from '../lib/school.ts';
import { findWorker } from './weighing.ts';

export type Fault = 'stall' | 'jump' | 'freeze' | 'restart' | 'kill';

const VIEWERS = 5;
// A fault, and time to recover. Six of them between two kills: a worker that lived for a minute is started at once.
const BETWEEN_MS = 12_000;
// Of a viewer without a new part; a small machine may be busy.
const PATIENCE_MS = 90_000;
const ACTIVITY_MS = 60_000;

export class Lesson {
  readonly slug: string;
  parts = 0;
  faults = 0;
  /** What the first viewer who was stuck said. */
  stuck: string | undefined;
  #school: School;
  #viewers: Person[];
  #camera: Camera;
  #chance: () => number;

  private constructor(school: School, slug: string, viewers: Person[], camera: Camera, chance: () => number) {
    this.#school = school;
    this.slug = slug;
    this.#viewers = viewers;
    this.#camera = camera;
    this.#chance = chance;
  }

  static async begin(school: School, admin: Person, name: string, chance: () => number): Promise<Lesson> {
    const camera = await Camera.start();
    const { id } = await admin.post('/api/v1/cameras', { name, url: camera.url });
    const { slug } = await admin.post('/api/v1/broadcasts', { camera: id, title: 'Урок', audience: { school: true } });
    const viewers = await Promise.all(Array.from({ length: VIEWERS }, (_, i) => school.signIn(`pupil${i + 1}`)));
    const lesson = new Lesson(school, slug, viewers, camera, chance);
    await lesson.#follow(viewers[0]!, 0, (msn) => msn > 0);
    return lesson;
  }

  async #get(viewer: Person, file: string): Promise<Reply> {
    return ask({ host: '127.0.0.1', port: this.#school.port }, 'GET', `/live/${this.slug}/${file}`, { cookie: viewer.cookie });
  }

  /** As a player: a reload that is held, then the newest part. */
  async #follow(viewer: Person, until: number, enough: (msn: number) => boolean = () => false): Promise<void> {
    let query = '';
    let newest = '';
    let since = Date.now();
    let told = Date.now();
    while (until === 0 || Date.now() < until) {
      const { status, text } = await this.#get(viewer, `index.m3u8${query}`);
      const hint = /PRELOAD-HINT:TYPE=PART,URI="part_(\d+)_(\d+)/.exec(text);
      const part = [...text.matchAll(/#EXT-X-PART:.*URI="([^"]+)"/g)].at(-1)?.[1] ?? '';
      assert.ok([200, 400, 404, 503].includes(status), `a reload was answered ${status}: ${text}`);
      if (status === 200 && part !== newest) {
        // It may be gone already when the machine is busy; what counts is that there are new ones.
        const reply = await this.#get(viewer, part);
        assert.ok([200, 404].includes(reply.status), `${part} was answered ${reply.status}`);
        newest = part;
        since = Date.now();
        this.parts += 1;
        // A page says that its player plays: a session that nobody uses ends after half an hour.
        if (Date.now() - told > ACTIVITY_MS) {
          told = Date.now();
          await viewer.post('/api/v1/me/activity', {});
        }
      } else if (Date.now() - since > PATIENCE_MS) {
        this.stuck ??= `${this.slug}: nothing new after ${newest} for ${PATIENCE_MS / 1000} s; the last answer: ${status} ${text.slice(-300)}`;
        since = Date.now();
      }
      if (hint && enough(Number(hint[1]))) return;
      query = hint && status === 200 ? `?_HLS_msn=${hint[1]}&_HLS_part=${hint[2]}` : '';
      if (status !== 200) await pause(500); // as a player does
    }
  }

  async watch(until: number): Promise<void> {
    await Promise.all(this.#viewers.map((viewer) => this.#follow(viewer, until)));
  }

  async #befall(fault: Fault): Promise<void> {
    if (fault === 'stall') await this.#camera.tell('stall 1.5');
    if (fault === 'jump') await this.#camera.tell(this.#chance() < 0.5 ? 'jump 5' : 'jump -5');
    if (fault === 'freeze') {
      process.kill(this.#camera.process.pid, 'SIGSTOP');
      await pause(4000);
      process.kill(this.#camera.process.pid, 'SIGCONT');
    }
    if (fault === 'restart') {
      const { port } = this.#camera;
      await this.#camera.kill();
      await pause(this.#chance() * 3000);
      this.#camera = await Camera.start('--port', port);
    }
    if (fault === 'kill') process.kill(await findWorker(join(this.#school.folder, 'run', 'broadcast', this.slug)), 'SIGKILL');
  }

  async suffer(until: number, faults: Fault[]): Promise<void> {
    for (let i = 0; Date.now() + BETWEEN_MS < until; i += 1) {
      await pause(BETWEEN_MS / 2);
      await this.#befall(faults[i % faults.length]!);
      this.faults += 1;
      await pause(BETWEEN_MS / 2);
    }
  }

  async end(): Promise<void> {
    await this.#camera.kill();
  }
}
