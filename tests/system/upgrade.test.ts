// SPDX-License-Identifier: LGPL-2.1-or-later
// The release after this one takes over a school's data: a copy first, while this one is at work; killed at any point it goes
// on with the next start; and the copy that was kept is the way back.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { takeChance } from '../lib/chance.ts';
import { openStream } from '../lib/live.ts';
import { BUILD, PLAIN_BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';
import { urokctl } from '../lib/urokctl.ts';
import { onSmallDisk } from '../lib/small-disk.ts';
import { startSchool, type Person, type School } from '../lib/school.ts';

/** UROK_KILLS=100 for a long night. */
const DEATHS = Number(process.env['UROK_KILLS'] ?? 4);
/** As strace counts them, from urokd's first one to beyond the two steps. */
const CALLS: Record<string, number> = { pwrite64: 160, fdatasync: 8, ftruncate: 2 };

const run = promisify(execFile);
const next = join(BUILD, 'tests/lib/urokd-next');

let school: School;
let person: Person;
let chat: string;
let kept: string;

before(async () => {
  school = await startSchool();
  person = await school.setUp();
  chat = (await person.get('/api/v1/chats')).items[0].id;
  for (let i = 0; i < 40; i += 1) await write(`сообщение ${i}`);
  kept = join(school.folder, 'kept');
  await mkdir(kept);
});

after(() => school.stop());

const write = (text: string): Promise<any> => person.post(`/api/v1/chats/${chat}/messages`, { text });
const texts = async (): Promise<string[]> => (await person.get(`/api/v1/chats/${chat}/messages?limit=100`)).items.map(({ text }: any) => text);
const data = (name = ''): string => join(school.folder, 'data', name);

async function sql(file: string, text: string): Promise<string> {
  return (await run('sqlite3', ['-cmd', '.timeout 5000', file, text])).stdout.trim();
}

async function rehearse(): Promise<{ status: number | string; said: string }> {
  const trial = new Process('urokd-next', next, ['--config', join(school.folder, 'urok.conf'), '--rehearse', kept]);
  const status = await trial.ended;
  return { status, said: trial.lines.join('\n') };
}

test('upgrade: a copy is taken over while the school works, and nothing of the school is changed', async () => {
  const { status, said } = await rehearse();
  assert.equal(status, 0, said);
  const { schema, next_schema, at } = JSON.parse(await readFile(join(kept, 'copy.json'), 'utf8'));
  assert.equal(next_schema, schema + 2);
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 3_600_000, at);
  assert.equal(await sql(data('urok.db'), 'PRAGMA user_version'), String(schema));
  assert.equal(await sql(join(kept, 'urok.db'), 'PRAGMA user_version'), String(schema));
  assert.deepEqual((await readdir(kept)).sort(), ['copy.json', 'urok.db'], 'what was rewritten for trial is wiped');
  await write('после копии');
  assert.ok((await texts()).includes('после копии'));
});

test('upgrade: data over which a step fails are named, and the school goes on', async () => {
  await sql(data('urok.db'), 'CREATE TABLE next_done (copied TEXT)');
  try {
    const { status, said } = await rehearse();
    assert.equal(status, 1, said);
    assert.match(said, /cannot take over a copy of the school's data: .*second\.sql.*next_done already exists/);
    assert.ok(!(await readdir(kept)).some((name) => name.startsWith('rehearsal')), 'nothing is left behind');
    await write('и дальше');
  } finally {
    await sql(data('urok.db'), 'DROP TABLE next_done');
  }
});

test('upgrade: a disk with too little room is named before anything is copied', async () => {
  const small = join(school.folder, 'small');
  await mkdir(small);
  const [program, ...words] = [...onSmallDisk(small, '1m'), next, '--config', join(school.folder, 'urok.conf'), '--rehearse', small];
  const trial = new Process('urokd-next', program!, words);
  assert.equal(await trial.ended, 75);
  assert.match(trial.lines.join('\n'), /too little room for a copy of the school's data: make .* free/);
});

test('upgrade: killed at any point while the data are rewritten, the next start finishes it, once', async () => {
  const chance = takeChance();
  assert.equal((await rehearse()).status, 0);
  const pristine = await mkdtemp(join(tmpdir(), 'urok-before-'));
  const place = join(pristine, 'at-work');
  const config = join(pristine, 'urok.conf');
  await writeFile(config, (await readFile(join(school.folder, 'urok.conf'), 'utf8')).replaceAll(school.folder, place));
  await cp(kept, join(pristine, 'data'), { recursive: true });
  const events = await sql(join(kept, 'urok.db'), 'SELECT count(*) FROM event');
  const died: string[] = [];
  try {
    for (let i = 0; i < DEATHS; i += 1) {
      await rm(place, { recursive: true, force: true });
      await mkdir(join(place, 'run'), { recursive: true });
      await cp(join(pristine, 'data'), join(place, 'data'), { recursive: true });
      const call = chance.pick(Object.keys(CALLS));
      const nth = 1 + chance.below(CALLS[call]!);
      // What sanitizers add would only be counted as well.
      const first = new Process('urokd-next', 'strace', ['-D', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`,
        join(PLAIN_BUILD, 'tests/lib/urokd-next'), '--config', config]);
      await Promise.race([first.ended, first.line(/is ready/).catch(() => undefined)]);
      died.push(`${call} ${nth}: ${first.isRunning ? 'lived' : await sql(join(place, 'data/urok.db'), 'PRAGMA user_version')}`);
      await first.kill();
      const second = new Process('urokd-next', join(PLAIN_BUILD, 'tests/lib/urokd-next'), ['--config', config]);
      await second.line(/is ready/);
      await second.stop();
      const file = join(place, 'data/urok.db');
      assert.equal(await sql(file, 'SELECT copied FROM next_done'), events, died.at(-1));
      assert.equal(await sql(file, `SELECT count(*) FROM next_copy JOIN event USING (seq) WHERE next_copy.kind = event.kind || '+'`), events, died.at(-1));
      assert.equal(await sql(file, 'PRAGMA integrity_check'), 'ok');
    }
  } finally {
    console.log(`# ${died.join('; ')}`);
    await rm(pristine, { recursive: true });
  }
});

test('upgrade: the way back is the copy, as a new epoch of the log, and what was written since is put aside', async () => {
  const stream = await openStream(school.socket('live'), person.cookie);
  await stream.next('hello');
  await write('до перехода');
  await stream.next('message');
  assert.equal((await rehearse()).status, 0);
  await school.daemon.stop();
  const newer = new Process('urokd-next', next, ['--config', join(school.folder, 'urok.conf')]);
  await newer.line(/Urok 0\.1\.1 is ready/);
  await write('после перехода');
  await newer.stop();
  await cp(join(kept, 'urok.db'), data('urok.db.back'));
  await school.start();
  const back = await texts();
  assert.ok(back.includes('до перехода') && !back.includes('после перехода'));
  assert.equal(await sql(data('undone/urok.db'), "SELECT count(*) FROM message WHERE text = 'после перехода'"), '1');
  assert.ok(!(await readdir(data())).includes('urok.db.back'));
  const again = await openStream(school.socket('live'), person.cookie, stream.lastId);
  await again.next('reset');
  await again.close();
  assert.equal(await sql(data('urok.db'), 'SELECT count(*) FROM log_origin'), '2');
  await write('снова здесь');
  const { status, out } = await urokctl(school, 'log', 'verify');
  assert.equal(status, 0, out);
});

test('upgrade: a way back that was cut off in the middle is finished by the next start', async () => {
  await school.daemon.stop();
  await cp(data('urok.db'), data('urok.db.back'));
  // As a power cut leaves it: the one before has gone, the copy has not come.
  await rm(data('undone'), { recursive: true });
  await mkdir(data('undone'));
  await rename(data('urok.db'), data('undone/urok.db'));
  await school.start();
  assert.ok((await texts()).includes('до перехода'));
  assert.ok((await readdir(data('undone'))).includes('urok.db'));
});

test('upgrade: who was erased after the copy was kept is erased again on the way back', async () => {
  const [added] = (await person.post('/api/v1/people', { items: [{ family_name: 'Барабанщикова', given_name: 'Евлампия', login: 'leaver', roles: ['teacher'] }] })).items;
  const holds = async (): Promise<boolean> => {
    const files = (await readdir(data())).filter((name) => name.startsWith('urok.db') && !name.endsWith('-shm'));
    return (await Promise.all(files.map((name) => readFile(data(name))))).some((bytes) => bytes.includes('Барабанщикова'));
  };
  await school.daemon.stop();
  const copy = join(school.folder, 'kept.db');
  await cp(data('urok.db'), copy);
  await school.start();
  const gone = school.daemon.line(/data of one person were erased/);
  const asked = await person.ask('POST', `/api/v1/people/${added.id}/erasure`, { body: { reason: 'по просьбе', name: 'Евлампия Барабанщикова' }, headers: { 'Idempotency-Key': 'erase-leaver' } });
  assert.equal(asked.status, 202, asked.text);
  await gone;
  assert.equal(await holds(), false);

  await school.daemon.stop();
  await rename(copy, data('urok.db.back'));
  assert.equal(await holds(), true);
  await school.start();
  await school.daemon.line(/data of one person were erased/);
  assert.equal(await holds(), false);
});
