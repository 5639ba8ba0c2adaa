// SPDX-License-Identifier: LGPL-2.1-or-later
// The cloud's first view of a box with a long log: nothing is shown before all is there, whoever is killed meanwhile.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createConnection, createServer, type Socket } from 'node:net';
import { startCloud } from '../lib/cloud.ts';
import { BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { freePort } from '../lib/school.ts';

const MESSAGES = 3000;
const MANY = 6000; // more than an instance puts into a view itself
const THROUGH = 120_000; // bytes of some 390,000: four batches and a piece

/** A line to the broker that breaks off behind so many bytes of what goes up, and for good. */
async function frayed(port: number): Promise<{ port: number; broken: Promise<void>; close: () => void }> {
  let left = THROUGH;
  const open = new Set<Socket>();
  const { promise: broken, resolve } = Promise.withResolvers<void>();
  const server = createServer((box) => {
    const broker = createConnection(port, '127.0.0.1');
    for (const end of [box, broker]) {
      open.add(end);
      end.on('error', () => undefined);
      end.on('close', () => [box, broker].forEach((each) => each.destroy()));
    }
    broker.pipe(box);
    box.on('data', (bytes) => {
      broker.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0) return;
      server.close();
      broker.end(() => box.destroy());
      resolve();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = (): void => {
    server.close();
    for (const end of open) end.destroy();
  };
  return { port: (server.address() as { port: number }).port, broken, close };
}

interface Town {
  cloud: Awaited<ReturnType<typeof startCloud>>;
  one: Awaited<ReturnType<Awaited<ReturnType<typeof startCloud>>['instance']>>;
  port: number; // the broker's
  startBox(at: number): Promise<Process>;
}

/** A broker, a cloud with the school lyceum whose instance is not started, and the end of a box. */
async function startTown(stack: AsyncDisposableStack): Promise<Town> {
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'urok-joining-')), (path) => rm(path, { recursive: true }));
  const port = await freePort();
  await writeFile(join(folder, 'broker.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\nuser root\n`);
  const broker = new Process('mosquitto', '/usr/sbin/mosquitto', ['-c', join(folder, 'broker.conf')]);
  stack.defer(() => broker.stop());
  await broker.line(/ running$/);
  const cloud = stack.use(await startCloud({ broker: `mqtt://127.0.0.1:${port}` }));
  const one = await cloud.instance('one');
  cloud.addSchool('lyceum');
  await mkdir(join(folder, 'box'), { mode: 0o700 });
  const startBox = async (at: number): Promise<Process> => {
    await writeFile(join(folder, 'box.conf'), `[end]\ndata=${join(folder, 'box')}\nhost=127.0.0.1\nport=${at}\n`);
    return new Process('box', join(BUILD, 'tests/lib/sync-end'), ['box', join(folder, 'box.conf')]);
  };
  return { cloud, one, port, startBox };
}

/** Binds the box and lets one of its people write; how long its log is then. */
async function write({ cloud }: Town, box: Process, messages: number): Promise<number> {
  const origin = (await box.line(/^origin /)).slice('origin '.length);
  box.tell('people 3');
  const person = (await box.line(/^person /)).split(' ')[1]!;
  box.tell(`say ${person} ${messages}`);
  const length = Number((await box.line(/^said /)).split(' ')[1]);
  cloud.program('--bind-box', origin, 'lyceum');
  return length;
}

test('a cloud that takes its first copy of a school shows it when it is whole', async () => {
  await using stack = new AsyncDisposableStack();
  const town = await startTown(stack);
  const { cloud, one, port, startBox } = town;
  const line = await frayed(port);
  stack.defer(line.close);
  let box = await startBox(line.port);
  stack.defer(() => box.stop());
  const length = await write(town, box, MESSAGES);
  const taken = (): number => Number(cloud.postgres.ask('SELECT count(*) FROM log'));
  const look = () => cloud.school('lyceum').ask('GET', '/api/v1/school');

  const start = async (): Promise<void> => {
    await one.start();
    await one.holds();
  };
  await start();
  await line.broken;
  while (taken() === 0) continue;
  const reply = await look();
  assert.equal(reply.status, 503, reply.text);
  assert.equal(reply.body.type, 'urn:urok:problem:joining');
  await one.process.kill();
  assert.ok(taken() < length, 'a part of it came');
  await start();
  assert.equal((await look()).status, 503, 'a part of it is no school');
  await box.stop();
  box = await startBox(port);
  box.tell(`until ${length}`);
  await box.line(/^there /);
  assert.equal((await look()).status, 200);
});

test('a view that lacks much is made apart, and whoever asked is answered', async () => {
  await using stack = new AsyncDisposableStack();
  const town = await startTown(stack);
  const { cloud, one, port, startBox } = town;
  const box = await startBox(port);
  stack.defer(() => box.stop());
  const length = await write(town, box, MANY);
  await one.start();
  await one.holds();
  box.tell(`until ${length}`);
  await box.line(/^there /);
  const before = await cloud.school('lyceum').ask('GET', '/api/v1/school');
  assert.equal(before.status, 200, before.text);
  await one.process.kill();
  await rm(one.views, { recursive: true });
  cloud.postgres.ask('DELETE FROM snapshot'); // as of a school whose file is too large for one
  cloud.postgres.ask('UPDATE school SET snapshot_turn = 0, pruned_turn = 0');
  await one.start();
  await one.holds();
  const asked = cloud.school('lyceum').ask('GET', '/api/v1/school');
  await one.process.line(/its view is made apart/);
  assert.equal((await asked).status, 200);
  await one.process.line(/The school lyceum is open/);
});
