// SPDX-License-Identifier: LGPL-2.1-or-later
// How a box comes to the cloud: a code that counts once, a certificate that counts until it is revoked, a broker that
// asks for it; and then what is written at one end is there at the other.
import assert from 'node:assert/strict';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { askFront, brokerPort, CloudBroker, linkBox, makePapers, sayBox } from '../lib/cloud-broker.ts';
import { startClassroom } from '../lib/classroom.ts';
import { startCloud, startSmall } from '../lib/cloud.ts';
import { Process } from '../lib/process.ts';

const BOX = '0190c0de-0000-7000-8000-000000000001';
const OTHER = '0190c0de-0000-7000-8000-000000000002';

const problemOf = (reply: { status: number; body: any }): unknown[] => [reply.status, reply.body?.type?.split(':').at(-1)];

async function startWithSchools(...slugs: string[]) {
  const cloud = await startCloud({ broker: 'mqtt://localhost:1' });
  const one = await cloud.instance('one');
  for (const slug of slugs) cloud.addSchool(slug);
  await one.start();
  return Object.assign(cloud, { one });
}

test('a code links one box once; the link is seen, renewed and ended with its certificate', async () => {
  await using cloud = await startWithSchools('lyceum');
  const { csr } = await makePapers();
  const wish = (code: string, origin = BOX) => ({ body: { code, csr, origin, name: 'Школа № 17', version: '0.1.0' } });
  const replaced = cloud.linkCode('lyceum');
  const code = cloud.linkCode('lyceum');
  assert.match(code, /^([2-9A-HJ-NP-Z]{5}-){2}[2-9A-HJ-NP-Z]{5}$/);
  assert.deepEqual(problemOf(await askFront(cloud, 'POST', '/box/v1/links', wish(replaced))), [403, 'wrong-code']);
  const linked = await askFront(cloud, 'POST', '/box/v1/links', wish(code.toLowerCase().replaceAll('-', ' ')));
  assert.equal(linked.status, 201, linked.text);
  const { certificate, ca, broker, slug, address } = linked.body;
  assert.deepEqual([slug, address, broker], ['lyceum', 'http://lyceum.localhost:8081', { host: 'localhost', port: 1 }]);
  assert.match(ca, /BEGIN CERTIFICATE/);
  const who = sayBox(certificate);
  assert.equal(who['X-Box'], BOX, 'the request\'s own name does not count');
  assert.deepEqual(problemOf(await askFront(cloud, 'POST', '/box/v1/links', wish(code))), [403, 'wrong-code'], 'a code counts once');

  const link = await askFront(cloud, 'GET', '/box/v1/link', { headers: who });
  assert.deepEqual([link.status, link.body.slug, link.body.school], [200, 'lyceum', linked.body.school]);
  assert.equal((await askFront(cloud, 'GET', '/box/v1/link')).status, 401);
  assert.deepEqual(problemOf(await askFront(cloud, 'GET', '/box/v1/link', { headers: { ...who, 'X-Box': OTHER } })), [403, 'not-linked']);
  assert.deepEqual(problemOf(await askFront(cloud, 'POST', '/box/v1/links', wish(cloud.linkCode('lyceum'), OTHER))), [409, 'other-box']);

  const renewed = await askFront(cloud, 'POST', '/box/v1/certificates', { headers: who, body: { csr } });
  assert.equal(renewed.status, 201, renewed.text);
  const next = sayBox(renewed.body.certificate);
  assert.notEqual(next['X-Box-Serial'], who['X-Box-Serial']);
  assert.equal((await askFront(cloud, 'DELETE', '/box/v1/link', { headers: next })).status, 204);
  for (const headers of [who, next]) assert.deepEqual(problemOf(await askFront(cloud, 'GET', '/box/v1/link', { headers })), [403, 'not-linked']);

  const again = await askFront(cloud, 'POST', '/box/v1/links', wish(cloud.linkCode('lyceum')));
  assert.equal(again.status, 201, 'the same box may come back');
  assert.deepEqual(problemOf(await askFront(cloud, 'GET', '/box/v1/link', { headers: who })), [403, 'not-linked'], 'what was revoked stays so');
});

test('what is no request of a strong key gets no certificate, and guessing ends', async () => {
  await using cloud = await startWithSchools('lyceum');
  const { csr } = await makePapers();
  const weak = await makePapers('rsa:1024');
  const code = cloud.linkCode('lyceum');
  const broken = csr.replace(/[A-Za-z]{4}(?=[\w+/=]*\n-----END)/, 'AAAA');
  for (const bad of [weak.csr, broken, csr.slice(0, 200), 'x', csr.replace('CERTIFICATE REQUEST', 'CERTIFICATE').replace('CERTIFICATE REQUEST', 'CERTIFICATE')]) {
    const reply = await askFront(cloud, 'POST', '/box/v1/links', { body: { code, csr: bad, origin: BOX, name: '', version: '' } });
    assert.deepEqual([reply.status, reply.body.field], [400, 'csr'], reply.text);
  }
  const statuses: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    statuses.push((await askFront(cloud, 'POST', '/box/v1/links', { body: { code: `AAAAA-AAAAA-AAAA${'ABCDEFGH'[i]}`, csr, origin: BOX, name: '', version: '' } })).status);
  }
  assert.deepEqual([statuses[0], statuses.at(-1)], [403, 429]);
  const elsewhere = await askFront(cloud, 'POST', '/box/v1/links', { body: { code, csr, origin: BOX, name: '', version: '' }, headers: { 'X-Forwarded-For': '127.0.0.2' } });
  assert.equal(elsewhere.status, 201, elsewhere.text);
});

test('a school with a history of its own takes no box', async () => {
  await using cloud = await startWithSchools('lyceum');
  await cloud.one.holds();
  await startSmall(cloud.school('lyceum'));
  const { csr } = await makePapers();
  const reply = await askFront(cloud, 'POST', '/box/v1/links', { body: { code: cloud.linkCode('lyceum'), csr, origin: BOX, name: '', version: '' } });
  assert.deepEqual(problemOf(reply), [409, 'other-school']);
});

test('the instance at the door ends, and the other stands there', async () => {
  await using cloud = await startWithSchools('lyceum');
  const two = await cloud.instance('two');
  await two.start();
  await cloud.one.stop();
  await two.holds();
  await two.process.line(/stands at the cloud's own door/);
  assert.equal((await askFront(cloud, 'GET', '/box/v1/link')).status, 401);
});

test('an entry is made by the instance that has the school, whoever stands at the door', async () => {
  await using cloud = await startWithSchools('lyceum');
  await cloud.one.holds();
  const { csr } = await makePapers();
  const { body } = await askFront(cloud, 'POST', '/box/v1/links', { body: { code: cloud.linkCode('lyceum'), csr, origin: BOX, name: '', version: '' } });
  const ask = async () => askFront(cloud, 'POST', '/box/v1/entries', { body: { person: OTHER }, headers: sayBox(body.certificate) });
  assert.deepEqual(problemOf(await ask()), [404, 'not-found']);
  const two = await cloud.instance('two');
  await two.start();
  process.kill(cloud.one.process.pid, 'SIGSTOP');
  await two.holds();
  process.kill(cloud.one.process.pid, 'SIGCONT');
  await cloud.one.process.line(/is held by another instance now/);
  assert.deepEqual(problemOf(await ask()), [404, 'not-found']);
  await two.process.line(/The school lyceum is open/);
});

test('a linked box is in step with its school over a broker that asks for its certificate', async () => {
  const port = await brokerPort();
  await using cloud = await startCloud({ broker: `mqtts://localhost:${port}` });
  await using room = await startClassroom();
  const one = await cloud.instance('one');
  cloud.addSchool('lyceum');
  const broker = new CloudBroker(cloud, port);
  await broker.start();
  await one.start();
  await one.process.line(/The broker is reached/);
  const { box } = await (await room.enter('admin')).get('/api/v1/cloud');
  await room.school.daemon.stop();
  const data = join(room.school.folder, 'data');
  await linkBox(cloud, 'lyceum', data, box);
  await room.school.start();
  await one.process.line(/The box of the school lyceum speaks/);
  const admin = await room.enter('admin');
  const stream = await admin.live();
  await stream.next('hello');
  while ((await admin.get('/api/v1/cloud')).waiting > 0);
  await stream.close();
  assert.ok(Number(cloud.postgres.ask('SELECT count(*) FROM log')) > 10);

  // Its certificate is revoked: the broker lets it in no more.
  cloud.program('--unlink', 'lyceum');
  await one.stop();
  await one.start();
  await broker.kill();
  await broker.run();
  await broker.line(/certificate verify failed/);
  await broker.stop();
});

/** Until a file of the folder is another. */
async function isWritten(folder: string, name: string, act: () => void): Promise<void> {
  const changes = watch(folder);
  const next = changes.next();
  act();
  for (let event = (await next).value; event.filename !== name;) event = (await changes.next()).value;
  await changes.return!();
}

test('a cloud without a broker says that it has none to write a pair for', async () => {
  await using cloud = await startCloud({ address: 'http://school-*.localhost:8081' });
  await cloud.instance('one');
  assert.throws(() => cloud.program('--write-broker', cloud.folder), ({ status, message }: any) => {
    assert.equal(status, 1);
    assert.match(message, /\[cloud\] broker has no mqtts:\/\/ address/);
    return true;
  });
});

test('a box that is unlinked is put out of the broker at once, and the others stay', async () => {
  const [port, inside] = [await brokerPort(), await brokerPort()];
  await using cloud = await startCloud({ broker: `mqtts://localhost:${port}`, broker_inside: `mqtts://localhost:${inside}` });
  await using room = await startClassroom();
  const one = await cloud.instance('one');
  for (const slug of ['lyceum', 'gymnasium']) cloud.addSchool(slug);
  const broker = new CloudBroker(cloud, port, '127.0.0.1', inside);
  await broker.start();
  await one.start();
  await one.process.line(/The broker is reached/);
  const { box } = await (await room.enter('admin')).get('/api/v1/cloud');
  await room.school.daemon.stop();
  await linkBox(cloud, 'lyceum', join(room.school.folder, 'data'), box);
  await linkBox(cloud, 'gymnasium', join(cloud.folder, 'other'), OTHER);
  const bystander = new Process('another box', 'stdbuf', ['-oL', 'mosquitto_sub', '-h', 'localhost', '-p', String(port), '-d', '-q', '1', '-t', `urok/v1/${OTHER}/down/#`,
    ...['cafile ca', 'cert cert', 'key key'].flatMap((pair) => [`--${pair.split(' ')[0]}`, join(cloud.folder, 'other/cloud', `${pair.split(' ')[1]}.pem`)])]);
  await bystander.line(/^Subscribed /);
  await room.school.start();
  await one.process.line(/The box of the school lyceum speaks/);
  const admin = await room.enter('admin');

  const from = broker.lines.length;
  await isWritten(join(cloud.folder, 'data/tls'), 'crl.pem', () => cloud.program('--unlink', 'lyceum'));
  await broker.reload();
  await one.process.line(/The connection of a box that was unlinked is ended/);
  while ((await admin.get('/api/v1/cloud')).trouble?.code !== 'refused');
  assert.ok(broker.lines.slice(from).some((line) => line.includes(box) && /already connected|session taken over/.test(line)), broker.lines.join('\n'));

  // The other one's connection is the same.
  assert.deepEqual(broker.lines.slice(from).filter((line) => line.includes(OTHER)), []);
  await bystander.kill();

  // Linked again, it is let in at once.
  await room.school.daemon.stop();
  await linkBox(cloud, 'lyceum', join(room.school.folder, 'data'), box);
  const again = one.process.lines.length;
  await room.school.start();
  await one.process.line(/The box of the school lyceum speaks/, again);
  await broker.stop();
});
