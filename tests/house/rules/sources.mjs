// SPDX-License-Identifier: LGPL-2.1-or-later
// What each source file looks like: its first lines, its size, its name, and words that it does not hold.

const SOURCE = /(\.(c|h|ts|tsx|mjs|js|css|html|sql|sh|py|yaml|yml|in|conf|service)|(^|\/)(meson\.build|meson_options\.txt|run|test|install-packages))$/;
const GENERATED = /(^|\/)(generated|locales|texts)\/|package-lock\.json$|^tests\/fuzz\/seeds\//;
const sources = (tree) => tree.filter(({ path }) => SOURCE.test(path) && !GENERATED.test(path));
const lines = (text) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

function checkLicence(tree) {
  return sources(tree)
    .filter(({ text }) => !text.split('\n', 4).some((line) => line.includes('SPDX-License-Identifier: LGPL-2.1-or-later')))
    .map(({ path }) => `${path}: no SPDX line at its head`);
}

// The interfaces that every floor above stands on say more than a room's own.
const WIDE_DOORS = ['daemon/events/events.h', 'daemon/http/http.h', 'daemon/store/store.h'];

function checkSizes(tree) {
  return tree.flatMap(({ path, text }) => {
    const most = path.endsWith('.c') ? 1000 : WIDE_DOORS.includes(path) ? 160 : path.endsWith('.h') ? 100 : undefined;
    return most !== undefined && lines(text) > most ? [`${path}: ${lines(text)} lines, at most ${most}`] : [];
  });
}

/** Text of C without what braces may hide in, its length and lines kept. */
function blankC(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
    (hidden) => hidden.replace(/[^\n]/g, ' '));
}

/** Functions of a C file as {name, begin, size}: a brace at the outermost level behind a closing parenthesis. */
function functionsOf(text) {
  const found = [];
  let depth = 0;
  let open;
  blankC(text).split('\n').forEach((line, index, all) => {
    if (line.startsWith('#')) return;
    for (const [column, character] of [...line].entries()) {
      if (character === '{') {
        if (depth === 0) {
          const before = `${all.slice(Math.max(0, index - 8), index).join('\n')}\n${line.slice(0, column)}`;
          const head = before.slice(Math.max(before.lastIndexOf(';'), before.lastIndexOf('}')) + 1);
          open = /\)\s*$/.test(head) ? { name: /(\w+)\s*\(/.exec(head)?.[1], begin: index } : undefined;
        }
        depth += 1;
      } else if (character === '}') {
        depth -= 1;
        if (depth === 0 && open) found.push({ ...open, size: index - open.begin + 1 });
      }
    }
  });
  return found;
}

function checkFunctions(tree) {
  return tree.filter(({ path }) => path.endsWith('.c')).flatMap(({ path, text }) =>
    functionsOf(text).filter(({ size }) => size > 80)
      .map(({ name, begin, size }) => `${path}:${begin + 1}: ${name}() has ${size} lines, at most 80`));
}

// Put together here, so that this file holds none of them.
const WORDS = [
  ['TO', 'DO'], ['FIX', 'ME'], ['usl', 'eep('], ['goto ', 'out'], ['g_test_', 'skip'],
  ['waitFor', 'Timeout'], ['test.', 'only'], ['describe.', 'only'], ['it.', 'only'], ['test.', 'fixme'],
  ['not imple', 'mented'],
].map((parts) => parts.join(''));

function checkWords(tree) {
  return sources(tree).flatMap(({ path, text }) => text.split('\n').flatMap((line, index) =>
    WORDS.filter((word) => line.includes(word)).map((word) => `${path}:${index + 1}: ${word}`)));
}

function checkGoto(tree) {
  return tree.filter(({ path }) => /\.[ch]$/.test(path)).flatMap(({ path, text }) =>
    blankC(text).split('\n').flatMap((line, index) =>
      /\bgoto\b|(^|[^\w])(g_usleep|usleep|sleep|nanosleep)\s*\(/.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
}

const DRAWER = /(^|\/)(utils?|misc|common|helpers?|stuff|shared|lib\/utils?)(\.[a-z]+)?(\/|$)|-(utils?|helpers?|misc|common)\.[a-z]+$/i;

function checkDrawers(tree) {
  return tree.filter(({ path }) => DRAWER.test(path)).map(({ path }) => `${path}: a drawer's name says nothing`);
}

const SQL = /"\s*(SELECT\s|INSERT\s+(INTO|OR)\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX|UNIQUE)\s|DROP\s+TABLE\s|ALTER\s+TABLE\s)/i;

/** The store may name a table that the schema told it of. */
function isForAnyTable(path, line) {
  return path.startsWith('daemon/store/') && /\\"%[sw]\\"/.test(line);
}

function checkSql(tree) {
  return tree.filter(({ path }) => /^(daemon|workers|ctl|demo|cloud)\/.*\.[ch]$/.test(path)).flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) =>
      (SQL.test(line) && !isForAnyTable(path, line) ? [`${path}:${index + 1}: SQL in C`] : [])));
}

const CLASSES = ['projection', 'secret', 'register', 'local', 'derived'];
// The log itself is of none of them.
const classesOf = (path) => (path.startsWith('daemon/events/') ? [...CLASSES, 'log'] : CLASSES);

function checkClasses(tree) {
  return tree.filter(({ path }) => /^daemon\/.*\.sql$/.test(path)).flatMap(({ path, text }) =>
    [...text.matchAll(/^\s*CREATE\s+(?:VIRTUAL\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)[^(;]*\(([^\n]*)\n?([^\n]*)/gim)]
      .filter(([, , first, second]) => {
        const said = /--\s*class:\s*(\w+)/.exec(first) ?? (first.trim() === '' ? /^\s*--\s*class:\s*(\w+)/.exec(second) : null);
        return said === null || !classesOf(path).includes(said[1]);
      })
      .map(([, table]) => `${path}: ${table} does not say its class (-- class: ${CLASSES.join('|')})`));
}

const long = (count) => `int f(void)\n{\n${'\tg();\n'.repeat(count)}}\n`;

export const rules = [
  {
    name: 'each source file has its SPDX line',
    check: checkLicence,
    bad: [{ 'daemon/base/id.c': '/* ids */\n' }, { 'daemon/chats/chats.sql': 'SELECT 1;\n' }, { run: '#!/bin/sh\n' }],
  },
  {
    name: 'files keep their size',
    check: checkSizes,
    bad: [{ 'daemon/base/id.c': 'x;\n'.repeat(1001) }, { 'daemon/base/id.h': 'x;\n'.repeat(101) }],
  },
  { name: 'functions keep their size', check: checkFunctions, bad: [{ 'daemon/base/id.c': long(79) }] },
  {
    name: 'nothing is put off, skipped or waited for',
    check: checkWords,
    bad: WORDS.map((word) => ({ 'web/src/App.tsx': `// ${word}\n` })),
  },
  {
    name: 'no goto and no sleep in C',
    check: checkGoto,
    bad: [{ 'daemon/base/id.c': '\tgoto end;\n' }, { 'daemon/base/id.c': `\tg_${WORDS[2]}1);\n` }],
  },
  {
    name: 'no drawers',
    check: checkDrawers,
    bad: [{ 'daemon/base/util.c': '' }, { 'web/src/utils/a.ts': '' }, { 'web/src/chat-helpers.ts': '' }, { 'daemon/common/a.c': '' }],
  },
  {
    name: 'no SQL in C',
    check: checkSql,
    bad: [{ 'daemon/store/store.c': '\trun("SELECT id FROM person");\n' }],
  },
  {
    name: 'each table says its class',
    check: checkClasses,
    bad: [
      { 'daemon/chats/1.sql': 'CREATE TABLE chat (\n\tid TEXT\n) STRICT;\n' },
      { 'daemon/chats/1.sql': 'CREATE TABLE chat ( -- class: log\n\tid TEXT\n) STRICT;\n' },
      { 'daemon/chats/1.sql': 'CREATE TABLE chat ( -- class: mine\n\tid TEXT\n) STRICT;\n' },
    ],
  },
];
