// SPDX-License-Identifier: LGPL-2.1-or-later
// Two schools of a cloud, each with a class, a pupil in it, and that pupil's parent: one human in both.
import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { type CloudUnderTest, type SchoolInCloud, startSmall } from './cloud.ts';
import { nginxConfiguration } from './nginx.ts';
import { PROJECT } from './places.ts';
import { Process } from './process.ts';

export type Signed = Awaited<ReturnType<SchoolInCloud['signIn']>>;

/** A school with one class, one pupil in it, and the pupil's parent. */
export class Small {
  readonly school: Pick<SchoolInCloud, 'signIn'>;
  readonly administrator: Signed;
  child = '';
  parent = '';
  year = '';
  room = '';
  readonly login: string;

  private constructor(school: Pick<SchoolInCloud, 'signIn'>, administrator: Signed, login: string) {
    this.school = school;
    this.administrator = administrator;
    this.login = login;
  }

  static async open(cloud: CloudUnderTest, slug: string, name: string, child: string, login: string): Promise<Small> {
    const { school, person } = await startSmall(cloud.school(slug));
    return Small.furnish(school, person, name, child, login);
  }

  /** A school that was just set up by this administrator. */
  static async furnish(school: Pick<SchoolInCloud, 'signIn'>, administrator: Signed, name: string, child: string, login: string): Promise<Small> {
    await administrator.ask('PATCH', '/api/v1/school', { body: { name } });
    const small = new Small(school, administrator, login);
    const put = async (path: string, body: object) => {
      const reply = await administrator.ask('PUT', path, { body });
      assert.ok(reply.status < 300, `PUT ${path}: ${reply.status} ${reply.text}`);
    };
    small.year = (await administrator.post('/api/v1/school-years', { title: '2026/27', from_date: '2026-09-01', to_date: '2027-08-31' })).id;
    small.room = (await administrator.post('/api/v1/classes', { year: small.year, grade: 5, letters: ['Б'] })).items[0].id;
    const { items: [pupil, parent] } = await administrator.post('/api/v1/people', { items: [
      { family_name: 'Кузнецов', given_name: child, roles: ['pupil'], login: `${login}-pupil` },
      { family_name: 'Кузнецова', given_name: 'Мария', roles: ['parent'], login },
    ] });
    small.child = pupil.id;
    small.parent = parent.id;
    await put(`/api/v1/classes/${small.room}/members/${pupil.id}`, { as: 'pupil' });
    await put(`/api/v1/people/${pupil.id}/parents/${parent.id}`, { reason: 'Заявление' });
    return small;
  }

  async signIn(): Promise<Signed> {
    return this.school.signIn(this.login);
  }
}

export async function startTwo(cloud: CloudUnderTest): Promise<{ one: Small; other: Small }> {
  const instance = await cloud.instance('one');
  cloud.addSchool('lyceum');
  cloud.addSchool('school-5');
  await instance.start();
  for (const slug of ['lyceum', 'school-5']) await instance.process.line(new RegExp(`The school ${slug} is held`));
  return { one: await Small.open(cloud, 'lyceum', 'Лицей', 'Пётр', 'maria'), other: await Small.open(cloud, 'school-5', 'Школа № 5', 'Ольга', 'kuznetsova') };
}

export const listOf = async (person: Signed) => (await person.get('/api/v1/me/schools')).schools;

/** Both say yes. */
export async function join(from: Signed, to: Signed): Promise<void> {
  const { code } = await from.post('/api/v1/me/schools/codes', {});
  assert.equal((await to.ask('POST', '/api/v1/me/schools', { body: { code } })).status, 204);
  const [asked] = await listOf(from);
  assert.equal(asked.state, 'asked');
  assert.equal((await from.ask('PUT', `/api/v1/me/schools/${asked.id}`, { body: {} })).status, 204);
}

/** The pages of a school in the cloud, at a loopback address of its own: what a browser's visitor needs of a school. */
export class Pages {
  readonly url: string;
  readonly #school: SchoolInCloud;
  #nginx: Process | undefined;

  constructor(school: SchoolInCloud, url: string) {
    this.#school = school;
    this.url = url;
  }

  /** listen: as nginx has it. */
  async start(cloud: CloudUnderTest, slug: string, listen: string): Promise<void> {
    const state = pathOf(cloud.folder, `nginx-${slug}`);
    const text = await nginxConfiguration({
      LISTEN: `listen ${listen};`, USER: process.getuid!() === 0 ? 'user root root;' : '', WEB: pathOf(PROJECT, 'web/dist'),
      RUNTIME: this.#school.folder, FILES: pathOf(cloud.folder, 'files', slug), STATE: state, CONFIG: pathOf(PROJECT, 'config/nginx'), TRANSPORT_SECURITY: '',
    });
    await mkdir(state, { recursive: true });
    await chmod(state, 0o755);
    await writeFile(pathOf(state, 'nginx.conf'), text.replace(/^error_log .*$/m, 'error_log stderr notice;'));
    this.#nginx = new Process('nginx', '/usr/sbin/nginx', ['-e', 'stderr', '-c', pathOf(state, 'nginx.conf')]);
    await this.#nginx.line(/start worker process \d+/);
  }

  async signIn(login: string): Promise<Signed> {
    return this.#school.signIn(login);
  }

  async stop(): Promise<void> {
    await this.#nginx?.stop();
  }
}
