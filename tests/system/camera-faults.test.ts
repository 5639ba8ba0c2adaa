// SPDX-License-Identifier: LGPL-2.1-or-later
// Cameras that misbehave, as long as they do in life, before one worker each: what is told, and what the stream costs.
import assert from 'node:assert/strict';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Camera, SMALL, SOON_SILENT, Worker, broadcastOf, follow, isCamera, isPart, isPartOf, isSegment, type CameraWord, type Part } from '../lib/broadcast.ts';
import { CAMERA } from '../lib/places.ts';
import { Process } from '../lib/process.ts';

const AS_IN_LIFE = ['--silence', '6000'];

/** Stands still for so long, as if it got no current or no CPU. Ends when it goes on. */
async function freeze(pid: number, seconds: number): Promise<void> {
  const fault = new Process('fault', 'sh', ['-c', `kill -STOP ${pid} && sleep ${seconds}; kill -CONT ${pid}`]);
  assert.equal(await fault.ended, 0);
}

const lastMsn = (worker: Worker): number => worker.control.words.filter(isPart).at(-1)?.msn ?? 0;

/** So many more segments. */
const goOn = (worker: Worker, segments: number) => worker.control.word(isSegment(lastMsn(worker) + segments));

const isOdd = (word: { word: string }): word is CameraWord => word.word === 'camera' && ((word as CameraWord).notes ?? []).includes('odd-clock');

/** Each generation's newest whole segments decode. */
async function watchAll(worker: Worker): Promise<void> {
  const whole = new Set(worker.control.words.flatMap((word) => (word.word === 'segment' ? [word.msn] : [])));
  const parts = worker.control.words.filter(isPart).filter(({ msn }) => whole.has(msn));
  for (const generation of new Set(parts.map((part) => part.generation))) {
    const msns = [...new Set(parts.filter((part) => part.generation === generation).map(({ msn }) => msn))];
    await worker.watch(generation, msns.slice(-2));
  }
}

/**
 * What a process holds. Its sockets and pipes are there as long as what they serve; a part that is just written has its
 * file, and GLib opens and closes an eventfd around each wait that can be cancelled.
 */
async function heldBy(pid: number): Promise<{ lasting: number; passing: number; threads: number }> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => 'closed')));
  const lasting = links.filter((link) => /^(socket|pipe):/.test(link)).length;
  return { lasting, passing: links.length - lasting, threads: (await readdir(`/proc/${pid}/task`)).length };
}

describe('cameras that misbehave', { concurrency: 4 }, () => {
  test('camera: gone for 30 s, it is lost at once and costs one discontinuity', async () => {
    const camera = await Camera.start();
    await using worker = await broadcastOf(camera, ...AS_IN_LIFE);
    await worker.control.word(isPartOf(0));
    await camera.kill();
    await worker.control.word(isCamera('lost'));
    const place = worker.control.words.length;
    const again = new Process('camera', 'sh', ['-c', `sleep 30; exec '${CAMERA}' --port ${camera.port} ${SMALL.join(' ')}`]);
    try {
      await worker.control.word(isCamera('live'), place);
      await goOn(worker, 1);
    } finally {
      await again.signal('SIGKILL');
    }
    assert.equal(follow(worker.control.words), 1);
    await watchAll(worker);
  });

  test('camera: frozen for 10 s, it is lost after the silence and costs one discontinuity', async () => {
    await using camera = await Camera.start();
    await using worker = await broadcastOf(camera, ...AS_IN_LIFE);
    await worker.control.word(isPartOf(0));
    const thawed = freeze(camera.process.pid, 10);
    const lost = await worker.control.word(isCamera('lost'));
    assert.equal(lost.reason, 'camera-no-video');
    const place = worker.control.words.length;
    await thawed;
    await worker.control.word(isCamera('live'), place);
    await goOn(worker, 1);
    assert.equal(follow(worker.control.words), 1);
    await watchAll(worker);
  });

  for (const who of ['camera', 'worker'] as const) {
    test(`camera: pictures that came late because the ${who} stood still for 3 s are shown all the same`, async () => {
      await using camera = await Camera.start();
      await using worker = await broadcastOf(camera);
      await worker.control.word(isPartOf(1));
      await freeze((who === 'camera' ? camera : worker).process.pid, 3);
      await goOn(worker, 3);
      assert.equal(follow(worker.control.words), 0);
      assert.deepEqual(worker.control.words.filter(isCamera('lost')), []);
      const parts = worker.control.words.filter(isPart);
      const holes = parts.slice(1).filter((part, place) => part.start_us - parts[place]!.start_us - parts[place]!.duration_us > 20_000);
      assert.deepEqual(holes, [], 'nothing is missing');
      await watchAll(worker);
    });
  }

  for (const clock of ['constant', 'backward', 'random']) {
    test(`camera: stamps that are ${clock} are seen through, and its pictures shown as they arrive`, async () => {
      await using camera = await Camera.start();
      await using worker = await broadcastOf(camera);
      await worker.control.word(isPartOf(0));
      await camera.tell(`clock ${clock}`);
      const odd = await worker.control.word(isOdd);
      assert.ok(odd.found!.video!.frame_rate_milli <= 240_000);
      const place = worker.control.words.length;
      // The stretch that was open when it was found out may end with a break; from then on there is none.
      await goOn(worker, 2);
      const settled = worker.control.words.length;
      await goOn(worker, 2);
      assert.ok(follow(worker.control.words) <= 2);
      assert.equal(follow(worker.control.words.slice(settled).filter((word) => !isPart(word) || !word.discontinuity)), 0);
      for (const part of worker.control.words.slice(place).filter(isPart)) assert.ok(Math.abs(part.start_us / 1000 - Date.now()) < 60_000, 'far from the clock');
      await watchAll(worker);
    });
  }

  for (const hours of [9, -9]) {
    test(`camera: a clock that jumps ${hours} hours three times costs nothing`, async () => {
      await using camera = await Camera.start();
      await using worker = await broadcastOf(camera);
      await worker.control.word(isPartOf(0));
      for (let i = 0; i < 3; i++) {
        await camera.tell(`jump ${hours * 3600}`);
        await worker.control.word(isPartOf(lastMsn(worker) + 1));
      }
      assert.equal(follow(worker.control.words), 0);
      await watchAll(worker);
    });
  }

  test('camera: other codec parameters in mid-stream are a new generation and one discontinuity', async () => {
    await using camera = await Camera.start('--other', 'high');
    await using worker = await broadcastOf(camera);
    await worker.control.word(isPartOf(0));
    await camera.tell('switch');
    const changed = await worker.control.word((word): word is Part => isPart(word) && word.generation === 2);
    assert.deepEqual([changed.index, changed.discontinuity, changed.independent], [0, true, true]);
    await worker.control.word((word): word is CameraWord => isCamera('live')(word) && word.found!.video!.profile === 'High');
    await goOn(worker, 1);
    assert.equal(follow(worker.control.words), 1);
    await watchAll(worker);
  });

  test('camera: B-frames that appear in mid-stream are connected anew, and shown in their order', async () => {
    await using camera = await Camera.start('--other', 'bframes');
    await using worker = await broadcastOf(camera);
    await worker.control.word(isPartOf(0));
    await camera.tell('switch');
    await worker.control.word((word): word is CameraWord => isCamera('live')(word) && word.found!.video!.profile === 'Main');
    const place = worker.control.words.length;
    await worker.control.word((word): word is Part => isPart(word) && word.discontinuity, place);
    await goOn(worker, 3);
    // The other parameters are one, the other way to take it the second.
    assert.ok(follow(worker.control.words) <= 2, `${follow(worker.control.words)} discontinuities`);
    const last = lastMsn(worker);
    const [video] = await worker.watch(2, [last - 2, last - 1]);
    assert.equal(video!.profile, 'Main');
  });

  test('camera: one that sends a packet a minute is lost, tried again, and taken when it sends as ever', async () => {
    await using camera = await Camera.start();
    await using worker = await broadcastOf(camera, ...SOON_SILENT);
    await worker.control.word(isPartOf(0));
    await camera.tell('trickle 60');
    const lost = await worker.control.word(isCamera('lost'));
    assert.equal(lost.reason, 'camera-no-video');
    const place = worker.control.words.length;
    await camera.tell('trickle 0');
    await worker.control.word(isCamera('live'), place);
    await goOn(worker, 1);
    assert.equal(follow(worker.control.words), 1);
  });

  test('camera: 20 restarts in a row cost one discontinuity each, and leave nothing behind in the worker', async () => {
    let camera = await Camera.start();
    const { port } = camera;
    await using worker = await broadcastOf(camera);
    await worker.control.word(isPartOf(0));
    const before = await heldBy(worker.process.pid);
    for (let i = 0; i < 20; i++) {
      const place = worker.control.words.length;
      await camera.kill();
      await worker.control.word(isCamera('lost'), place);
      const lost = worker.control.words.length;
      camera = await Camera.start('--port', port);
      await worker.control.word((word): word is Part => isPart(word) && word.discontinuity, lost);
    }
    // What served the last connection is let go a little after its end.
    let after = await heldBy(worker.process.pid);
    while (after.lasting > before.lasting) after = await heldBy(worker.process.pid);
    await camera.kill();
    assert.equal(follow(worker.control.words), 20);
    assert.ok(after.passing <= before.passing + 2, `${before.passing} files and wakers became ${after.passing}`);
    // GLib keeps a few threads that ended their work for the next.
    assert.ok(after.threads <= before.threads + 10, `${before.threads} threads became ${after.threads}`);
  });
});
