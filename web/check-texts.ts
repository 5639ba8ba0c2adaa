// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds the message catalogues against the source: nothing new that they lack, nothing untranslated.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LOCALES = 'src/locales';

/** msgid to msgstr of a catalogue, the long ones joined. */
function entries(file: string): Map<string, string> {
  const found = new Map<string, string>();
  const string = String.raw`((?:"(?:[^"\\]|\\.)*"\n?)+)`;
  for (const [, id, text] of readFileSync(file, 'utf8').matchAll(new RegExp(`^msgid ${string}msgstr ${string}`, 'gm'))) {
    const join = (part: string) => part.split('\n').map((line) => line.slice(1, -1)).join('');
    if (join(id!)) found.set(join(id!), join(text!));
  }
  return found;
}

const kept = mkdtempSync(join(tmpdir(), 'urok-texts-'));
const wrong: string[] = [];
try {
  cpSync(LOCALES, kept, { recursive: true });
  execFileSync('node_modules/.bin/lingui', ['extract', '--clean'], { stdio: 'ignore' });
  for (const language of ['ru', 'en']) {
    const before = entries(join(kept, `${language}.po`));
    const now = entries(join(LOCALES, `${language}.po`));
    for (const [id, text] of now) {
      if (!before.has(id)) wrong.push(`${language}: not in the catalogue: ${id}`);
      else if (!text) wrong.push(`${language}: not translated: ${id}`);
    }
    for (const id of before.keys()) if (!now.has(id)) wrong.push(`${language}: no longer used: ${id}`);
  }
} finally {
  cpSync(kept, LOCALES, { recursive: true });
  rmSync(kept, { recursive: true });
}
wrong.forEach((line) => console.error(line));
if (wrong.length > 0) process.exit(1);
