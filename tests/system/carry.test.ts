// SPDX-License-Identifier: LGPL-2.1-or-later
// Two buildings of a school without a line: what one lacks comes from the other on a stick, once, in any order, or not at all.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { fingerprint } from '../lib/backup.ts';
import { takeChance, type Chance } from '../lib/chance.ts';
import { book, bytesOf, carry, logOf, restoreElsewhere, roundTrip, sameTalk, textsOf, twinOf, twoBuildings, type, type Pair } from '../lib/carry.ts';
import { startClassroom, write } from '../lib/classroom.ts';
import { seed } from '../lib/pictures.ts';
import type { School } from '../lib/school.ts';

/** What four of the tests go on with, one behind the other. */
let pair: Pair;

before(async () => {
  pair = await twoBuildings();
});

after(() => pair?.[Symbol.asyncDispose]());

test('carry: what was written in both buildings is in both, once, and files with it', async () => {
  const { first, second, stick } = pair;
  assert.match((await type(first, ['carry', 'import', stick])).err, /Nothing of Urok's/);
  assert.match((await type(first, ['carry', 'export', stick])).err, /other building/);
  await write(pair.here, pair.chat, 'здесь');
  await write(pair.there, pair.chat, 'там');
  const admin = await first.signIn('admin');
  await admin.post('/api/v1/people', { items: [{ family_name: 'Новая', given_name: 'Нина', login: 'nina', roles: ['teacher'] }] });
  const picture = await pair.here.ask('PUT', '/api/v1/me/picture', { body: await seed('plain.png'), headers: { 'Content-Type': 'image/png' } });
  assert.equal(picture.status, 200, picture.text);

  const [arrived, back] = await roundTrip(pair);
  assert.deepEqual([arrived.events, arrived.aside], [1, 0]);
  assert.deepEqual([back.files > 0, back.aside], [true, 0]);
  await sameTalk(pair, ['здесь', 'там']);
  assert.deepEqual(await fingerprint(join(second.folder, 'files')), await fingerprint(join(first.folder, 'files')));
  assert.equal((await second.signIn('nina')).me.given_name, 'Нина');
  assert.equal(await logOf(first), await logOf(second));

  // People and rights are the first building's to change.
  const refused = await (await second.signIn('admin')).ask('POST', '/api/v1/people', { body: { items: [{ family_name: 'Лишний', given_name: 'Лев', login: 'lev', roles: ['teacher'] }] } });
  assert.deepEqual([refused.status, refused.body.type], [403, 'urn:urok:problem:at-the-school'], refused.text);
  // And nothing is left to carry.
  const before = await logOf(first);
  assert.deepEqual((await roundTrip(pair)).map(({ events, files }) => [events, files]), [[0, 0], [0, 0]]);
  assert.equal(await logOf(first), before);
});

test('carry: sticks in any order, again, and an older one after a newer one', async () => {
  const { first, second, stick } = pair;
  const kept: string[] = [];
  for (const text of ['раз', 'два', 'три']) {
    await write(pair.there, pair.chat, text);
    await carry(second, 'export', stick);
    kept.push(join(pair.first.folder, `stick-${text}`));
    await cp(stick, kept.at(-1)!, { recursive: true });
  }
  for (const [at, events] of [[1, 2], [0, 0], [2, 1], [1, 0], [2, 0]] as const) {
    assert.equal((await carry(first, 'import', kept[at]!)).events, events);
  }
  await write(pair.here, pair.chat, 'ответ');
  await carry(first, 'import', kept[0]!);
  // The older stick's word of what the other one has does not count.
  assert.equal((await carry(first, 'export', stick)).events, 1);
  await carry(second, 'import', stick);
  await sameTalk(pair, ['раз', 'два', 'три', 'ответ']);
});

test('carry: where the limit of files is reached words arrive, pictures are left out by number, and a later stick brings them', async () => {
  const { first, second, stick } = pair;
  const admin = await second.signIn('admin');
  const limit = (most_bytes: number | null) => admin.ask('PUT', '/api/v1/server/space/files/limit', { body: { most_bytes } });
  const large = join(second.folder, 'files/a/allocated');
  await mkdir(dirname(large), { recursive: true });
  await promisify(execFile)('fallocate', ['-l', '110MB', large]);
  const set = await limit(1e8);
  assert.equal(set.status, 200, set.text);
  await admin.get('/api/v1/server/space'); // counted
  const picture = await pair.here.ask('PUT', '/api/v1/me/picture', { body: await seed('baseline.jpg'), headers: { 'Content-Type': 'image/jpeg' } });
  assert.equal(picture.status, 200, picture.text);
  await write(pair.here, pair.chat, 'без картинок');
  await carry(first, 'export', stick);
  const said = await type(second, ['carry', 'import', stick]);
  assert.equal(said.status, 0, said.err);
  assert.match(said.out, /[1-9]\d* events and 0 files were new\.\n[1-9]\d* files were left out: .*urokctl space limit files/);
  await sameTalk(pair, ['без картинок']);

  assert.equal((await limit(null)).status, 200);
  const [, back] = await roundTrip(pair);
  assert.deepEqual([back.files > 0, back.left_out], [true, 0]);
  await rm(dirname(large), { recursive: true });
  assert.deepEqual(await fingerprint(join(second.folder, 'files')), await fingerprint(join(first.folder, 'files')));
});

test('carry: what is damaged, cut short, another school\'s or one\'s own is refused, and nothing of it is taken', async () => {
  await using other = await startClassroom();
  const { first, second, stick } = pair;
  await write(pair.there, pair.chat, 'цело');
  await rm(join(stick, 'urok-carry'), { recursive: true });
  await carry(second, 'export', stick);
  const file = await book(stick, second);
  const whole = await bytesOf(file);
  const before = await logOf(first);
  const refused = async (school: School, words: RegExp) => {
    const said = await type(school, ['carry', 'import', stick]);
    assert.deepEqual([said.status, words.test(said.err)], [1, true], said.err);
  };
  await refused(second, /this box wrote itself/);
  await refused(other.school, /another school's/);
  for (const at of [10, whole.length >> 1, whole.length - 1]) {
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 1;
    await writeFile(file, flipped);
    await refused(first, /damaged|another school's/);
  }
  for (const length of [0, 100, whole.length - 1]) {
    await writeFile(file, whole);
    await truncate(file, length);
    await refused(first, /damaged|another school's/);
  }
  assert.equal(await logOf(first), before);
  await writeFile(file, whole);
  assert.equal((await carry(first, 'import', stick)).events, 1);
});

test('carry: a box that was restored gets its own later events back from the other building', async () => {
  await using those = await twoBuildings();
  const { first, second, stick } = those;
  await roundTrip(those);
  await using restored = await restoreElsewhere(first);
  await write(those.here, those.chat, 'после копии');
  await write(those.there, those.chat, 'там');
  await roundTrip(those);
  await first.daemon.stop(); // its disk is lost
  const again = await restored.signIn('teacher1');
  await write(again, those.chat, 'после восстановления');

  // The first journey tells what it has; what comes back heals it, and only then do its own events go.
  await carry(restored, 'export', stick);
  await carry(second, 'import', stick);
  await carry(second, 'export', stick);
  const healed = await carry(restored, 'import', stick);
  assert.equal(healed.healed, true);
  await carry(restored, 'export', stick);
  await carry(second, 'import', stick);
  const texts = ['после копии', 'там', 'после восстановления'];
  await sameTalk({ ...those, first: restored, here: again }, texts);
  assert.equal(await logOf(restored), await logOf(second));
  await first.start();
});

test('carry: what failed while a box became the second one is said again', async () => {
  await using room = await startClassroom();
  await using twin = await twinOf(room.school);
  const sql = (text: string) => promisify(execFile)('sqlite3', ['-cmd', '.timeout 5000', join(twin.folder, 'data/urok.db'), text]);
  await sql(`CREATE TRIGGER refusing BEFORE INSERT ON carry_box BEGIN SELECT RAISE(ABORT, 'refused'); END`);
  const failed = await type(twin, ['carry', 'second', '--yes']);
  assert.equal(failed.status, 1, failed.out);
  await sql('DROP TRIGGER refusing');
  const said = await type(twin, ['carry', 'second', '--yes']);
  assert.equal(said.status, 0, said.err);
  const { origin } = await room.school.console('GET', '/api/v1/console/carry');
  assert.deepEqual(JSON.parse((await type(twin, ['--json', 'carry', 'list'])).out).items.map(({ id }: any) => id), [origin]);
});

test('carry: a box that is empty becomes the school\'s second one by the key', async () => {
  await using those = await twoBuildings();
  await write(those.here, those.chat, 'здесь');
  const shown = await type(those.first, ['carry', 'key']);
  assert.match(shown.out, /^AGE-SECRET-KEY-1[0-9A-Z]{58}\n$/);
  const key = join(those.first.folder, 'carry.key');
  await writeFile(key, shown.out, { mode: 0o600 });
  await carry(those.first, 'export', those.stick, '--all');
  await those.second.daemon.stop();
  await rm(join(those.second.folder, 'data'), { recursive: true });
  await rm(join(those.second.folder, 'files'), { recursive: true, force: true });
  await those.second.start();
  assert.match((await type(those.second, ['carry', 'import', those.stick])).err, /--key/);
  await carry(those.second, 'import', those.stick, '--key', key);
  const there = await those.second.signIn('teacher1');
  assert.deepEqual(await textsOf(there, those.chat), ['здесь']);
  await write(there, those.chat, 'там');
  await carry(those.second, 'export', those.stick, '--key', key);
  assert.equal((await carry(those.first, 'import', those.stick)).events, 1);
  assert.deepEqual((await readdir(join(those.stick, 'urok-carry'))).filter((name) => name.endsWith('.half')), []);
  await sameTalk({ ...those, there }, ['здесь', 'там']);
});

/** What changes a disk or speaks to urokd. */
const CALLS = ['fsync', 'rename', 'openat', 'write', 'sendto', 'recvfrom', 'mkdir', 'unlink'];

/** One half of a journey that is killed somewhere: urokctl at that call, or urokd meanwhile. */
async function cutOff(pair: Pair, chance: Chance, stick = pair.stick): Promise<string> {
  const school = chance.pick([pair.first, pair.second]);
  const way = chance.pick(['export', 'import'] as const);
  if (chance.below(3) === 0) {
    const going = type(school, ['carry', way, stick]);
    if (chance.below(2) === 0) await school.console('GET', '/api/v1/console/carry');
    await school.kill();
    const { status } = await going;
    await school.start();
    return `${way}, urokd gone: ${status}`;
  }
  const call = chance.pick(CALLS);
  const number = 1 + chance.below(call === 'openat' ? 40 : 12);
  const { status } = await type(school, ['carry', way, stick],
    ['strace', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${number}`]);
  return `${way}, at ${call} ${number}: ${status}`;
}

test('carry: what is killed at any moment is done again, and nothing is lost or doubled', async () => {
  const chance = takeChance();
  const rounds = Number(process.env['UROK_KILLS'] ?? 2);
  const texts: string[] = [];
  await roundTrip(pair);
  for (let round = 0; round < rounds; round += 1) {
    texts.push(`здесь, круг ${round}`, `там, круг ${round}`);
    await write(pair.here, pair.chat, texts.at(-2)!);
    await write(pair.there, pair.chat, texts.at(-1)!);
    console.log(await cutOff(pair, chance));
    if (chance.below(2) === 0) console.log(await cutOff(pair, chance));
    await roundTrip(pair);
    await sameTalk(pair, texts);
    assert.equal(await logOf(pair.first), await logOf(pair.second));
    assert.deepEqual((await readdir(join(pair.stick, 'urok-carry'))).filter((name) => name.endsWith('.half')), []);
  }
});

test('carry: what was cut off is repeated in any order, twice, from two sticks, and nothing is lost or doubled', async () => {
  const chance = takeChance();
  const rounds = Number(process.env['UROK_KILLS'] ?? 1);
  const { first, second } = pair;
  const sticks = [pair.stick, `${pair.stick}-2`];
  await mkdir(sticks[1]!, { recursive: true });
  const texts: string[] = [];
  await roundTrip(pair);
  const say = async (text: string): Promise<void> => {
    texts.push(`здесь, ${text}`, `там, ${text}`);
    await write(pair.here, pair.chat, texts.at(-2)!);
    await write(pair.there, pair.chat, texts.at(-1)!);
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const stick of sticks) {
      await say(`круг ${round}, ${stick === pair.stick ? 'первая' : 'вторая'}`);
      console.log(await cutOff(pair, chance, stick));
      for (const box of [first, second]) await carry(box, 'export', stick);
    }
    const imports = [...sticks, ...sticks].flatMap((stick) => [{ box: first, stick }, { box: second, stick }]);
    while (imports.length > 0) {
      const [{ box, stick }] = imports.splice(chance.below(imports.length), 1) as [typeof imports[0]];
      if (chance.below(4) === 0) console.log(await cutOff(pair, chance, stick));
      await carry(box, 'import', stick);
    }
    await sameTalk(pair, texts);
    assert.equal(await logOf(first), await logOf(second));
    assert.deepEqual((await roundTrip(pair)).map(({ events }) => events), [0, 0], 'nothing is left to carry');
  }
});
