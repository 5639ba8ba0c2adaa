// SPDX-License-Identifier: LGPL-2.1-or-later
// What is wrong with a school's line to the cloud, as the health item `cloud`, urokctl status and urokctl doctor say it: the
// same, in two languages.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority } from '../lib/authority.ts';
import { startBroker } from '../lib/broker.ts';
import { startClassroom } from '../lib/classroom.ts';
import { BUILD } from '../lib/places.ts';
import { ask } from '../lib/request.ts';

const HOUR_MS = 3_600_000;

/** What was done to DATA before urokd started on it, and what is said then. */
type Trouble = {
  do?: (data: string, box: string, folder: string) => Promise<void> | void;
  since: Date;
  level: 'warning' | 'alarm';
  state: string;
  status: [en: RegExp, ru: RegExp];
  doctor: [en: RegExp, ru: RegExp];
};

const LEVELS = { warning: [1, 'warning', 'warning', 'учтите', '(warning)', '(внимание)'], alarm: [2, 'fault', 'FAULT', 'ОШИБКА', '(ALARM)', '(ТРЕВОГА)'] } as const;

async function isSaid({ do: act, since, level, state, status, doctor }: Trouble): Promise<void> {
  await using broker = await startBroker();
  await using room = await startClassroom();
  const { box } = await (await room.enter('admin')).get('/api/v1/cloud');
  await room.school.daemon.stop();
  const data = join(room.school.folder, 'data');
  await broker.link(data, box);
  await broker.kill(); // nobody is there: what stands in DATA decides
  const file = join(data, 'cloud/link.json');
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), since: since.toISOString() }));
  await act?.(data, box, broker.folder);
  await room.school.start();

  const admin = await room.enter('admin');
  // Why nobody is there is known when it was tried.
  while (state !== 'stopped' && (await admin.get('/api/v1/cloud')).trouble === null);
  const [rank, found, en, ru, enMark, ruMark] = LEVELS[level];
  const item = (await admin.get('/api/v1/server')).items.find(({ id }: any) => id === 'cloud');
  assert.deepEqual([item.level, item.state], [level, state]);
  const { text } = await ask({ socketPath: room.school.socket('metrics') }, 'GET', '/metrics');
  assert.ok(text.includes(`urok_health_level{item="cloud"} ${rank}\n`), text);

  const say = (language: string, ...words: string[]): Promise<string> => new Promise((resolve) => {
    execFile(join(BUILD, 'ctl/urokctl'), ['--socket', room.school.socket('control'), ...words], { env: { ...process.env, LC_ALL: language, LANGUAGE: '' } },
      (_, out) => resolve(out));
  });
  const { items } = JSON.parse(await say('C.UTF-8', '--json', 'doctor'));
  assert.equal(items.find(({ id }: any) => id === 'health-cloud').level, found);
  const line = (out: string, pattern: RegExp): string => out.split('\n').find((each) => pattern.test(each)) ?? out;
  for (const [language, mark, lineMark, inStatus, inDoctor] of [['C.UTF-8', en, enMark, status[0], doctor[0]], ['ru_RU.UTF-8', ru, ruMark, status[1], doctor[1]]] as const) {
    const told = line(await say(language, 'status'), /^(cloud|облако) /);
    assert.match(told, inStatus);
    assert.ok(told.endsWith(lineMark), told);
    const advice = line(await say(language, 'doctor'), inDoctor);
    assert.match(advice, inDoctor);
    assert.ok(advice.startsWith(mark), advice);
  }
}

test('cloud health: away for an hour', () => isSaid({
  since: new Date(Date.now() - 2 * HOUR_MS), level: 'warning', state: 'away',
  status: [/not reached for an hour/, /недоступно больше часа/],
  doctor: [/not been reached for an hour: the broker takes no connection \(urokctl cloud status\)/, /недоступно больше часа: брокер не принимает соединение/],
}));

test('cloud health: a certificate that has ended', () => isSaid({
  do: async (data, box, folder) => {
    const { certificate, key } = await (await makeAuthority(join(folder, 'ended'))).issue(box, { from: -60, to: -1 });
    await copyFile(certificate, join(data, 'cloud/cert.pem'));
    await copyFile(key, join(data, 'cloud/key.pem'));
  },
  since: new Date(Date.now() - 2 * HOUR_MS), level: 'alarm', state: 'ended',
  status: [/certificate has ended/, /срок сертификата истёк/],
  doctor: [/certificate for the cloud ended on \d{4}-.*urokctl cloud unlink, then urokctl cloud link/, /для облака истёк \d{4}-.*затем urokctl cloud link/],
}));

test('cloud health: an event that could not be applied', () => isSaid({
  do: (data) => void execFileSync('sqlite3', [join(data, 'urok.db'), "INSERT INTO event_aside (event, why, words, at_ms) SELECT id, 0, 'x', 0 FROM event LIMIT 1"]),
  since: new Date(), level: 'warning', state: 'quarantine',
  status: [/changes that could not be applied/, /есть изменения, которые не применились/],
  doctor: [/Changes from the cloud could not be applied: see the page Server, Cloud/, /облак/],
}));

test('cloud health: a link that cannot be read', () => isSaid({
  do: (data) => writeFile(join(data, 'cloud/link.json'), '{"cloud": 17}'),
  since: new Date(), level: 'alarm', state: 'stopped',
  status: [/stopped/, /остановлено/],
  doctor: [/has stopped and needs somebody: the files of the link cannot be read/, /нужна помощь человека: файлы подключения не читаются/],
}));
