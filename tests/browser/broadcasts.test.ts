// SPDX-License-Identifier: LGPL-2.1-or-later
// A broadcast from its start to its end: the class watches with picture and sound, nobody else sees it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser, type Visitor } from '../lib/browser.ts';
import { castOf } from '../lib/cast.ts';
import { startCamera, startSchool } from '../lib/school.ts';
import { workerOf } from '../lib/viewer.ts';

const TITLE = 'Математика для своих';

/** The picture moves: time and decoded frames grow from one look to the next. */
async function moves({ page }: Visitor): Promise<void> {
  const frames = () => page.evaluate(() => {
    const video = document.querySelector('video')!;
    return { time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames, width: video.videoWidth };
  });
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0);
  const first = await frames();
  await page.waitForFunction((then: any) => {
    const video = document.querySelector('video')!;
    return video.currentTime > then.time + 1 && video.getVideoPlaybackQuality().totalVideoFrames > then.frames + 15;
  }, first);
  assert.ok(first.width >= 640, `the picture is ${first.width} wide`);
}

const soundBytes = ({ page }: Visitor) => page.evaluate(() => (document.querySelector('video') as any).webkitAudioDecodedByteCount as number);

test('started, watched with picture and sound, seen by its audience only, ended for everybody at once', async () => {
  await using school = await startSchool({ nginx: true });
  const cast = await castOf(school);
  await using camera = await startCamera();
  const administrator = await school.signIn(cast.administrator.login);
  await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: camera.url });
  await using browser = await openBrowser();
  const teacher = await browser.person(school, cast.teacher.login);
  const pupil = await browser.person(school, cast.pupil.login, { phone: true });
  const outsider = await browser.person(school, cast.outsider.login);
  await pupil.page.getByRole('link', { name: /Трансляции/ }).click();
  await outsider.page.getByRole('link', { name: /Трансляции/ }).click();
  await outsider.page.getByText('Сейчас трансляций нет').waitFor();

  await teacher.page.getByRole('link', { name: /Трансляции/ }).click();
  await teacher.page.getByRole('link', { name: 'Начать трансляцию' }).click();
  await teacher.page.getByLabel('Название').fill(TITLE);
  const own = teacher.page.getByRole('group', { name: `${cast.schoolClass.title} класс` });
  await own.getByRole('checkbox', { name: 'ученики' }).setChecked(true);
  await teacher.page.getByRole('button', { name: 'Начать', exact: true }).click();
  await teacher.page.getByRole('heading', { level: 1, name: TITLE }).waitFor();

  await pupil.page.getByRole('link', { name: new RegExp(TITLE) }).click();
  await pupil.page.bringToFront();
  await moves(pupil);
  const silenced = pupil.page.locator('.player__sound').getByRole('button', { name: 'Включить звук' });
  if (await silenced.count()) await silenced.click();
  const sound = await soundBytes(pupil);
  await pupil.page.waitForFunction((then: number) => (document.querySelector('video') as any).webkitAudioDecodedByteCount > then, sound);
  await pupil.page.getByText(/отставание \d+,\d с/).waitFor();
  await teacher.page.getByText(/^[1-9]\d* зрител/).waitFor();

  assert.equal(await outsider.page.getByText(TITLE).count(), 0);
  await outsider.open(new URL(teacher.page.url()).pathname);
  await outsider.page.getByRole('heading', { name: 'Такой страницы нет' }).or(outsider.page.getByText('Такой страницы нет')).first().waitFor();

  await teacher.page.getByRole('button', { name: 'Завершить' }).click();
  await teacher.page.getByRole('alertdialog').getByRole('button', { name: 'Завершить' }).click();
  await Promise.all([teacher, pupil].map(({ page }) => page.getByText('Трансляция закончилась').waitFor()));
  assert.equal(await pupil.page.locator('video').count(), 0);
});

test('a lost camera is said over the last picture, and the picture goes on by itself when it is back', async () => {
  await using school = await startSchool({ nginx: true });
  const cast = await castOf(school);
  const first = await startCamera();
  const { port } = new URL(first.url);
  const administrator = await school.signIn(cast.administrator.login);
  const { id: camera } = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: first.url });
  const { id } = await administrator.post('/api/v1/broadcasts', { camera, title: TITLE, audience: { school: true } });
  await using browser = await openBrowser();
  const pupil = await browser.person(school, cast.pupil.login, { at: `/broadcasts/${id}` });
  await moves(pupil);

  await first.process.signal('SIGKILL');
  const words = pupil.page.getByText('Нет картинки с камеры. Подключаемся снова.');
  await words.waitFor();
  await using again = await startCamera('--port', port);
  await words.waitFor({ state: 'detached' });
  await moves(pupil);
  assert.equal(again.url, first.url);
});

test('the worker is killed, then urokd: the picture goes on by itself', async () => {
  await using school = await startSchool({ nginx: true });
  const cast = await castOf(school);
  await using camera = await startCamera();
  const administrator = await school.signIn(cast.administrator.login);
  const { id: added } = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: camera.url });
  const { id, slug } = await administrator.post('/api/v1/broadcasts', { camera: added, title: TITLE, audience: { school: true } });
  await using browser = await openBrowser();
  const pupil = await browser.person(school, cast.pupil.login, { at: `/broadcasts/${id}` });
  await moves(pupil);

  const pid = await workerOf(school, slug);
  process.kill(pid, 'SIGKILL');
  await beyond(pupil);
  assert.notEqual(await workerOf(school, slug), pid);

  await school.kill();
  await school.start();
  await beyond(pupil);
});

/** Further than any player has its picture in store: what is shown came afterwards. */
async function beyond({ page }: Visitor): Promise<void> {
  const look = () => page.evaluate(() => {
    const video = document.querySelector('video')!;
    return { time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames };
  });
  const then = await look();
  await page.waitForFunction(({ time, frames }: { time: number; frames: number }) => {
    const video = document.querySelector('video')!;
    return video.currentTime > time + 6 && video.getVideoPlaybackQuality().totalVideoFrames > frames + 75;
  }, then, { timeout: 60_000 });
}
