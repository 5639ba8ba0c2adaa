// SPDX-License-Identifier: LGPL-2.1-or-later
// docs/openapi.yaml against the daemon's own table of routes, both ways, with who may use each.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { NODE_MODULES, PROJECT } from '../lib/places.ts';
import { startSchool, type School } from '../lib/school.ts';

const { parse } = createRequire(`${NODE_MODULES}/`)('yaml');

/** Setting up is anyone's, and the rule behind it wants the console's code. */
const DOOR_OF: Record<string, string> = { setup: 'anyone' };

let school: School;
let promised: Map<string, string>;
let served: Map<string, string>;

before(async () => {
  const contract = parse(await readFile(join(PROJECT, 'docs/openapi.yaml'), 'utf8'));
  promised = new Map();
  for (const [path, operations] of Object.entries<Record<string, any>>(contract.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'].filter((one) => operations[one] !== undefined)) {
      const who = operations[method]['x-who'];
      promised.set(`${method.toUpperCase()} ${path}`, DOOR_OF[who] ?? who);
    }
  }
  school = await startSchool();
  const { items } = await school.console('GET', '/api/v1/console/routes');
  served = new Map(items
    .map(({ method, path, who }: Record<string, string>) => [`${method} ${path!.replace(/:(\w+)/g, '{$1}')}`, who]));
});

after(() => school.stop());

test('everything that is promised is served', () => {
  assert.deepEqual([...promised.keys()].filter((operation) => !served.has(operation)), []);
});

test('everything that is served is promised', () => {
  const isOurs = (operation: string): boolean => operation.includes('/api/v1/console/'); // urokctl's, of the same build
  assert.deepEqual([...served.keys()].filter((operation) => !promised.has(operation) && !isOurs(operation)), []);
});

test('the doors are those that the contract names', () => {
  const wrong = [...promised].filter(([operation, who]) => served.has(operation) && served.get(operation) !== who);
  assert.deepEqual(wrong.map(([operation, who]) => `${operation}: ${who}, not ${served.get(operation)}`), []);
});
