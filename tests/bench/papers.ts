// SPDX-License-Identifier: LGPL-2.1-or-later
// What a class's slips cost as a PDF of urok-papers, beside the bare writing of as many QR codes; and what urokd's own
// memory does while PDFs and pictures are made.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startClassroom } from '../lib/classroom.ts';
import { codesOf, pagesOf } from '../lib/paper.ts';
import { PROJECT } from '../lib/places.ts';
import { row } from './lib/row.ts';
import { inTurn, run } from './lib/tools.ts';

const SLIPS = 75; // 30 pupils, 45 parents
const ROUNDS = 5;

// Letters need a mail server by name; nobody listens there, so they wait.
const room = await startClassroom({ config: { mail: { server: 'localhost', port: '9', from: 'urok@example.org', retry_seconds: '3600' } } });
const { pid } = room.school.daemon;
const teacher = await room.enter('teacher1');
const { items: [schoolClass] } = await teacher.get('/api/v1/classes');
const path = `/api/v1/classes/${schoolClass.id}`;
const people = Array.from({ length: 10 }, (_, i) => ({ family_name: 'Гарифуллина', given_name: 'Әминә', birth_date: '2014-05-31', email: `a${i}@example.org` }));
const added = await teacher.ask('POST', `${path}/letters`, { body: { people, language: 'ru' }, headers: { 'Idempotency-Key': randomUUID() } });
assert.equal(added.status, 201, added.text);

/** CPU in milliseconds of the programs that this process had and that ended (proc_pid_stat(5)). */
async function endedCpu(): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

async function print(): Promise<Buffer> {
  const reply = await teacher.ask('POST', `${path}/slips`, { body: { whom: 'all', language: 'ru' }, headers: { 'Idempotency-Key': randomUUID() } });
  assert.equal(reply.status, 200, reply.text.slice(0, 300));
  return reply.bytes;
}

async function peak(): Promise<number> {
  return Number(/^VmHWM:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

const first = await print();
const slips = (await codesOf(first)).length;
assert.ok(slips >= SLIPS, `only ${slips} slips`);
const walls: number[] = [];
const [papers, bare] = await inTurn(ROUNDS, async () => {
  const [cpu, begun] = [await endedCpu(), performance.now()];
  await print();
  walls.push(performance.now() - begun);
  return await endedCpu() - cpu;
}, async () => {
  const link = `https://school17.example/i#${'A'.repeat(43)}`;
  const { stdout } = await run('bash', ['-c', `for i in $(seq ${slips}); do qrencode -t EPS -o /dev/null '${link}'; done; times`]);
  const [, user, system] = /\n(\S+) (\S+)\s*$/.exec(stdout)!.map((text) => Number(/m([\d.]+)s/.exec(text)?.[1]) * 1000);
  return user! + system!;
});
row({ part: 'daemon', what: `a class's ${slips} slips as PDF, CPU of urok-papers`, figure: papers!, unit: 'ms', beside: 'qrencode, as often', reference: bare!, most: 2000, exact: true });
row({ part: 'daemon', what: 'the same, on the wall', figure: walls.sort((a, b) => a - b)[ROUNDS >> 1]!, unit: 'ms', most: 2000 });
row({ part: 'daemon', what: `its size, ${await pagesOf(first)} pages`, figure: first.length / 1024, unit: 'kB' });

await writeFile(`/proc/${pid}/clear_refs`, '5'); // the peak from here on
const before = await peak();
const picture = await readFile(join(PROJECT, 'tests/fuzz/seeds/picture/progressive.jpg'));
for (let i = 0; i < 20; i++) {
  await print();
  const sent = await teacher.ask('PUT', '/api/v1/me/picture', { body: picture, headers: { 'Content-Type': 'image/jpeg' } });
  assert.equal(sent.status, 200, sent.text);
}
row({ part: 'daemon', what: 'urokd grows by, over 20 such PDFs and 20 pictures', figure: await peak() - before, unit: 'MB', most: 3, exact: true });
await room.school.stop();
