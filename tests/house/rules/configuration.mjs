// SPDX-License-Identifier: LGPL-2.1-or-later
// config/urok.conf shows each key of the daemon's table with its default, and nothing else.

const KEY = /\{"(\w+)",\s*"(\w+)",\s*KEY_\w+,\s*"([^"]*)"/g;

function shown(text) {
  const keys = new Map();
  let group = '';
  for (const line of text.split('\n')) {
    group = /^\[(\w+)\]/.exec(line)?.[1] ?? group;
    const [, name, value] = /^#(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) keys.set(`[${group}] ${name}`, value);
  }
  return keys;
}

function check(tree) {
  const table = tree.find(({ path }) => path === 'daemon/app/config.c');
  const file = tree.find(({ path }) => path === 'config/urok.conf');
  if (table === undefined || file === undefined) return ['config.c or urok.conf is not there'];
  const known = new Map([...table.text.matchAll(KEY)].map(([, group, name, value]) => [`[${group}] ${name}`, value]));
  const told = shown(file.text);
  return [
    ...[...known].filter(([key, value]) => told.get(key) !== value)
      .map(([key, value]) => `config/urok.conf: ${key} is not shown as ${value}`),
    ...[...told.keys()].filter((key) => !known.has(key)).map((key) => `config/urok.conf: ${key} does not exist`),
  ];
}

/** Of a manual page: lines .BR name= default below .SS [group]. */
function explained(text) {
  const keys = new Map();
  let group = '';
  for (const line of text.split('\n')) {
    group = /^\.SS \[(\w+)\]/.exec(line)?.[1] ?? group;
    const [, name, value] = /^\.BR? (\w+)= ?(.*)$/.exec(line) ?? [];
    if (name !== undefined) keys.set(`[${group}] ${name}`, value.replaceAll('\\-', '-'));
  }
  return keys;
}

const PAGES = ['docs/man/urok.conf.5', 'docs/man/ru/urok.conf.5'];

function checkPages(tree) {
  const told = shown(tree.find(({ path }) => path === 'config/urok.conf')?.text ?? '');
  return PAGES.flatMap((page) => {
    const keys = explained(tree.find(({ path }) => path === page)?.text ?? '');
    return [
      ...[...told].filter(([key, value]) => keys.get(key) !== value).map(([key, value]) => `${page}: ${key} is not explained, with ${value}`),
      ...[...keys.keys()].filter((key) => !told.has(key)).map((key) => `${page}: ${key} does not exist`),
    ];
  });
}

const row = '{"http", "origins", KEY_LIST, "https://localhost", AT(origins)},\n';

export const rules = [
  {
    name: 'the configuration file shows every key',
    check,
    bad: [
      { 'daemon/app/config.c': row, 'config/urok.conf': '[http]\n' },
      { 'daemon/app/config.c': row, 'config/urok.conf': '[http]\n#origins=https://other\n' },
      { 'daemon/app/config.c': row, 'config/urok.conf': '[http]\n#origins=https://localhost\n#more=1\n' },
    ],
  },
  {
    name: 'the manual explains every key of the configuration, in both languages',
    check: checkPages,
    bad: [
      { 'config/urok.conf': '[http]\n#a=1\n', 'docs/man/urok.conf.5': '.SS [http]\n.BR a= 1\n', 'docs/man/ru/urok.conf.5': '' },
      { 'config/urok.conf': '[http]\n#a=1\n', 'docs/man/urok.conf.5': '.SS [http]\n.BR a= 2\n', 'docs/man/ru/urok.conf.5': '.SS [http]\n.BR a= 1\n' },
      { 'config/urok.conf': '[http]\n', 'docs/man/urok.conf.5': '.SS [http]\n.BR a= 1\n', 'docs/man/ru/urok.conf.5': '' },
    ],
  },
];
