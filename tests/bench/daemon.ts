// SPDX-License-Identifier: LGPL-2.1-or-later
// What urokd costs as a whole: memory at rest, CPU of small GETs. The scheduler counts the CPU.
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { startSchool, type Person, type School } from '../lib/school.ts';

const CONNECTIONS = 32;
const EACH = 2000;

const cpuNs = async (pid: number): Promise<number> => Number((await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')[0]);

async function rssMb(pid: number): Promise<number> {
  return Number(/VmRSS:\s*(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

function show(what: string, value: number, unit: string): void {
  console.log(`${what.padEnd(52)} ${value.toFixed(2).padStart(8)} ${unit}`);
}

/** One request after the other on a connection that stays open, as nginx asks. */
function pound(socket: Socket, request: Buffer, times: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = times;
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      const head = heard.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(heard)![1]);
      if (heard.length < head + 4 + length) return;
      if (!heard.startsWith('HTTP/1.1 200')) reject(new Error(heard));
      heard = heard.slice(head + 4 + length);
      left -= 1;
      if (left > 0) socket.write(request);
      else socket.end(() => resolve());
    });
    socket.on('error', reject);
    socket.write(request);
  });
}

async function measure(school: School, what: string, path: string, person?: Person): Promise<void> {
  const pid = school.daemon.pid;
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\n` +
    `Sec-Fetch-Site: same-origin\r\n${person ? `Cookie: ${person.cookie}\r\n` : ''}\r\n`);
  const before = await cpuNs(pid);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pound(connect(school.socket('rest')), request, EACH)));
  show(what, (await cpuNs(pid) - before) / 1000 / CONNECTIONS / EACH, 'us of CPU a request');
}

await using school = await startSchool();
const orlova = await school.setUp();
show('urokd with an empty school', await rssMb(school.daemon.pid), 'MB of RSS');
await measure(school, 'GET /school, signed out', '/api/v1/school');
await measure(school, 'GET /me, signed in', '/api/v1/me', orlova);
await measure(school, 'GET /chats, signed in', '/api/v1/chats', orlova);
show('urokd afterwards', await rssMb(school.daemon.pid), 'MB of RSS');
