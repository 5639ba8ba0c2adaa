// SPDX-License-Identifier: LGPL-2.1-or-later
// Who a broker lets in, and what each may say: certificates that are expired, not yet valid, revoked, somebody else's, and
// boxes that speak for another school. Needs root: network namespaces.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority, type Authority, type Pair } from '../lib/authority.ts';
import { Client, CLOUD_PORT, Mosquitto, SyncEnd, type EndKeys } from '../lib/brokers.ts';
import { makeNet, MIDDLE, type Net, type Space } from '../lib/net.ts';

type Door = { net: Net; place: Space; folder: string; authority: Authority; broker: Mosquitto; keys: EndKeys } & AsyncDisposable;

async function startDoor(server: (authority: Authority) => Promise<Pair> = (authority) => authority.issue('broker', { addresses: [MIDDLE] })): Promise<Door> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'urok-door-')), (path) => rm(path, { recursive: true }));
  const net = stack.use(await makeNet());
  const authority = await makeAuthority(join(folder, 'authority'));
  const broker = new Mosquitto(net.middle, join(folder, 'broker'));
  await broker.make(authority, await server(authority));
  stack.defer(() => broker.kill());
  const [place] = await net.place('school');
  const all = stack.move();
  return { net, place, folder, authority, broker, keys: { host: MIDDLE, port: 8883, ca: authority.certificate }, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** A box with this certificate; the words with which it stays outside. */
async function refusalOf(door: Door, pair: Pair, keys: Partial<EndKeys> = {}): Promise<string> {
  const box = new SyncEnd('box', join(door.folder, 'refused'));
  await box.start(door.place, { ...door.keys, ...pair, ...keys });
  const state = await box.state(/(greeting|live|off .+)/);
  await box.stop();
  await rm(box.folder, { recursive: true });
  return state;
}

const OUTSIDE = /^state off The broker does not take this certificate/;

test('a certificate of this authority opens, and its list of revoked ones closes again', async () => {
  await using door = await startDoor();
  const pair = await door.authority.issue('some-box');
  assert.equal(await refusalOf(door, pair), 'state greeting');
  await door.authority.revoke(pair);
  await door.broker.kill();
  await door.broker.start();
  assert.match(await refusalOf(door, pair), OUTSIDE);
  assert.match(door.broker.process.lines.join('\n'), /certificate verify failed/);
  assert.equal(await refusalOf(door, await door.authority.issue('other-box')), 'state greeting', 'the others come in');
});

test('a list of revoked ones that is handed in later is read without a restart', async () => {
  await using door = await startDoor();
  const pair = await door.authority.issue('some-box');
  assert.equal(await refusalOf(door, pair), 'state greeting');
  await door.authority.revoke(pair);
  await door.broker.reload();
  assert.match(await refusalOf(door, pair), OUTSIDE);
});

test('an expired certificate and one of tomorrow stay outside', async () => {
  await using door = await startDoor();
  assert.match(await refusalOf(door, await door.authority.issue('old-box', { from: -60, to: -1 })), OUTSIDE);
  assert.match(door.broker.process.lines.join('\n'), /certificate verify failed/);
  assert.match(await refusalOf(door, await door.authority.issue('young-box', { from: 1, to: 60 })), OUTSIDE);
});

test('a certificate of another authority, and none at all, stay outside', async () => {
  await using door = await startDoor();
  const stranger = await makeAuthority(join(door.folder, 'stranger'));
  assert.match(await refusalOf(door, await stranger.issue('some-box')), OUTSIDE);
  assert.match(await refusalOf(door, {} as Pair), /^state off /);
});

test('a box does not speak to a broker whose certificate is another authority\'s, another name\'s or expired', async () => {
  for (const server of [
    async (authority: Authority) => (await makeAuthority(join(authority.folder, 'stranger'))).issue('broker', { addresses: [MIDDLE] }),
    async (authority: Authority) => authority.issue('broker', { addresses: ['10.77.0.99'] }),
    async (authority: Authority) => authority.issue('broker', { addresses: [MIDDLE], from: -60, to: -1 }),
  ]) {
    await using door = await startDoor(server);
    assert.match(await refusalOf(door, await door.authority.issue('some-box')), /^state off The broker has a certificate that is not trusted here/);
  }
});

test('a box neither hears nor writes what is another\'s, whatever it calls itself', async () => {
  await using door = await startDoor();
  const { net, place, keys, authority } = door;
  await using cloud = await Client.start(net.middle, { ...keys, port: CLOUD_PORT }, await authority.issue('cloud'), 'cloud', 'urok/v1/+/up/#');
  await using own = await Client.start(place, keys, await authority.issue('box-1'), 'box-1', 'urok/v1/box-1/down/#');
  const pair = await authority.issue('box-2');
  await Client.publish(place, keys, pair, 'urok/v1/box-1/up/hello', 'forged');
  await Client.publish(place, keys, pair, 'urok/v1/box-1/down/ev', 'from a false cloud');
  await Client.publish(place, keys, pair, 'urok/v1/box-2/down/welcome', 'to itself');
  await Client.publish(place, keys, pair, 'urok/v1/box-2/up/hello', 'its own');
  assert.equal(await cloud.next(), 'urok/v1/box-2/up/hello its own');

  // It asks to hear everything.
  await using spy = await Client.start(place, keys, pair, 'spy', 'urok/v1/#');
  await cloud.publish('urok/v1/box-1/down/ev', 'secret of box-1');
  assert.equal(await own.next(), 'urok/v1/box-1/down/ev secret of box-1', 'and nothing before that');
  await cloud.publish('urok/v1/box-2/down/ev', 'for box-2');
  assert.equal(await spy.next(), 'urok/v1/box-2/down/ev for box-2', 'that is all it ever hears');
});

test('somebody under a box\'s client id does not take its connection', async () => {
  await using door = await startDoor();
  const { place, keys, authority } = door;
  await using own = await Client.start(place, keys, await authority.issue('box-1'), 'box-1', 'urok/v1/box-1/down/#');
  await using thief = await Client.start(place, keys, await authority.issue('box-2'), 'box-1', 'urok/v1/box-2/down/#');
  await using cloud = await Client.start(door.net.middle, { ...keys, port: CLOUD_PORT }, await authority.issue('cloud'), 'cloud', 'urok/v1/+/up/#');
  await cloud.publish('urok/v1/box-1/down/ack', 'still there');
  assert.equal(await own.next(), 'urok/v1/box-1/down/ack still there');
  await cloud.publish('urok/v1/box-2/down/ack', 'this one too');
  assert.equal(await thief.next(), 'urok/v1/box-2/down/ack this one too');
});
