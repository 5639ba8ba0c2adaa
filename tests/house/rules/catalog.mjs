// SPDX-License-Identifier: LGPL-2.1-or-later
// config/urok.catalog explains each alarm of the code, in English and Russian, and nothing else.

const ALARM = /^#define\s+ALARM_\w+\s+"([0-9a-f]{32})"/gm;
const ENTRY = /^-- ([0-9a-f]{32})( ru)?$/gm;

function check(tree) {
  const catalog = tree.find(({ path }) => path === 'config/urok.catalog');
  if (catalog === undefined) return ['config/urok.catalog is not there'];
  const raised = new Set(tree.filter(({ path }) => /^(daemon|workers|tls)\/.*\.[ch]$/.test(path))
    .flatMap(({ text }) => [...text.matchAll(ALARM)].map(([, id]) => id)));
  const entries = [...catalog.text.matchAll(ENTRY)].map(([, id, language]) => `${id}${language ?? ''}`);
  const wanted = [...raised].flatMap((id) => [id, `${id} ru`]);
  return [
    ...wanted.filter((entry) => !entries.includes(entry)).map((entry) => `config/urok.catalog: ${entry} is not explained`),
    ...entries.filter((entry) => !wanted.includes(entry)).map((entry) => `config/urok.catalog: nothing raises ${entry}`),
    ...entries.filter((entry, index) => entries.indexOf(entry) !== index).map((entry) => `config/urok.catalog: ${entry} stands twice`),
  ];
}

const id = '0123456789abcdef0123456789abcdef';
const alarm = `#define ALARM_X "${id}"\n`;

export const rules = [
  {
    name: 'the catalog explains every alarm in both languages',
    check,
    bad: [
      { 'daemon/base/log.h': alarm, 'config/urok.catalog': `-- ${id}\n` },
      { 'daemon/base/log.h': alarm, 'config/urok.catalog': `-- ${id} ru\n` },
      { 'daemon/base/log.h': '', 'config/urok.catalog': `-- ${id}\n-- ${id} ru\n` },
    ],
  },
];
