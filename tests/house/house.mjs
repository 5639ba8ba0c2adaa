// SPDX-License-Identifier: LGPL-2.1-or-later
// Holds the tree against the rules of the house, and each rule against a bad sample that it must refuse.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const top = process.argv[2] ?? join(here, '../..');

/** Every file of the project as {path, text}: what git knows or would take. */
function readTree() {
  const paths = existsInGit()
    ? git('ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0').filter(Boolean)
    : walk(top);
  return paths.filter(isFile).map((path) => ({ path, text: readFileSync(join(top, path), 'utf8') }));
}

function git(...words) {
  return execFileSync('git', ['-c', `safe.directory=*`, '-C', top, ...words],
    { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] });
}

function existsInGit() {
  try {
    git('rev-parse');
    return true;
  } catch {
    return false;
  }
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (/^(\.git|\.cache|build.*|node_modules|dist|generated|shots)$/.test(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [relative(top, path)];
  });
}

function isFile(path) {
  const found = statSync(join(top, path), { throwIfNoEntry: false });
  return found !== undefined && found.isFile();
}

/** A bad sample is {path: text}: each of its files must be refused by itself or with the others. */
function sampleTree(sample) {
  return Object.entries(sample).map(([path, text]) => ({ path, text }));
}

const tree = readTree();
let failed = false;
for (const file of readdirSync(join(here, 'rules')).sort()) {
  const { rules } = await import(pathToFileURL(join(here, 'rules', file)).href);
  for (const { name, check, bad } of rules) {
    const blind = bad.filter((sample) => check(sampleTree(sample)).length === 0);
    const findings = check(tree);
    const good = findings.length === 0 && blind.length === 0;
    failed ||= !good;
    console.log(`${good ? 'ok' : 'not ok'} ${name}`);
    for (const finding of findings.slice(0, 30)) console.log(`    ${finding}`);
    for (const sample of blind) console.log(`    does not see: ${JSON.stringify(sample)}`);
  }
}
process.exitCode = failed ? 1 : 0;
