// SPDX-License-Identifier: LGPL-2.1-or-later
// A school's box and its school at the cloud, each the real program, over a real broker with certificates.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { letLeave, startClassroom, wholeChat, type Classroom } from './classroom.ts';
import { askFront, brokerPort, CloudBroker, linkBox, sayBox } from './cloud-broker.ts';
import { startCloud, type CloudUnderTest, type Instance, type SchoolInCloud } from './cloud.ts';
import type { Person } from './school.ts';

export type Signed = Awaited<ReturnType<SchoolInCloud['signIn']>>;

/** A linked school of which everything may leave, and an instance that holds it. */
export class Joined implements AsyncDisposable {
  readonly cloud: CloudUnderTest;
  readonly room: Classroom;
  readonly broker: CloudBroker;
  readonly one: Instance;
  readonly who: Record<string, string>;

  private constructor(cloud: CloudUnderTest, room: Classroom, broker: CloudBroker, one: Instance, who: Record<string, string>) {
    this.cloud = cloud;
    this.room = room;
    this.broker = broker;
    this.one = one;
    this.who = who;
  }

  /** `ear`: the broker has a listener for whoever wants to hear all. */
  static async start({ ear = 0 } = {}): Promise<Joined> {
    const port = await brokerPort();
    const cloud = await startCloud({ broker: `mqtts://localhost:${port}` });
    const room = await startClassroom();
    const one = await cloud.instance('one');
    cloud.addSchool('lyceum');
    const broker = new CloudBroker(cloud, port, undefined, undefined, ear);
    await broker.start();
    await one.start();
    await one.process.line(/The broker is reached/);
    const admin = await room.enter('admin');
    const { box } = await admin.get('/api/v1/cloud');
    await letLeave(admin);
    await room.school.daemon.stop();
    const { body } = await linkBox(cloud, 'lyceum', join(room.school.folder, 'data'), box);
    await room.school.start();
    await one.process.line(/The box of the school lyceum speaks/);
    return new Joined(cloud, room, broker, one, sayBox(body.certificate));
  }

  get school(): SchoolInCloud {
    return this.cloud.school('lyceum');
  }

  /** When the cloud knows all that the box does. */
  async isInStep(admin: Person): Promise<void> {
    while ((await admin.get('/api/v1/cloud')).waiting > 0);
  }

  /** Somebody of the box comes into the cloud by a link that the box asks for. */
  async signIn(person: Person): Promise<Signed> {
    const reply = await askFront(this.cloud, 'POST', '/box/v1/entries', { body: { person: person.me.id }, headers: this.who });
    assert.equal(reply.status, 201, reply.text);
    const [, code] = /^http:\/\/lyceum\.localhost:8081\/sign-in#(.+)$/.exec(reply.body.url)!;
    return this.school.person(await this.school.ask('POST', '/api/v1/sessions', { body: { code } }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.room[Symbol.asyncDispose]();
    await this.broker.stop();
    await this.cloud.stop();
  }
}

/** Until a text is there. */
export async function reads(person: Pick<Person, 'get'>, chat: string, text: string): Promise<void> {
  while (!(await wholeChat(person as Person, chat)).some((message) => message.text === text));
}

export const say = async (person: Signed, chat: string, text: string): Promise<void> => {
  const reply = await person.ask('POST', `/api/v1/chats/${chat}/messages`, { body: { text } });
  assert.equal(reply.status, 201, reply.text);
};
