// SPDX-License-Identifier: LGPL-2.1-or-later
// urokctl doctor where no package was installed: it finds that, works without urokd, and says what to do. What it finds on an
// installed host is held by tests/install.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { BUILD } from '../lib/places.ts';
import { startSchool } from '../lib/school.ts';

type Item = { id: string; level: string; said: string };

async function doctor(control: string, language = 'C.UTF-8', ...words: string[]): Promise<{ status: number; out: string }> {
  return new Promise((resolve) => {
    execFile(join(BUILD, 'ctl/urokctl'), ['--socket', control, 'doctor', ...words], { env: { ...process.env, LC_ALL: language, LANGUAGE: '' } },
      (error, out) => resolve({ status: error === null ? 0 : Number(error.code), out }));
  });
}

test('doctor: without urokd it says so, what to do, and status 1', async () => {
  const { status, out } = await doctor('/nowhere/control.sock', 'C.UTF-8', '--json');
  assert.equal(status, 1);
  const { level, items } = JSON.parse(out) as { level: string; items: Item[] };
  assert.equal(level, 'fault');
  const urokd = items.find(({ id }) => id === 'urokd')!;
  assert.equal(urokd.level, 'fault');
  assert.match(urokd.said, /systemctl status urokd/);
  for (const id of ['place-/var/lib/urok/data', 'memory', 'clock', 'ipv6', 'd-bus', 'polkit', 'avahi', 'apparmor', 'host-name', 'codecs']) {
    assert.equal(items.filter((item) => item.id === id).length, 1, id);
  }
});

test('doctor: a urokd that answers is no fault', async () => {
  await using school = await startSchool();
  const { items } = JSON.parse((await doctor(school.socket('control'), 'C.UTF-8', '--json')).out) as { items: Item[] };
  assert.equal(items.find(({ id }) => id === 'urokd')!.level, 'ok');
});

test('doctor: schools that restores put aside are named until they are removed', async () => {
  await using school = await startSchool();
  const kept = async (): Promise<Item | undefined> => JSON.parse((await doctor(school.socket('control'), 'C.UTF-8', '--json')).out).items.find(({ id }: Item) => id === 'kept');
  assert.equal(await kept(), undefined);
  const names = ['data.before-20310505T100000000', 'files.before-20310505T100000000'].map((name) => join(school.folder, name));
  for (const name of names) await mkdir(name);
  const { level, said } = (await kept())!;
  assert.equal(level, 'warning');
  for (const name of names) assert.ok(said.includes(name), said);
});

test('doctor: it speaks Russian to a Russian locale, faults first', async () => {
  const { out } = await doctor('/nowhere/control.sock', 'ru_RU.UTF-8');
  assert.match(out.split('\n')[0]!, /^ОШИБКА /);
  assert.match(out, /^ОШИБКА {2}urokd не отвечает/m);
});
