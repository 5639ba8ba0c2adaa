// SPDX-License-Identifier: LGPL-2.1-or-later
// A box and the cloud over a real mosquitto with certificates, on a line that is cut, loses and takes its time, and a broker
// that is killed in the middle of a batch. Needs root: network namespaces.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority } from '../lib/authority.ts';
import { assertSame, Mosquitto, startTalk, type Talk } from '../lib/brokers.ts';
import { makeNet, MIDDLE, type Cable } from '../lib/net.ts';

type Line = Talk & { cable: Cable; broker: Mosquitto } & AsyncDisposable;

async function startLine(): Promise<Line> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'urok-line-')), (path) => rm(path, { recursive: true }));
  const net = stack.use(await makeNet());
  const authority = await makeAuthority(join(folder, 'authority'));
  const broker = new Mosquitto(net.middle, join(folder, 'broker'));
  await broker.make(authority, await authority.issue('broker', { addresses: [MIDDLE] }));
  stack.defer(() => broker.kill());
  const [place, cable] = await net.place('school');
  const talk = await startTalk(stack, folder, authority, place, net.middle, { port: 8883 }, { box: MIDDLE, cloud: MIDDLE });
  const all = stack.move();
  return { ...talk, cable, broker, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Both ends write, and have it all. */
async function writeOnBoth({ box, cloud, person, length }: Talk, count: number): Promise<void> {
  await Promise.all([box.say(person, count), cloud.say(person, count)]);
  await Promise.all([box.until(length + 2 * count), cloud.until(length + 2 * count)]);
  await assertSame(box, cloud);
}

test('on a clean line both ends have the same', async () => {
  await using talk = await startLine();
  await writeOnBoth(talk, 300);
});

test('a line that loses every twentieth packet costs time and no event', async () => {
  await using talk = await startLine();
  await talk.cable.lossy(5);
  await writeOnBoth(talk, 1000);
});

test('a line by satellite, two seconds each way, brings all', async () => {
  await using talk = await startLine();
  await talk.cable.slow(2000);
  await writeOnBoth(talk, 1000);
});

test('a cable is pulled, both ends write, and it is plugged in again', async () => {
  await using talk = await startLine();
  const { box, cloud, cable, person, length } = talk;
  await cable.cut();
  await box.say(person, 500);
  await cloud.say(person, 500);
  await box.state(/off /, box.process.lines.length); // its broker is not heard any more
  await cable.plug();
  await Promise.all([box.until(length + 1000), cloud.until(length + 1000)]);
  await assertSame(box, cloud);
});

test('the broker is killed in the middle of a batch', async () => {
  await using talk = await startLine();
  const { box, cloud, broker, person, length } = talk;
  const from = box.process.lines.length;
  await broker.kill();
  await box.state(/off /, from);
  await box.say(person, 3000);
  await broker.start();
  await cloud.passes(1000);
  await broker.kill();
  await cloud.say(person, 100);
  await broker.start();
  await Promise.all([box.until(length + 3100), cloud.until(length + 3100)]);
  await assertSame(box, cloud);
});

test('either end is killed in the middle of a batch', async () => {
  await using talk = await startLine();
  const { box, cloud, broker, person, length } = talk;
  const from = box.process.lines.length;
  await broker.kill();
  await box.state(/off /, from);
  await box.say(person, 3000);
  await broker.start();
  await cloud.passes(1000);
  await cloud.kill();
  await box.kill();
  await Promise.all([cloud.again(), box.again()]);
  await Promise.all([box.until(length + 3000), cloud.until(length + 3000)]);
  await assertSame(box, cloud);
});
