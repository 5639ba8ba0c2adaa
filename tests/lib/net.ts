// SPDX-License-Identifier: LGPL-2.1-or-later
// A small Internet of a test's own: network namespaces, and between them cables that can be pulled, lose packets and
// take their time. Nothing of this machine's own network is touched. Needs root.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PLAIN_BUILD } from './places.ts';
import { Process } from './process.ts';

const run = promisify(execFile);
const ip = async (...words: string[]): Promise<void> => void await run('ip', words);

/** Where everybody reaches the middle. */
export const MIDDLE = '10.77.0.1';

export class Space {
  readonly name: string;
  /** In front of a program's own: it runs in here, with this machine's files. */
  readonly words: string[];
  address = '127.0.0.1';

  constructor(name: string) {
    this.name = name;
    this.words = ['ip', 'netns', 'exec', name];
  }

  start(name: string, words: string[], environment: Record<string, string> = {}): Process {
    return new Process(name, this.words[0]!, [...this.words.slice(1), ...words], environment);
  }

  async run(...words: string[]): Promise<string> {
    return (await run(this.words[0]!, [...this.words.slice(1), ...words], { maxBuffer: 2 ** 26 })).stdout;
  }
}

export class Cable {
  readonly process: Process;
  constructor(process: Process) {
    this.process = process;
  }

  async #tell(line: string): Promise<void> {
    const from = this.process.lines.length;
    this.process.tell(line);
    assert.equal(await this.process.line(/^(done|unknown)$/, from), 'done', line);
  }

  /** From here on nothing comes through, and nobody is told. */
  async cut(): Promise<void> {
    await this.#tell('cut');
  }

  async plug(): Promise<void> {
    await this.#tell('plug');
  }

  /** Each way. */
  async slow(milliseconds: number): Promise<void> {
    await this.#tell(`slow ${milliseconds}`);
  }

  async lossy(percent: number): Promise<void> {
    await this.#tell(`lossy ${percent}`);
  }
}

let nets = 0;

export class Net {
  readonly middle: Space;
  readonly #prefix: string;
  readonly #spaces: Space[] = [];
  readonly #cables: Cable[] = [];

  constructor() {
    nets += 1;
    this.#prefix = `urok-${process.pid}-${nets}`;
    this.middle = new Space(`${this.#prefix}-middle`);
  }

  async make(): Promise<void> {
    assert.equal(process.getuid!(), 0, 'network namespaces are made by root alone: sudo ./test cloud');
    await this.#add(this.middle);
    await ip('-n', this.middle.name, 'addr', 'add', `${MIDDLE}/32`, 'dev', 'lo');
    // Who is at one cable's end may reach who is at another's.
    await this.middle.run('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward');
    this.middle.address = MIDDLE;
  }

  async #add(space: Space): Promise<void> {
    await ip('netns', 'add', space.name);
    this.#spaces.push(space);
    await ip('-n', space.name, 'link', 'set', 'lo', 'up');
  }

  /** A place of its own at the end of a cable from the middle. */
  async place(name: string): Promise<[Space, Cable]> {
    const space = new Space(`${this.#prefix}-${name}`);
    await this.#add(space);
    const number = this.#spaces.length;
    const [near, far] = [`10.77.${number}.1`, `10.77.${number}.2`];
    const cable = new Process(`cable-${name}`, join(PLAIN_BUILD, 'tests/lib/cable'), [this.middle.name, `to-${name}`.slice(0, 15), space.name, 'out']);
    await cable.line(/^ready$/);
    for (const [where, device, own, other] of [[this.middle.name, `to-${name}`.slice(0, 15), near, far], [space.name, 'out', far, near]] as const) {
      await ip('-n', where, 'addr', 'add', own, 'peer', other, 'dev', device);
      await ip('-n', where, 'link', 'set', device, 'up');
    }
    await ip('-n', space.name, 'route', 'add', 'default', 'via', near);
    space.address = far;
    this.#cables.push(new Cable(cable));
    return [space, this.#cables.at(-1)!];
  }

  async end(): Promise<void> {
    for (const { process: cable } of this.#cables) await cable.kill();
    for (const { name } of this.#spaces) await ip('netns', 'del', name);
  }
}

/** `await using net = await makeNet()`: ends with the block, after what ran in it. */
export async function makeNet(): Promise<Net & AsyncDisposable> {
  const net = new Net();
  await net.make();
  return Object.assign(net, { [Symbol.asyncDispose]: () => net.end() });
}

/** A file of keys, as our programs read them. */
export async function writeKeys(file: string, group: string, keys: Record<string, string | number | undefined>): Promise<string> {
  const lines = Object.entries(keys).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(file, `[${group}]\n${lines.join('')}`);
  return file;
}
