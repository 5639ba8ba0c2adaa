// SPDX-License-Identifier: LGPL-2.1-or-later
// What urokd weighs and how often it wakes up: idle with the demo school in it, and after 500 people signed in with their
// passwords. With 2,000 streams it is weighed by live.ts.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import { startSchool } from '../lib/school.ts';
import { cpuOf, megabytesOf } from '../lib/weigh.ts';
import { isLong, row } from './lib/row.ts';
import { askMany, postOf, startFilled } from './lib/tools.ts';

const IDLE_S = isLong ? 60 : 10;
const SIGN_INS = isLong ? 500 : 100;
const ACCOUNTS = 50;
const PASSWORD = 'длинный пароль 17';

/** How often any of its threads went to sleep and was woken. */
async function wakeUpsOf(pid: number): Promise<number> {
  let sum = 0;
  for (const task of await readdir(`/proc/${pid}/task`)) {
    const status = await readFile(`/proc/${pid}/task/${task}/status`, 'utf8');
    sum += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)![1]);
  }
  return sum;
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)![1]) / 1024;
}

async function weighIdle(): Promise<void> {
  const school = await startSchool();
  await school.furnish();
  await school.daemon.stop();
  await school.start();
  const { pid } = school.daemon;
  await after(1000); // what a start leaves behind is not what lasts
  const [wakeUps, cpu] = [await wakeUpsOf(pid), await cpuOf(pid)];
  await after(IDLE_S * 1000);
  row({ part: 'daemon', what: `wake-ups in ${IDLE_S} idle seconds`, figure: await wakeUpsOf(pid) - wakeUps, unit: '', most: 0, exact: true });
  row({ part: 'daemon', what: 'CPU in them', figure: await cpuOf(pid) - cpu, unit: 'µs' });
  row({ part: 'daemon', what: 'urokd idle, the demo school in it', figure: await megabytesOf(pid, 'Rss'), unit: 'MB', most: 20 });
  await school.stop();
}

async function weighSignIns(): Promise<void> {
  const school = await startFilled(1000);
  const { pid } = school.daemon;
  const requests: string[] = [];
  for (let i = 0; i < ACCOUNTS; i++) {
    const person = await school.signIn(`teacher${i}`);
    const reply = await person.ask('PUT', '/api/v1/me/password', { body: { new: PASSWORD } });
    if (reply.status !== 204) throw new Error(reply.text);
    requests.push(postOf('/api/v1/sessions', '', { login: `teacher${i}`, password: PASSWORD }));
  }
  const before = await cpuOf(pid);
  await askMany(school.socket('rest'), requests, ACCOUNTS, SIGN_INS);
  row({ part: 'daemon', what: 'a sign-in with a password', figure: (await cpuOf(pid) - before) / SIGN_INS / 1000, unit: 'ms' });
  row({ part: 'daemon', what: `urokd at its heaviest, ${SIGN_INS} sign-ins`, figure: await peakOf(pid), unit: 'MB', most: 45 });
  await school.stop();
}

await weighIdle();
await weighSignIns();
