// SPDX-License-Identifier: LGPL-2.1-or-later
// How the server is, as an administrator, the journal and a monitoring program see it: a battery, a disk that fails,
// one that fills, a certificate that ends, packages that are missing. The machine's own files are laid by the test.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { PROJECT } from '../lib/places.ts';
import { pluginsWithoutBad } from '../lib/plugins.ts';
import { ask } from '../lib/request.ts';
import { type Person, type School, startSchool } from '../lib/school.ts';
import { inside, makeRoom, onSmallDisk } from '../lib/small-disk.ts';

const run = promisify(execFile);

let school: School & AsyncDisposable;
let administrator: Person;

before(async () => {
  school = await startSchool();
  administrator = await school.setUp();
});
after(() => school.stop());

const itemOf = ({ items }: any, id: string): any => items.find((item: any) => item.id === id);
const look = async (id: string, who: Person = administrator): Promise<any> => itemOf(await who.get('/api/v1/server'), id);

/** A battery beside the wall's plug, as the kernel tells of them. */
async function plug(isIn: boolean, percent: number): Promise<void> {
  const supplies: Record<string, Record<string, string>> = {
    AC: { type: 'Mains', online: isIn ? '1' : '0' },
    BAT0: { type: 'Battery', status: isIn ? 'Full' : 'Discharging', capacity: String(percent) },
    mouse: { type: 'Battery', scope: 'Device', status: 'Discharging', capacity: '3' },
  };
  for (const [name, files] of Object.entries(supplies)) {
    await mkdir(join(school.folder, 'power', name), { recursive: true });
    for (const [file, word] of Object.entries(files)) await writeFile(join(school.folder, 'power', name, file), `${word}\n`);
  }
}

// The shape of smartctl -H -i -j (smartmontools 7.3, json_format_version 1.0), shortened to what it always has.
const smart = (name: string, passed: boolean | undefined): object => ({
  json_format_version: [1, 0],
  smartctl: { version: [7, 3], exit_status: passed === false ? 8 : 0, argv: ['smartctl', '-H', '-i', '-j', name] },
  device: { name, info_name: `${name} [SAT]`, type: 'sat', protocol: 'ATA' },
  model_name: 'ST1000DM010-2EP102',
  smart_support: { available: passed !== undefined, enabled: passed !== undefined },
  ...(passed === undefined ? {} : { smart_status: { passed } }),
});

const report = (disks: object[], lookedAt = new Date().toISOString()): Promise<void> =>
  writeFile(join(school.folder, 'disks.json'), JSON.stringify({ looked_at: lookedAt, disks }));

test('the server tells how it is, to administrators and to the console alike', async () => {
  const [seen, told] = [await administrator.get('/api/v1/server'), await school.console('GET', '/api/v1/console/health')];
  for (const { version, people_online, broadcasts_live, memory_bytes, items } of [seen, told]) {
    assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.equal(people_online, 0);
    assert.equal(broadcasts_live, 0);
    assert.ok(memory_bytes > 1e6);
    assert.deepEqual(items.map(({ id }: any) => id),
      ['database', 'clock', 'network-name', 'data-disk', 'parts-disk', 'disks', 'power', 'memory', 'media-tools']);
  }
  assert.deepEqual(itemOf(seen, 'network-name'), { id: 'network-name', level: 'ok', state: 'off', since: null, values: { name: null, host: null, detail: null } });
  assert.ok(itemOf(seen, 'data-disk').values.free_bytes > 0);
  const { state, values: { total_bytes: total, available_bytes: available } } = itemOf(seen, 'memory');
  assert.equal(state, 'fine');
  assert.ok(available > total / 20 && available < total, `${available} of ${total}`);
});

test('people with a page open are counted once each', async () => {
  const streams = [await administrator.live(), await administrator.live()];
  const { people_online: people, live_streams: open } = await administrator.get('/api/v1/server');
  assert.deepEqual([people, open], [1, 2]);
  for (const stream of streams) await stream.close();
});

test('a battery: the page is told, the journal says once that it began and once that it is over', async () => {
  const stream = await administrator.live();
  await plug(true, 97);
  assert.deepEqual(await look('power'), { id: 'power', level: 'ok', state: 'mains', since: null, values: { percent: 97 } });
  await plug(false, 96);
  const onBattery = await look('power');
  assert.deepEqual([onBattery.level, onBattery.state, onBattery.values.percent], ['warning', 'battery', 96]);
  await stream.next('server');
  await plug(false, 12);
  const low = await look('power');
  assert.deepEqual([low.level, low.state, low.since], ['alarm', 'low', onBattery.since]);
  assert.equal((await administrator.get('/api/v1/server')).level, 'alarm');
  await plug(true, 13);
  assert.equal((await look('power')).state, 'mains');
  await school.daemon.line(/It is over: The machine runs on its battery/);
  const said = school.daemon.lines.filter((line) => /battery/.test(line)).map((line) => line.replace(/^\S+ /, ''));
  assert.deepEqual(said, ['The machine runs on its battery, which is 96 % full', 'The machine runs on its battery, which is 12 % full',
    'It is over: The machine runs on its battery, which is 12 % full']);
  await stream.close();
});

test('a disk that says that it will fail is an alarm; what nobody watches and what cannot be read are told apart', async () => {
  assert.equal((await look('disks')).state, 'unwatched');
  await report([smart('/dev/sda', true), smart('/dev/sdb', undefined)]);
  const well = await look('disks');
  assert.equal(well.state, 'fine');
  assert.deepEqual(well.values.disks.map(({ name, verdict }: any) => [name, verdict]), [['/dev/sda', 'passed'], ['/dev/sdb', 'silent']]);
  await report([smart('/dev/sda', true), smart('/dev/sdb', false)]);
  const failing = await look('disks');
  assert.deepEqual([failing.level, failing.state], ['alarm', 'failing']);
  await school.daemon.line(/A disk says that it will fail: \/dev\/sdb/);
  await report([smart('/dev/sda', true)], new Date(Date.now() - 3 * 86_400_000).toISOString());
  assert.equal((await look('disks')).state, 'unreadable');
  for (const text of ['', '{', '[]', '{"disks": 5}', '{"looked_at": "x", "disks": []}', `{"disks": [${'[['.repeat(5000)}`, '\xff\xfe', 'x'.repeat(300 * 1024)]) {
    await writeFile(join(school.folder, 'disks.json'), text);
    assert.equal((await look('disks')).state, 'unreadable', text.slice(0, 30));
  }
  await report([{ device: { name: 'a\nb' } }, { device: 5 }, 'x' as any, smart('/dev/sdc', undefined)]);
  const { state, values } = await look('disks');
  assert.deepEqual([state, values.disks.length], ['unwatched', 1]);
  await rm(join(school.folder, 'disks.json'));
});

test('the script that asks the disks writes what health reads', async () => {
  // No disk of a test machine answers: a smartctl of the test's own prints what the real one documents.
  const folder = join(school.folder, 'bin');
  await mkdir(folder);
  await writeFile(join(folder, 'smartctl'), `#!/bin/sh
case "$*" in
--scan) echo '/dev/sda -d sat # /dev/sda [SAT], ATA device'; echo '/dev/sdb -d sat # odd'; echo '/dev/nvme0 -d nvme # /dev/nvme0, NVMe device' ;;
*/dev/sda) echo '${JSON.stringify(smart('/dev/sda', true))}' ;;
*/dev/sdb) echo 'Segmentation fault'; exit 139 ;;
*) echo '${JSON.stringify(smart('/dev/nvme0', false))}'; exit 8 ;;
esac
`, { mode: 0o755 });
  const file = join(school.folder, 'disks.json');
  await run('/bin/sh', [join(PROJECT, 'units/urok-health'), file], { env: { PATH: `${folder}:/usr/bin:/bin` } });
  const { state, values } = await look('disks');
  assert.deepEqual([state, values.disks.map(({ name, verdict }: any) => [name, verdict])], ['failing', [['/dev/sda', 'passed'], ['/dev/nvme0', 'failing']]]);
  await rm(file);
});

test('a certificate: how long it lasts, that it ends, that it has ended', async () => {
  const lay = (daysLeft: number): Promise<void> => writeFile(join(school.folder, 'certificate.json'),
    JSON.stringify({ kind: 'own', not_after: new Date(Date.now() + daysLeft * 86_400_000).toISOString() }));
  assert.equal(await look('certificate'), undefined);
  for (const [days, level, state] of [[300, 'ok', 'fine'], [10, 'warning', 'ending'], [-1, 'alarm', 'ended']] as const) {
    await lay(days);
    const item = await look('certificate');
    assert.deepEqual([item.level, item.state, item.values.kind], [level, state, 'own']);
  }
  await writeFile(join(school.folder, 'certificate.json'), '{"not_after": "soon"}');
  assert.equal((await look('certificate')).state, 'unreadable');
  await rm(join(school.folder, 'certificate.json'));
  assert.equal(await look('certificate'), undefined);
  await school.daemon.line(/It is over: It cannot be told when the certificate ends/);
});

test('a disk that fills: a warning, and it is over when there is room', async () => {
  await using small = await startSchool({ wrap: (folder) => onSmallDisk(join(folder, 'data'), '1000m') });
  const who = await small.setUp();
  assert.equal((await look('data-disk', who)).level, 'ok');
  await writeFile(inside(small, 'data', 'filler'), Buffer.alloc(64 * 2 ** 20));
  const { level, state, values } = await look('data-disk', who);
  assert.deepEqual([level, state], ['warning', 'filling']);
  assert.ok(values.free_bytes < 1e9 && values.total_bytes === 1000 * 2 ** 20, JSON.stringify(values));
  await small.daemon.line(/The disk of .*data is filling: 9[78]\d MB are left/);
  await makeRoom(small, 'data');
  assert.equal((await look('data-disk', who)).level, 'ok');
  await small.daemon.line(/It is over: The disk of/);
});

test('a disk that is full is an alarm from the first look on', async () => {
  await using small = await startSchool({ wrap: (folder) => onSmallDisk(join(folder, 'data'), '200m') });
  await small.daemon.line(/The disk of .*data is full/);
  assert.equal(itemOf(await small.console('GET', '/api/v1/console/health'), 'data-disk').state, 'full');
});

test('packages that some cameras need are named', async () => {
  const { place, environment } = await pluginsWithoutBad();
  try {
    await using lacking = await startSchool({ environment });
    const who = await lacking.setUp();
    const { level, state, values } = await look('media-tools', who);
    assert.deepEqual([level, state, values.packages], ['warning', 'missing', ['gstreamer1.0-plugins-bad']]);
  } finally {
    await rm(place, { recursive: true });
  }
});

test('nobody else is in the network that is not listened to', async () => {
  assert.deepEqual(await administrator.get('/api/v1/server/neighbours'), { items: [] });
});

const metrics = (): ReturnType<typeof ask> => ask({ socketPath: school.socket('metrics') }, 'GET', '/metrics', {});

/** What a strict reader of OpenMetrics makes of it: {"name{label=value}": number}. */
async function readMetrics(): Promise<Record<string, number>> {
  const { status, text, headers } = await metrics();
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  assert.ok(text.endsWith('# EOF\n'));
  const script = `import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
print(json.dumps({s.name + "".join(f"{{{k}={v}}}" for k, v in s.labels.items()): s.value for f in read(sys.argv[1]) for s in f.samples}))`;
  return JSON.parse((await run('/usr/bin/python3', ['-c', script, text])).stdout);
}

test('metrics: a strict reader takes them, and they count', async () => {
  const before = await readMetrics();
  assert.equal(before['urok_build_info{version=0.1.0}'], 1);
  assert.ok(before['urok_memory_resident_bytes']! > 1e6);
  assert.ok(before['urok_disk_free_bytes{disk=data}']! > 0);
  assert.equal(before['urok_health_level{item=database}'], 0);
  const stream = await administrator.live();
  assert.equal((await administrator.ask('GET', '/api/v1/none')).status, 404);
  await administrator.ask('PATCH', '/api/v1/school', { body: { name: 'Лицей № 17' } });
  const now = await readMetrics();
  const grown = (name: string): number => now[name]! - before[name]!;
  assert.equal(grown('urok_people_online'), 1);
  assert.equal(grown('urok_http_replies_total{status=4xx}'), 1);
  assert.equal(grown('urok_http_replies_total{status=2xx}'), 2);
  assert.ok(grown('urok_store_commits_total') >= 1); // who looked at whom may be written meanwhile
  assert.equal(grown('urok_events_total'), 1);
  await stream.close();
});

test('metrics: their socket has nothing else, and no other socket has them', async () => {
  for (const path of ['/api/v1/school', '/api/v1/console/health', '/api/v1/server', '/']) {
    assert.equal((await ask({ socketPath: school.socket('metrics') }, 'GET', path, { cookie: administrator.cookie })).status, 404, path);
  }
  assert.equal((await administrator.ask('GET', '/metrics')).status, 404);
  assert.equal((await ask({ socketPath: school.socket('metrics') }, 'POST', '/metrics', {})).status, 405);
});

test('metrics name nobody and nothing of the school', async () => {
  const { text } = await metrics();
  for (const word of ['Лицей', 'Орлова', 'orlova', administrator.me.id, school.folder]) assert.ok(!text.includes(word), word);
});
