// SPDX-License-Identifier: LGPL-2.1-or-later
// A school that is copied, comes back on an empty machine and over itself, and is proven; and copies that are no good.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, link, mkdir, readFile, readdir, rm, stat, truncate, writeFile, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { backup, backupNext, copies, fingerprint, putRecoveryKey } from '../lib/backup.ts';
import { emptyMachine } from '../lib/carry.ts';
import { chatOf, startClassroom, wholeChat, write } from '../lib/classroom.ts';
import { seed } from '../lib/pictures.ts';
import { type School, startSchool } from '../lib/school.ts';

const PASSWORD = 'длинный пароль 17';

async function made(school: School): Promise<string> {
  const said = await backup(school, 'make');
  assert.equal(said.status, 0, said.err);
  return (await copies(school)).at(-1)!;
}

const signIn = (school: School, login: string, password: string) => school.request('POST', '/api/v1/sessions', { body: { login, password } });

test('backup: an empty machine becomes the same school, under a new epoch, opened by the printed key', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  const picture = await admin.ask('PUT', '/api/v1/me/picture', { body: await seed('plain.png'), headers: { 'Content-Type': 'image/png' } });
  assert.equal(picture.status, 200, picture.text);
  const people = await admin.get('/api/v1/people');
  const key = await putRecoveryKey(school);
  const file = await made(school);
  await using machine = await emptyMachine();

  const closed = await backup(machine, 'restore', file);
  assert.equal(closed.status, 1);
  assert.match(closed.err, /recovery key/);
  assert.deepEqual(await readdir(machine.folder).then((names) => names.filter((name) => name === 'data')), []);

  const said = await backup(machine, '--key', key, 'restore', file);
  assert.equal(said.status, 0, said.err);
  await machine.start();
  const again = machine.person(await signIn(machine, 'orlova', PASSWORD));
  assert.deepEqual((await again.get('/api/v1/people')).items.map((one: any) => one.id), people.items.map((one: any) => one.id));
  assert.equal((await machine.console('POST', '/api/v1/console/log-verification', {})).ok, true);
  const files = await fingerprint(join(school.folder, 'files'));
  assert.deepEqual(await fingerprint(join(machine.folder, 'files')), files);
  assert.equal((await stat(join(machine.folder, 'data/urok.db'))).mode & 0o777, 0o600);
});

test('backup: what people wrote and the cameras with their passwords come back', async () => {
  await using room = await startClassroom();
  const teacher = await room.enter('teacher1');
  const chat = await chatOf(teacher, 'class_pupils');
  for (const text of ['Раз', 'Два', 'Три']) await write(teacher, chat, text);
  const admin = await room.enter('admin');
  const camera = { name: 'Кабинет 12', url: 'rtsp://127.0.0.1:9/live', login: 'viewer', password: 'пароль камеры' };
  const added = await admin.ask('POST', '/api/v1/cameras', { body: camera });
  assert.equal(added.status, 201, added.text);
  const before = { texts: (await wholeChat(teacher, chat)).map(({ id, text }) => [id, text]), cameras: await admin.get('/api/v1/cameras') };
  const key = await putRecoveryKey(room.school);
  const file = await made(room.school);
  await using machine = await emptyMachine();
  const said = await backup(machine, '--key', key, 'restore', file);
  assert.equal(said.status, 0, said.err);
  await machine.start();
  const [again, reader] = [await machine.signIn('admin'), await machine.signIn('teacher1')];
  assert.deepEqual((await wholeChat(reader, chat)).map(({ id, text }) => [id, text]), before.texts);
  assert.deepEqual(await again.get('/api/v1/cameras'), before.cameras);
  const secrets = (school: School): string => execFileSync('sqlite3', ['-readonly', '-cmd', '.timeout 5000', join(school.folder, 'data/urok.db'), 'SELECT * FROM camera_access']).toString();
  assert.match(secrets(machine), /пароль камеры/);
  assert.equal(secrets(machine), secrets(room.school));
});

test('backup: a copy opens whole by a key that was printed after the copy before it', async () => {
  await using school = await startSchool();
  await school.setUp();
  await made(school);
  const key = await putRecoveryKey(school);
  const file = await made(school);
  await using machine = await emptyMachine();
  const said = await backup(machine, '--key', key, 'restore', file);
  assert.equal(said.status, 0, said.err);
  const again = JSON.parse((await backup(school, '--json', 'make')).out);
  assert.ok(again.new_bytes < (await stat(join(school.folder, 'data/urok.db'))).size / 2, 'the next night costs what changed');
});

test('backup: a file that its disk has damaged is left out with a word, and all others come back', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  await putRecoveryKey(school);
  for (const content of ['one', 'another']) {
    const address = createHash('sha256').update(content).digest('hex');
    await mkdir(join(school.folder, 'files', address.slice(0, 2)), { recursive: true });
    await writeFile(join(school.folder, 'files', address.slice(0, 2), address), content);
  }
  const [damaged, ...whole] = Object.keys(await fingerprint(join(school.folder, 'files')));
  await writeFile(join(school.folder, 'files', damaged!), 'eno');
  const said = await backup(school, 'make');
  assert.equal(said.status, 0, said.err);
  assert.match(said.out, /1 files are damaged/);
  assert.equal((await admin.get('/api/v1/backups')).damaged_files, 1);
  const told = (await school.console('GET', '/api/v1/console/health')).items.find(({ id }: any) => id === 'backup');
  assert.deepEqual([told.level, told.state, told.values.detail], ['warning', 'damaged', '1']);
  const proof = JSON.parse((await backup(school, '--json', 'verify')).out);
  assert.deepEqual([whole.length, proof.files], [1, 1]);
  await using machine = await emptyMachine();
  const back = await backup(machine, '--key', join(school.folder, 'backup-state/box.key'), 'restore', (await copies(school)).at(-1)!);
  assert.equal(back.status, 0, back.err);
  assert.deepEqual(Object.keys(await fingerprint(join(machine.folder, 'files'))), whole);
});

test('backup: the second night costs what changed', async () => {
  await using room = await startClassroom();
  const { school } = room;
  await made(school);
  const packs = join(school.folder, 'backups/packs');
  const before = await readdir(packs);
  const said = await backup(school, '--json', 'make');
  assert.equal(said.status, 0, said.err);
  const { size } = await stat(join(school.folder, 'data/urok.db'));
  assert.ok(JSON.parse(said.out).new_bytes < size / 2, said.out);
  for (const name of before) assert.ok((await readdir(packs)).includes(name), `${name} is still needed`);
  const listed = JSON.parse((await backup(school, '--json', 'list')).out).items;
  assert.deepEqual(listed.map(({ failure }: any) => failure), [undefined, undefined]);
});

test('backup: a later copy of a day stands beside an earlier one, and takes a refused one\'s place', async () => {
  await using school = await startSchool();
  await school.setUp();
  assert.equal((await backup(school, 'nightly')).status, 0);
  const [first] = await copies(school);
  const second = await made(school);
  assert.deepEqual(await copies(school), [first, second]);
  await flip(second);
  assert.equal((await backup(school, 'verify')).status, 1);
  const third = await made(school);
  assert.deepEqual(await copies(school), [first, third]);
  const listed = JSON.parse((await backup(school, '--json', 'list')).out).items;
  assert.deepEqual(listed.map(({ verified }: any) => verified), [null, true]);
  const last = await backup(school, 'nightly');
  assert.equal(last.status, 0, last.err);
  const left = await copies(school);
  assert.deepEqual([left.slice(0, 2), left.length], [[first, third], 3]);
  assert.equal((await backup(school, 'verify')).status, 0);
});

test('backup: of one day eight copies stay, those that were proven first', async () => {
  await using school = await startSchool();
  await school.setUp();
  const real = await made(school);
  const folder = join(school.folder, 'backups');
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  const names = Array.from({ length: 12 }, (_, hour) => `urok-${day}T${String(hour + 8).padStart(2, '0')}1005123.backup`);
  for (const name of names) await link(real, join(folder, name));
  const at = new Date().toISOString();
  await writeFile(join(folder, 'proofs.json'), JSON.stringify({ [names[0]!]: { at, ok: true }, [names[11]!]: { at, ok: false } }));
  const newest = await made(school);
  assert.deepEqual((await copies(school)).map((file) => basename(file)), [names[0], ...names.slice(4, 11), basename(real), basename(newest)]);
});

test('backup: of seven days all copies stay, of four weeks and six months one proven copy each', async () => {
  await using school = await startSchool();
  await school.setUp();
  const real = await made(school);
  const folder = join(school.folder, 'backups');
  const nameOf = (at: Date): string => `urok-${at.toISOString().replace(/[-:.Z]/g, '')}.backup`;
  // Half a year and more: a copy by night that was proven, but on Wednesdays; a later one by day that was not, on Fridays one that cannot be.
  const proofs: Record<string, { at: string; ok: boolean }> = {};
  const named = new Map<string, Date>();
  const timeOf = (name: string): Date => new Date(name.replace(/^urok-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d).*$/, '$1-$2-$3T$4:$5:$6Z'));
  const begun = timeOf(real.split('/').at(-1)!).getTime();
  for (let day = 1; day <= 230; day += 1) {
    for (const hour of [2, 14]) {
      const at = new Date(begun - day * 86_400_000);
      at.setUTCHours(hour, 10, 5, 123);
      named.set(nameOf(at), at);
      if (hour === 2 && at.getUTCDay() !== 3) proofs[nameOf(at)] = { at: at.toISOString(), ok: true };
      if (hour === 14 && at.getUTCDay() === 5) proofs[nameOf(at)] = { at: at.toISOString(), ok: false };
    }
  }
  for (const name of named.keys()) await link(real, join(folder, name));
  await writeFile(join(folder, 'proofs.json'), JSON.stringify(proofs));
  const newest = await made(school);
  for (const name of [real, newest].map((file) => file.split('/').at(-1)!)) named.set(name, timeOf(name));

  const week = (at: Date): string => {
    const thursday = new Date(at.getTime() + (4 - (at.getUTCDay() || 7)) * 86_400_000);
    return `${thursday.getUTCFullYear()} ${Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 604_800_000)}`;
  };
  const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
  const kinds: [number, (at: Date) => string][] = [[7, dayOf], [4, week], [6, (at) => at.toISOString().slice(0, 7)]];
  const all = [...named.keys()].sort().reverse();
  const rank = (name: string): number => ({ true: 2, undefined: 1, false: 0 })[`${proofs[name]?.ok}`]!;
  const wanted = new Set([all[0]!, all.find((name) => proofs[name]?.ok)!]);
  for (const [most, periodOf] of kinds) {
    const groups = Map.groupBy(all, (name) => periodOf(named.get(name)!));
    for (const group of [...groups.values()].slice(0, most)) {
      wanted.add(group.reduce((best, name) => (rank(name) > rank(best) ? name : best)));
      if (periodOf === dayOf) for (const name of group) if (rank(name) > 0) wanted.add(name);
    }
  }
  assert.deepEqual((await copies(school)).map((file) => file.split('/').at(-1)), [...wanted].sort());
});

test('backup: a copy that cannot be read keeps all parts, and no older copy whose time is over', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  const real = await made(school);
  const folder = join(school.folder, 'backups');
  const nameOf = (days: number, hour: string): string => `urok-${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}T${hour}1005123.backup`;
  const [foreign, early, late] = [nameOf(1, '02'), nameOf(3, '02'), nameOf(3, '14')];
  await writeFile(join(folder, foreign), 'of another machine');
  for (const name of [early, late]) await link(real, join(folder, name));
  await writeFile(join(folder, 'proofs.json'), JSON.stringify({ [early]: { at: new Date().toISOString(), ok: false } }));
  const needless = join(folder, 'packs/01938000-0000-7000-8000-000000000000.pack');
  await writeFile(needless, '');
  await truncate(needless, 2e8);
  await made(school);
  const left = (await copies(school)).map((file) => file.split('/').at(-1)!);
  assert.deepEqual([left.includes(foreign), left.includes(early), left.includes(late)], [true, false, true]);
  assert.equal((await stat(needless)).size, 2e8);

  const limited = await admin.ask('PUT', '/api/v1/server/space/backups/limit', { body: { most_bytes: 1e8, when_full: 'oldest-go' } });
  assert.ok(limited.status < 300, limited.text);
  const refused = await backup(school, 'make');
  assert.deepEqual([refused.status, refused.err.includes(`${foreign} cannot be read here`)], [1, true], refused.err);
});

test('backup: a living school gives way when its name is typed, and is kept aside', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  const file = await made(school);
  await admin.post('/api/v1/people', { items: [{ family_name: 'Поздний', given_name: 'Пётр', login: 'late', roles: ['teacher'] }] });

  const running = await backup(school, '--over', 'Школа № 17', 'restore', file);
  assert.deepEqual([running.status, /urokd runs/.test(running.err)], [1, true]);
  await school.daemon.stop();
  const before = await fingerprint(join(school.folder, 'data'));
  const unnamed = await backup(school, '--over', 'Школа № 18', 'restore', file);
  assert.deepEqual([unnamed.status, /Школа № 17/.test(unnamed.err)], [1, true]);
  assert.deepEqual(await fingerprint(join(school.folder, 'data')), before);

  const said = await backup(school, '--json', '--over', 'Школа № 17', 'restore', file);
  assert.equal(said.status, 0, said.err);
  assert.deepEqual(await fingerprint(JSON.parse(said.out).aside), before);
  await school.start();
  const again = school.person(await signIn(school, 'orlova', PASSWORD));
  assert.deepEqual((await again.get('/api/v1/people')).items.map((one: any) => one.id), [admin.me.id]);
});

test('backup: who was erased after the copy is erased again after the restore', async () => {
  await using school = await startSchool();
  const admin = await school.setUp();
  await admin.post('/api/v1/people', { items: [{ family_name: 'Зайцева', given_name: 'Ирина', login: 'zaiceva', roles: ['teacher'] }] });
  const { items } = await admin.get('/api/v1/people');
  const leaver = items.find((one: any) => one.id !== admin.me.id);
  const file = await made(school);
  const erased = await admin.ask('POST', `/api/v1/people/${leaver.id}/erasure`, { body: { reason: 'по просьбе', name: leaver.display_name }, headers: { 'Idempotency-Key': 'erase-zaiceva' } });
  assert.ok(erased.status < 300, erased.text);
  await school.daemon.stop();
  const said = await backup(school, '--over', 'Школа № 17', 'restore', file);
  assert.equal(said.status, 0, said.err);
  await school.start();
  await school.daemon.line(/applied again, to 1 people/);
  await school.daemon.line(/data of one person were erased/);
  const files = (await readdir(join(school.folder, 'data'))).filter((name) => name.startsWith('urok.db') && !name.endsWith('-shm'));
  for (const name of files) assert.ok(!(await readFile(join(school.folder, 'data', name))).includes('Зайцева'), `${name} holds the name`);
});

test('backup: who may write into the folder of copies cannot plant a school', async () => {
  await using school = await startSchool();
  await school.setUp();
  const own = await made(school);
  const mark = (await (await school.person(await signIn(school, 'orlova', PASSWORD))).ask('POST', '/api/v1/backups/recovery-key', { body: { password: PASSWORD } })).body.maker;
  // A fresh urokd has a key of its own and no school: it takes what it cannot judge, and shows whose it is.
  await using fresh = await emptyMachine();
  await fresh.start();
  await fresh.daemon.stop();
  const taken = await backup(fresh, '--key', join(school.folder, 'backup-state/box.key'), 'restore', own);
  assert.equal(taken.status, 0, taken.err);
  assert.ok(taken.err.includes(`maker's mark is ${mark}`), taken.err);
  // Somebody who has the school and the halves that encrypt, but not its server's own key.
  await using other = await emptyMachine();
  const restored = await backup(other, '--key', join(school.folder, 'backup-state/box.key'), 'restore', own);
  assert.equal(restored.status, 0, restored.err);
  assert.ok(restored.err.includes(`maker's mark is ${mark}`), restored.err);
  await cp(join(school.folder, 'backup-state/box.key'), join(other.folder, 'backup-state/box.key'));
  await writeFile(join(other.folder, 'data/box.key'), Buffer.alloc(32, 7));
  const planted = await made(other);
  await cp(join(other.folder, 'backups'), join(school.folder, 'backups'), { recursive: true });

  const proven = await backup(school, 'verify');
  assert.deepEqual([proven.status, /not made by this school's server/.test(proven.err)], [1, true], proven.err);
  await school.daemon.stop();
  const before = await fingerprint(join(school.folder, 'data'));
  const file = join(school.folder, 'backups', planted.split('/').at(-1)!);
  const refused = await backup(school, '--over', 'Школа № 17', 'restore', file);
  assert.deepEqual([refused.status, /not made by this school's server: its maker's mark is ([0-9A-F-]{24})/.test(refused.err)], [1, true], refused.err);
  assert.deepEqual(await fingerprint(join(school.folder, 'data')), before);
  const wrong = await backup(school, '--over', 'Школа № 17', '--maker', mark, 'restore', file);
  assert.equal(wrong.status, 1);
  const theirs = /--maker ([0-9A-F-]{24})/.exec(refused.err)![1]!;
  const agreed = await backup(school, '--over', 'Школа № 17', '--maker', theirs, 'restore', file);
  assert.equal(agreed.status, 0, agreed.err);
  await school.start();
});

test('backup: an older copy under a newer name is not taken for the newest', async () => {
  await using school = await startSchool();
  await school.setUp();
  const file = await made(school);
  await cp(file, join(school.folder, 'backups/urok-20990101T000000000.backup'));
  const proven = await backup(school, 'verify');
  assert.deepEqual([proven.status, /older copy under another name/.test(proven.err)], [1, true], proven.err);
});

test('backup: the link to a cloud comes back with the school', async () => {
  await using school = await startSchool();
  await school.setUp();
  await mkdir(join(school.folder, 'data/cloud'), { mode: 0o700 });
  for (const name of ['link.json', 'key.pem']) await writeFile(join(school.folder, 'data/cloud', name), `${name} of this box`, { mode: 0o600 });
  const file = await made(school);
  await using machine = await emptyMachine();
  const said = await backup(machine, '--key', join(school.folder, 'backup-state/box.key'), 'restore', file);
  assert.equal(said.status, 0, said.err);
  const folder = join(machine.folder, 'data/cloud');
  assert.deepEqual([(await stat(folder)).mode & 0o777, (await stat(join(folder, 'key.pem'))).mode & 0o777], [0o700, 0o600]);
  assert.equal(await readFile(join(folder, 'key.pem'), 'utf8'), 'key.pem of this box');
});

test('backup: settings that were not for everybody come back so', async () => {
  await using school = await startSchool();
  await school.setUp();
  await mkdir(join(school.folder, 'conf.d'), { recursive: true });
  for (const [name, mode] of [['closed', 0o640], ['open', 0o644]] as const) await writeFile(join(school.folder, 'conf.d', `${name}.conf`), `# ${name}\n`, { mode });
  const file = await made(school);
  await using machine = await emptyMachine();
  const said = await backup(machine, '--key', join(school.folder, 'backup-state/box.key'), 'restore', file);
  assert.equal(said.status, 0, said.err);
  const modes = await Promise.all(['closed', 'open'].map(async (name) => (await stat(join(machine.folder, 'conf.d', `${name}.conf`))).mode & 0o777));
  assert.deepEqual(modes, [0o640, 0o644]);
});

test('backup: a copy is proven by a second urokd, and a changed one is not', async () => {
  await using room = await startClassroom();
  const { school } = room;
  await made(school);
  const proven = await backup(school, '--json', 'verify');
  assert.equal(proven.status, 0, proven.err);
  assert.ok(JSON.parse(proven.out).events > 10);
  const report = async () => JSON.parse(await readFile(join(school.folder, 'backup-state/report.json'), 'utf8'));
  assert.equal((await report()).proof.ok, true);
  assert.deepEqual((await readdir(join(school.folder, 'backup-state'))).filter((name) => name !== 'folders.json').sort(), ['box.key', 'lock', 'report.json']);

  const [pack] = await readdir(join(school.folder, 'backups/packs'));
  await flip(join(school.folder, 'backups/packs', pack!));
  const refused = await backup(school, 'verify');
  assert.equal(refused.status, 1);
  assert.match(refused.err, /damaged/);
  assert.deepEqual([(await report()).proof.ok, (await report()).proof.reason], [false, 'backup-damaged']);
  assert.deepEqual((await readdir(join(school.folder, 'backup-state'))).filter((name) => name !== 'folders.json').sort(), ['box.key', 'lock', 'report.json']);
});

/** One bit in the middle. */
async function flip(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const at = Math.floor((await file.stat()).size / 2);
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0]! ^= 1;
  await file.write(byte, 0, 1, at);
  await file.close();
}

test('backup: what is no good is refused in a sentence, and nothing is touched', async (t) => {
  await using school = await startSchool();
  await school.setUp();
  await made(school);
  const shelf = join(school.folder, 'backups');
  const key = join(school.folder, 'backup-state/box.key');
  await using machine = await emptyMachine();
  const before = await fingerprint(machine.folder);
  const refuses = async (what: string, sentence: RegExp, spoil: (shelf: string, file: string, pack: string) => Promise<void>) =>
    t.test(what, async () => {
      const spoilt = join(school.folder, `spoilt ${what}`);
      await cp(shelf, spoilt, { recursive: true });
      const file = (await copies(school, spoilt))[0]!;
      await spoil(spoilt, file, join(spoilt, 'packs', (await readdir(join(spoilt, 'packs')))[0]!));
      const said = await backup(machine, '--key', key, 'restore', file);
      assert.equal(said.status, 1);
      assert.match(said.err, sentence);
      const after = Object.entries(await fingerprint(machine.folder)).filter(([name]) => !name.startsWith('backup-state/'));
      assert.deepEqual(Object.fromEntries(after), before);
    });

  await refuses('a flipped bit in the description', /damaged/, (_, file) => flip(file));
  await refuses('a flipped bit in a part', /damaged/, (_shelf, _file, pack) => flip(pack));
  await refuses('a description cut short', /damaged/, async (_, file) => truncate(file, (await stat(file)).size - 20));
  await refuses('a part cut short', /damaged/, async (_shelf, _file, pack) => truncate(pack, (await stat(pack)).size - 1));
  await refuses('a part that is missing', /missing/, (_shelf, _file, pack) => rm(pack));
  await refuses('something else', /damaged|no backup/, (_, file) => writeFile(file, 'hello'));
});

test('backup: a newer release takes an older copy, and an older one refuses a newer\'s', async () => {
  await using school = await startSchool();
  await school.setUp();
  const key = join(school.folder, 'backup-state/box.key');
  const older = await made(school);
  await using machine = await emptyMachine();
  const taken = await backupNext(machine, '--key', key, 'restore', older);
  assert.equal(taken.status, 0, taken.err);
  await cp(key, join(machine.folder, 'backup-state/box.key'));
  const newer = await backupNext(machine, 'nightly');
  assert.equal(newer.status, 0, newer.err);

  await using empty = await emptyMachine();
  const before = await fingerprint(empty.folder);
  const [file] = await copies(machine);
  const refused = await backup(empty, '--key', key, 'restore', file!);
  assert.deepEqual([refused.status, /which is newer than this one/.test(refused.err)], [1, true], refused.err);
  const after = Object.entries(await fingerprint(empty.folder)).filter(([name]) => !name.startsWith('backup-state/'));
  assert.deepEqual(Object.fromEntries(after), before);
  await school.daemon.stop();
  const over = await backup(school, '--over', 'Школа № 17', '--key', key, 'restore', file!);
  assert.deepEqual([over.status, /newer than this one/.test(over.err)], [1, true], over.err);
  await school.start();
});

test('backup: another school is not overwritten', async () => {
  await using school = await startSchool();
  await school.setUp();
  const file = await made(school);
  await using other = await startSchool();
  await other.setUp();
  await other.daemon.stop();
  const before = await fingerprint(join(other.folder, 'data'));
  const said = await backup(other, '--key', join(school.folder, 'backup-state/box.key'), '--over', 'Школа № 17', 'restore', file);
  assert.deepEqual([said.status, /another school/.test(said.err)], [1, true]);
  assert.deepEqual(await fingerprint(join(other.folder, 'data')), before);
  await other.start();
});
