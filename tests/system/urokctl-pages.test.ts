// SPDX-License-Identifier: LGPL-2.1-or-later
// What is made from urokctl's table, as its users meet it: help in both languages, manual pages, and completion in a real bash.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { BUILD, PROJECT } from '../lib/places.ts';
import { startSchool, type School } from '../lib/school.ts';

const run = promisify(execFile);
const PAGES = join(BUILD, 'docs/man');
let school: School;
let folder: string;

before(async () => {
  school = await startSchool();
  await school.setUp();
  folder = await mkdtemp(join(tmpdir(), 'urok-pages-'));
});

after(async () => {
  await school.stop();
  await rm(folder, { recursive: true });
});

async function said(words: string[], language = 'C.UTF-8'): Promise<{ status: number; out: string; err: string }> {
  const env = { ...process.env, LC_ALL: language, LANGUAGE: '', UROK_CONTROL: school.socket('control') };
  return new Promise((resolve) => execFile(join(BUILD, 'ctl/urokctl'), words, { env },
    (error, out, err) => resolve({ status: error === null ? 0 : Number(error.code), out, err })));
}

/** What a bash with the completion offers behind these words; the last one is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _urokctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', script, 'bash', join(PAGES, 'urokctl'), join(BUILD, 'ctl/urokctl'), ...words],
    { env: { ...process.env, UROK_CONTROL: school.socket('control') } });
  return stdout.split('\n').filter(Boolean);
}

test('completion: commands, second words and options of a command', async () => {
  assert.deepEqual(await offered('came'), ['camera']);
  assert.deepEqual(await offered('camera', ''), ['list', 'add', 'probe', 'remove']);
  assert.deepEqual(await offered('--json', 'camera', 'r'), ['remove']);
  assert.deepEqual((await offered('camera', 'add', '--')).sort(), ['--help', '--json', '--login', '--socket', '--untried', '--version']);
  assert.deepEqual(await offered('camera', 'add', '--login', ''), [], 'a login is nobody\'s to guess');
  assert.deepEqual(await offered('help', 'clo'), ['clock', 'cloud']);
});

test('completion: cameras and logins of the school, over the socket', async () => {
  await school.console('POST', '/api/v1/cameras', { name: 'Кабинет 7', url: 'rtsp://127.0.0.1:9/x' });
  assert.deepEqual(await offered('camera', 'remove', ''), ['kabinet-7']);
  assert.deepEqual(await offered('sign-in-link', 'or'), ['orlova']);
});

test('completion: files where a file is wanted, nothing where urokd does not answer', async () => {
  await writeFile(join(folder, 'urok.conf'), '');
  assert.deepEqual(await offered('check-config', join(folder, 'u')), [join(folder, 'urok.conf')]);
  assert.deepEqual(await offered('--socket', join(folder, 'u')), [join(folder, 'urok.conf')]);
  const { stdout } = await run(join(BUILD, 'ctl/urokctl'), ['--socket', '/nowhere', 'complete', 'camera']);
  assert.equal(stdout, '');
});

test('help: every command is in the list and in the manual, in both languages', async () => {
  for (const [language, page] of [['C.UTF-8', 'urokctl.1'], ['ru_RU.UTF-8', 'ru/urokctl.1']] as const) {
    const list = (await said(['--help'], language)).out;
    const commands = [...list.matchAll(/^ {2}([a-z][a-z-]*(?: [a-z][a-z-]+)?)(?= |$)/gm)].map(([, name]) => name!);
    assert.ok(commands.length > 15, list);
    const manual = (await readFile(join(PAGES, page), 'utf8')).replaceAll('\\-', '-');
    for (const command of commands) {
      assert.ok(manual.includes(`\\fB${command}\\fR`), `${page}: ${command}`);
    }
  }
});

test('help: a command has one of its own', async () => {
  assert.match((await said(['camera', 'add', '--help'])).out, /^Usage: urokctl camera add NAME ADDRESS\n[\s\S]*--untried/);
  const { out } = await said(['help', 'camera', 'add'], 'ru_RU.UTF-8');
  assert.match(out, /^Вызов: urokctl camera add НАЗВАНИЕ АДРЕС\n[\s\S]*Параметры\n[\s\S]*--untried/);
});

test('help: an option that a command does not take is refused', async () => {
  const { status, err } = await said(['status', '--untried']);
  assert.equal(status, 2);
  assert.equal(err, 'urokctl: status takes no --untried.\n');
  assert.match((await said(['camera', 'remove'])).err, /It is: urokctl camera remove CAMERA/);
});

test('manual: groff has nothing to say of any page', async () => {
  const sources = join(PROJECT, 'docs/man');
  const pages = [join(PAGES, 'urokctl.1'), join(PAGES, 'ru/urokctl.1')];
  for (const place of [sources, join(sources, 'ru')]) {
    pages.push(...(await readdir(place)).filter((name) => /\.[158]$/.test(name)).map((name) => join(place, name)));
  }
  assert.ok(pages.length >= 8, String(pages));
  for (const page of pages) {
    const { stdout, stderr } = await run('groff', ['-man', '-Kutf8', '-Tutf8', '-ww', page], { maxBuffer: 1 << 24 });
    assert.equal(stderr, '', page);
    assert.ok(stdout.length > 500, page);
  }
});

test('catalog: journalctl takes it', async () => {
  const place = join(folder, 'root/usr/lib/systemd/catalog');
  await mkdir(place, { recursive: true });
  await mkdir(join(folder, 'root/var/lib/systemd/catalog'), { recursive: true });
  const text = await readFile(join(PROJECT, 'config/urok.catalog'), 'utf8');
  await writeFile(join(place, 'urok.catalog'), text);
  const { stderr } = await run('journalctl', [`--root=${join(folder, 'root')}`, '--update-catalog']);
  assert.equal(stderr, '');
  const { stdout } = await run('journalctl', [`--root=${join(folder, 'root')}`, '--list-catalog']);
  const ids = new Set([...text.matchAll(/^-- ([0-9a-f]{32})/gm)].map(([, id]) => id!));
  assert.equal(stdout.trim().split('\n').length, ids.size);
});
