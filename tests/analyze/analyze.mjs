// SPDX-License-Identifier: LGPL-2.1-or-later
// Lets clang's analyzer and gcc's -fanalyzer read every C file of the programs: one TAP line a file and reader.
// A finding that is none is answered beside the line: a comment that begins with "analyzer:" there or right above
// says why; it is worth no more than its reason.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = join(dirname(fileURLToPath(import.meta.url)), '../..');
const build = resolve(process.argv[2] ?? join(top, 'build'));
const only = process.argv.slice(3);
const scratch = mkdtempSync(join(tmpdir(), 'urok-analyze-'));

/** The words of a line of compile_commands.json: meson quotes with '…' and \ alone. */
function wordsOf(command) {
  return [...command.matchAll(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g)]
    .map(([word]) => word.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g, (_, plain, double, one) => plain ?? double?.replace(/\\(.)/g, '$1') ?? one));
}

/** What the compiler needs to know of a file, without what it would write. */
function flagsOf(words) {
  const kept = [];
  for (let i = 1; i < words.length; i += 1) {
    if (['-o', '-MF', '-MQ'].includes(words[i])) i += 1;
    else if (!/^(-c|-MD|-Werror|-g|-O\w*|-f(sanitize|diagnostics)\S*|-Wno-\S+)$/.test(words[i]) && !words[i].endsWith('.c')) kept.push(words[i]);
  }
  return kept;
}

const READERS = {
  clang: {
    words: (flags, file) => ['clang', '--analyze', '--analyzer-output', 'text', ...flags, '-w', file],
    finding: /^([^\s:][^:\n]*):(\d+):\d+: (?:warning|error): (.*)$/gm,
  },
  gcc: {
    words: (flags, file) => ['gcc', '-fanalyzer', '-fdiagnostics-plain-output', ...flags, '-c', '-o', '/dev/null', file],
    finding: /^([^\s:][^:\n]*):(\d+):\d+: (?:warning: (?=.*\[-Wanalyzer)|error: )(.*)$/gm,
  },
};

/** A reader that does not see this one sees nothing. */
const PLANTED = '#include <stdlib.h>\nint f(int n);\nint f(int n) { int *p = malloc(4); if (!p) return 0; *p = n; free(p); return *p; }\n';

function run([program, ...words], cwd) {
  return new Promise((done) => {
    execFile(program, words, { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => done({ failed: error !== null, text: stdout + stderr }));
  });
}

/** file:line of what was found, with its sentence; notes that lead there are left to the log. */
function findingsIn(reader, text, cwd) {
  return [...text.matchAll(READERS[reader].finding)]
    .map(([, path, line, what]) => ({ path: relative(top, resolve(cwd, path)), line: Number(line), what }));
}

/** clang does not know that a variable with a cleanup attribute is read and freed at its end; LeakSanitizer watches. */
function freesItself(what, text) {
  const [, variable] = /^(?:Potential (?:memory )?leak of memory pointed to by|Value stored to) '(\w+)'/.exec(what) ?? [];
  return variable !== undefined && new RegExp(`g_auto(free|ptr|\\()[^;]*\\b${variable}\\b`).test(text);
}

function isAnswered({ path, line, what }) {
  if (path.startsWith('..')) return false;
  const text = readFileSync(join(top, path), 'utf8');
  const lines = text.split('\n');
  return freesItself(what, text) || [line - 1, line - 2, line - 3].some((at) => /analyzer: \S/.test(lines[at] ?? ''));
}

async function read(reader, { directory, file, command }) {
  const name = relative(top, resolve(directory, file));
  const known = name === 'daemon/base/error.c' ? [] : ['-include', join(top, 'tests/analyze/known.h')];
  const { failed, text } = await run(READERS[reader].words([...flagsOf(wordsOf(command)), `-I${top}/daemon`, ...known], file), directory);
  const isFine = !failed && findingsIn(reader, text, directory).every(isAnswered);
  console.log(`${isFine ? 'ok' : 'not ok'} ${reader} reads ${name}`);
  if (!isFine) console.log(text.trimEnd().replace(/^/gm, '  '));
  return isFine;
}

async function seesPlanted(reader) {
  const file = join(scratch, 'planted.c');
  writeFileSync(file, PLANTED);
  const { text } = await run(READERS[reader].words([], file), scratch);
  const sees = findingsIn(reader, text, scratch).length > 0;
  console.log(`${sees ? 'ok' : 'not ok'} ${reader} sees a planted use after free`);
  return sees;
}

const entries = JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8'));
const files = entries.filter(({ directory, file }) => {
  const name = relative(top, resolve(directory, file));
  return /^(daemon|workers|ctl|demo)\/.*\.c$/.test(name) && (only.length === 0 || only.some((word) => name.includes(word)));
});
const work = files.flatMap((entry) => Object.keys(READERS).map((reader) => [reader, entry]));
let failures = 0;
for (const reader of Object.keys(READERS)) if (!await seesPlanted(reader)) failures += 1;
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
  for (let next = work.shift(); next; next = work.shift()) {
    if (!await read(...next)) failures += 1;
  }
}));
rmSync(scratch, { recursive: true });
process.exit(failures === 0 ? 0 : 1);
