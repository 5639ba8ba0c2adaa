// SPDX-License-Identifier: LGPL-2.1-or-later
// The same conversation over other brokers: RabbitMQ's and NATS's clusters of three of Debian 13, whose nodes are killed in
// the middle of a batch, and that release's mosquitto. Needs root, and a root of Debian 13 that ./test cloud makes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority } from '../lib/authority.ts';
import { assertSame, Mosquitto, SyncEnd } from '../lib/brokers.ts';
import { Cluster, NATS, PASSWORD, RABBITMQ, USER, type Kind } from '../lib/clusters.ts';
import { makeNet, MIDDLE } from '../lib/net.ts';

const [FOR_BOXES, FOR_CLOUD] = ['10.77.0.51', '10.77.0.52'];

async function talkOver(kind: Kind, mqtt: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'urok-cluster-')), (path) => rm(path, { recursive: true }));
  const net = stack.use(await makeNet());
  const cluster = stack.adopt(new Cluster(net, kind), (one) => one.end());
  await cluster.make(folder);
  const [first, second, third] = cluster.nodes;
  await cluster.lead(FOR_BOXES, first!);
  await cluster.lead(FOR_CLOUD, second!);
  const [place] = await net.place('school');
  const box = new SyncEnd('box', join(folder, 'box'));
  const cloud = new SyncEnd('cloud', join(folder, 'cloud'));
  const keys = { port: kind.port, user: USER, password: PASSWORD, mqtt };
  await box.start(place, { ...keys, host: FOR_BOXES });
  stack.defer(() => box.stop());
  await cloud.start(net.middle, { ...keys, host: FOR_CLOUD, box: box.origin });
  stack.defer(() => cloud.stop());

  const person = await box.addPeople(20);
  let length = await box.say(person, 100);
  await Promise.all([box.until(length), cloud.until(length)]);
  length += 100;
  await cloud.say(person, 100);
  await Promise.all([box.until(length), cloud.until(length)]);

  // The node at which the cloud's end is goes in the middle of a batch; a balancer leads to the third.
  length = await box.say(person, 2000);
  await cloud.passes(1000);
  await second!.kill();
  await cluster.lead(FOR_CLOUD, third!);
  await cloud.say(person, 50);
  length += 50;
  await Promise.all([box.until(length), cloud.until(length)]);
  await second!.start();

  // Now the one at which the box is.
  await cloud.say(person, 2000);
  length += 2000;
  await box.passes(length - (length % 500) - 1000);
  await first!.kill();
  await cluster.lead(FOR_BOXES, second!);
  await Promise.all([box.until(length), cloud.until(length)]);
  await assertSame(box, cloud);
}

for (const kind of [RABBITMQ, NATS]) {
  for (const version of kind.versions) {
    test(`three nodes of ${kind.name}, MQTT ${version === 5 ? '5' : '3.1.1'}: two are killed in the middle of batches`, () => talkOver(kind, version));
  }
}

for (const version of [3, 5]) {
  test(`the mosquitto of Debian 13, MQTT ${version === 5 ? '5' : '3.1.1'}, is killed in the middle of a batch`, async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'urok-mosquitto-')), (path) => rm(path, { recursive: true }));
    const net = stack.use(await makeNet());
    const authority = await makeAuthority(join(folder, 'authority'));
    // Its own libraries, this machine's files.
    const root = process.env['UROK_BROKERS']!;
    const loader = [`${root}/usr/lib64/ld-linux-x86-64.so.2`, '--library-path', `${root}/usr/lib/x86_64-linux-gnu`, `${root}/usr/sbin/mosquitto`];
    const broker = new Mosquitto(net.middle, join(folder, 'broker'), loader);
    await broker.make(authority, await authority.issue('broker', { address: MIDDLE }));
    stack.defer(() => broker.kill());
    const [place] = await net.place('school');
    const [box, cloud] = [new SyncEnd('box', join(folder, 'box')), new SyncEnd('cloud', join(folder, 'cloud'))];
    const keys = { host: MIDDLE, port: 8883, ca: authority.certificate, mqtt: version };
    await box.start(place, { ...keys, port: 1 });
    await box.stop();
    await box.start(place, { ...keys, ...await authority.issue(box.origin) });
    stack.defer(() => box.stop());
    await cloud.start(net.middle, { ...keys, ...await authority.issue('cloud'), box: box.origin });
    stack.defer(() => cloud.stop());
    const person = await box.addPeople(20);
    const length = await box.say(person, 3000);
    await cloud.passes(1000);
    await broker.kill();
    await cloud.say(person, 100);
    await broker.start();
    await Promise.all([box.until(length + 100), cloud.until(length + 100)]);
    await assertSame(box, cloud);
  });
}
