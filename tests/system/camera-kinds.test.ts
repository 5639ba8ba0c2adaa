// SPDX-License-Identifier: LGPL-2.1-or-later
// Cameras of all kinds before one worker each: what is found, and whether what comes out plays without a word from ffmpeg.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Camera, Worker, broadcastOf, follow, isCamera, isSegment, type CameraWord, type Film } from '../lib/broadcast.ts';
import { pluginsWithoutBad } from '../lib/plugins.ts';
import { Process } from '../lib/process.ts';
import { freePort } from '../lib/school.ts';

const run = promisify(execFile);

/** The first two whole segments: four seconds. */
async function watchTwo(worker: Worker): Promise<Film[]> {
  await worker.control.word(isSegment(1));
  return worker.watch(1, [0, 1]);
}

const live = (worker: Worker): Promise<CameraWord> => worker.control.word(isCamera('live'));

describe('cameras of all kinds', { concurrency: 3 }, () => {
  for (const [profile, name] of [['baseline', 'Constrained Baseline'], ['main', 'Main'], ['high', 'High']] as const) {
    test(`camera: H.264 ${name} with AAC is passed through`, async () => {
      await using camera = await Camera.start('--profile', profile);
      await using worker = await broadcastOf(camera);
      const { found } = await live(worker);
      assert.equal(found!.video!.profile, name);
      assert.deepEqual([found!.audio!.codec, found!.playable, found!.audible, found!.transport], ['AAC', true, true, 'tcp']);
      const [video, audio] = await watchTwo(worker);
      assert.deepEqual([video!.codec_name, video!.profile, video!.width], ['h264', name, 320]);
      assert.deepEqual([audio!.codec_name, audio!.sample_rate], ['aac', '48000']);
      assert.ok(Number(video!.nb_read_frames) >= 80, 'four seconds of pictures');
      assert.equal(follow(worker.control.words), 0);
    });
  }

  test('camera: B-frames from the start are shown in order and decode clean', async () => {
    await using camera = await Camera.start('--profile', 'bframes');
    await using worker = await broadcastOf(camera);
    assert.equal((await live(worker)).found!.video!.profile, 'Main');
    await worker.control.word(isSegment(2));
    // One picture of the first connection may stand before: then the order was found out.
    const [video, audio] = await worker.watch(1, [1, 2]);
    assert.deepEqual([video!.codec_name, audio!.codec_name], ['h264', 'aac']);
    assert.ok(Number(video!.nb_read_frames) >= 80, 'four seconds of pictures');
    assert.ok(follow(worker.control.words) <= 1);
  });

  for (const [audio, name] of [['pcma', 'G.711 A-law'], ['pcmu', 'G.711 µ-law']] as const) {
    test(`camera: ${name} is heard, as AAC`, async () => {
      await using camera = await Camera.start('--audio', audio);
      await using worker = await broadcastOf(camera);
      const { found, notes } = await live(worker);
      assert.deepEqual(found!.audio, { codec: name, rate: 8000, channels: 1 });
      assert.deepEqual([found!.playable, found!.audible, found!.missing_package, notes], [true, true, null, null]);
      const films = await watchTwo(worker);
      assert.deepEqual([films[1]!.codec_name, films[1]!.profile, films[1]!.sample_rate], ['aac', 'LC', '48000']);
      assert.ok(Number(films[1]!.nb_read_frames) >= 120, 'four seconds of sound');
      assert.equal(follow(worker.control.words), 0);
    });
  }

  test('camera: without sound there is one track, and nothing is missed', async () => {
    await using camera = await Camera.start('--audio', 'none');
    await using worker = await broadcastOf(camera);
    const { found, notes } = await live(worker);
    assert.deepEqual([found!.audio, found!.playable, notes], [null, true, null]);
    assert.deepEqual((await watchTwo(worker)).map(({ codec_name }) => codec_name), ['h264']);
  });

  test('camera: H.265 is named and not played', async () => {
    await using camera = await Camera.start('--codec', 'h265');
    await using worker = await broadcastOf(camera);
    const lost = await worker.control.word(isCamera('lost'));
    assert.equal(lost.reason, 'camera-codec');
    assert.equal(lost.found!.video!.codec, 'H.265');
    assert.deepEqual([lost.found!.playable, lost.found!.not_playable_reason], [false, 'camera-codec']);
  });

  // Another hand's server: it answers 461 to TCP and sends over UDP only.
  test('camera: VLC, which has UDP only, is taken over UDP', async () => {
    await using vlc = await startVlc();
    await using worker = await broadcastOf(vlc);
    const { found } = await live(worker);
    assert.deepEqual([found!.video!.codec, found!.audio!.codec, found!.transport], ['H.264', 'AAC', 'udp']);
    const films = await watchTwo(worker);
    assert.deepEqual(films.map(({ codec_name }) => codec_name), ['h264', 'aac']);
  });

  test('camera: without GStreamer\'s bad set a plain camera plays, G.711 is seen and not heard, B-frames are not shown, and the package is named', async () => {
    const { place, environment } = await pluginsWithoutBad();
    try {
      {
        await using camera = await Camera.start('--audio', 'pcma');
        await using worker = await Worker.startWith(environment);
        worker.broadcast(camera.url);
        const { found, notes } = await live(worker);
        assert.deepEqual(found!.audio, { codec: 'G.711 A-law', rate: 8000, channels: 1 });
        assert.deepEqual([found!.playable, found!.audible, found!.missing_package], [true, false, 'gstreamer1.0-plugins-bad']);
        assert.deepEqual(notes, ['audio-codec']);
        assert.deepEqual((await watchTwo(worker)).map(({ codec_name }) => codec_name), ['h264']);
      }
      {
        await using camera = await Camera.start('--profile', 'bframes', '--audio', 'none');
        await using worker = await Worker.startWith(environment);
        worker.broadcast(camera.url);
        const { reason, found } = await worker.control.word(isCamera('lost'));
        assert.equal(reason, 'camera-plugin-missing');
        assert.deepEqual([found!.playable, found!.not_playable_reason, found!.missing_package], [false, 'camera-plugin-missing', 'gstreamer1.0-plugins-bad']);
      }
      {
        await using camera = await Camera.start();
        await using worker = await Worker.startWith(environment);
        worker.broadcast(camera.url);
        const { found } = await live(worker);
        assert.deepEqual([found!.playable, found!.audible, found!.missing_package], [true, true, null]);
      }
    } finally {
      await rm(place, { recursive: true });
    }
  });
});

/** VLC refuses to run as root: then it is nobody. */
async function startVlc(): Promise<{ url: string } & AsyncDisposable> {
  const place = await mkdtemp('/dev/shm/urok-vlc-');
  const film = join(place, 'film.mp4');
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=25:duration=20', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=20',
    '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-profile:v', 'baseline', '-g', '25', '-b:v', '300k', '-c:a', 'aac', '-ac', '1', film]);
  await chmod(place, 0o755);
  await mkdir(join(place, 'home'), { mode: 0o777 });
  await chmod(join(place, 'home'), 0o777);
  const url = `rtsp://127.0.0.1:${await freePort()}/lesson`;
  const words = ['cvlc', '-I', 'dummy', film, '--loop', '--sout', `#rtp{sdp=${url}}`, '--sout-keep'];
  const nobody = process.getuid!() === 0 ? ['setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups'] : [];
  const [program, ...rest] = [...nobody, ...words];
  const vlc = new Process('vlc', program!, rest, { HOME: join(place, 'home') });
  return {
    url,
    async [Symbol.asyncDispose]() {
      await vlc.signal('SIGKILL');
      await rm(place, { recursive: true });
    },
  };
}
