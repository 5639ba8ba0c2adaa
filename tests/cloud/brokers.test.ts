// SPDX-License-Identifier: LGPL-2.1-or-later
// The same conversation over other brokers, with certificates and who may say what: RabbitMQ's and NATS's clusters of three
// of Debian 13, whose nodes are killed in the middle of a batch, and that release's mosquitto. Needs root, and a root of
// Debian 13 that ./test cloud makes.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority, type Authority } from '../lib/authority.ts';
import { assertSame, Client, Mosquitto, startTalk } from '../lib/brokers.ts';
import { Cluster, NATS, PORT, RABBITMQ, type Kind } from '../lib/clusters.ts';
import { makeNet, MIDDLE, type Net, type Space } from '../lib/net.ts';

const [FOR_BOXES, FOR_CLOUD] = ['10.77.0.51', '10.77.0.52'];

type Place = { net: Net; place: Space; folder: string; authority: Authority; cluster: Cluster };

/** A cluster to which these boxes may come; who asks for boxes' address is at the first node, the cloud at the second. */
async function startCluster(stack: AsyncDisposableStack, kind: Kind, boxes: string[] = []): Promise<Place> {
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'urok-cluster-')), (path) => rm(path, { recursive: true }));
  const net = stack.use(await makeNet());
  const authority = await makeAuthority(join(folder, 'authority'));
  const cluster = stack.adopt(new Cluster(net, kind), (one) => one.end());
  await cluster.make(folder, authority, [FOR_BOXES, FOR_CLOUD], boxes);
  await cluster.lead(FOR_BOXES, cluster.nodes[0]!);
  await cluster.lead(FOR_CLOUD, cluster.nodes[1]!);
  const [place] = await net.place('school');
  return { net, place, folder, authority, cluster };
}

async function talkOver(kind: Kind, mqtt: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { net, place, folder, authority, cluster } = await startCluster(stack, kind);
  const [first, second, third] = cluster.nodes;
  // The box is linked when the cluster runs already.
  const talk = await startTalk(stack, folder, authority, place, net.middle, { port: PORT, mqtt }, { box: FOR_BOXES, cloud: FOR_CLOUD }, (box) => cluster.admit(box));
  const { box, cloud, person } = talk;
  let length = talk.length + 100;
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

const [ONE, OTHER, UNKNOWN] = ['01', '02', '03'].map((end) => `018f0000-0000-7000-8000-0000000000${end}`) as [string, string, string];

/** Boxes write their own up and hear their own down, whatever they call themselves. */
async function keptApart(kind: Kind): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { net, place, authority, cluster } = await startCluster(stack, kind, [ONE, OTHER]);
  const keys = { host: FOR_BOXES, port: PORT, ca: authority.certificate };
  const [one, other] = [await authority.issue(ONE), await authority.issue(OTHER)];
  await using cloud = await Client.start(net.middle, { ...keys, host: FOR_CLOUD }, await authority.issue('cloud'), 'cloud-one', 'urok/v1/+/up/#');
  await using own = await Client.start(place, keys, one, ONE, `urok/v1/${ONE}/down/#`);

  await Client.publish(place, keys, other, `urok/v1/${ONE}/up/hello`, 'forged');
  await Client.publish(place, keys, other, `urok/v1/${ONE}/down/ev`, 'from a false cloud');
  await Client.publish(place, keys, other, `urok/v1/${OTHER}/down/welcome`, 'to itself');
  await Client.publish(place, keys, other, `urok/v1/${OTHER}/up/hello`, 'its own');
  assert.equal(await cloud.next(), `urok/v1/${OTHER}/up/hello its own`, 'and nothing before that');
  for (const filter of ['urok/v1/#', '#', `urok/v1/${ONE}/down/#`, `urok/v1/+/up/#`, 'urok/v1/+/down/#']) {
    assert.match(await Client.refusal(place, keys, other, 'spy', filter), /128|denied|not authori|DISCONNECT|lost/i, filter);
  }
  await using neighbour = await Client.start(place, keys, other, OTHER, `urok/v1/${OTHER}/down/#`);
  await cloud.publish(`urok/v1/${ONE}/down/ev`, 'for one');
  await cloud.publish(`urok/v1/${OTHER}/down/ev`, 'for the other');
  assert.equal(await own.next(), `urok/v1/${ONE}/down/ev for one`, 'and nothing before that');
  assert.equal(await neighbour.next(), `urok/v1/${OTHER}/down/ev for the other`, 'and nothing before that');

  // Whom nobody told the broker of stays outside, with a certificate of the same authority too; and so does a stranger.
  const stranger = await makeAuthority(join(authority.folder, 'stranger'));
  for (const pair of [await authority.issue(UNKNOWN), await stranger.issue(ONE), await stranger.issue('cloud')]) {
    assert.doesNotMatch(await Client.refusal(place, keys, pair, 'outside', `urok/v1/${UNKNOWN}/down/#`), /^Subscribed/);
  }
}

for (const kind of [RABBITMQ, NATS]) {
  for (const version of kind.versions) {
    test(`three nodes of ${kind.name}, MQTT ${version === 5 ? '5' : '3.1.1'}: two are killed in the middle of batches`, () => talkOver(kind, version));
  }
  test(`three nodes of ${kind.name} keep boxes apart by their certificates`, () => keptApart(kind));
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
    await broker.make(authority, await authority.issue('broker', { addresses: [MIDDLE] }));
    stack.defer(() => broker.kill());
    const [place] = await net.place('school');
    const { box, cloud, person } = await startTalk(stack, folder, authority, place, net.middle, { port: PORT, mqtt: version }, { box: MIDDLE, cloud: MIDDLE });
    const length = await box.say(person, 3000);
    await cloud.passes(1000);
    await broker.kill();
    await cloud.say(person, 100);
    await broker.start();
    await Promise.all([box.until(length + 100), cloud.until(length + 100)]);
    await assertSame(box, cloud);
  });
}
