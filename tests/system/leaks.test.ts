// SPDX-License-Identifier: LGPL-2.1-or-later
// Every other test takes an end without a report for an end without a leak: so a leak must be seen here.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { BUILD } from '../lib/places.ts';
import { Process } from '../lib/process.ts';

test('leaks: a leak in a program that is ended politely fails its test', async () => {
  const leaky = new Process('leaky', join(BUILD, 'tests/lib/leaky'), ['stay']);
  await leaky.line(/is ready/);
  await assert.rejects(leaky.stop(), /LeakSanitizer: detected memory leaks/);
});
