// SPDX-License-Identifier: LGPL-2.1-or-later
// docs/events.md lists each kind of event that the rooms register, and nothing else.

const KIND = /\{\s*"([a-z]+(?:\.[a-z]+)+)",\s*\d+,\s*LOCALITY_/g;

function check(tree) {
  const page = tree.find(({ path }) => path === 'docs/events.md');
  const told = new Set([...(page?.text ?? '').matchAll(/^\| `([a-z.]+)` \|/gm)].map(([, kind]) => kind));
  const registered = new Set(tree.filter(({ path }) => /^daemon\/.*\.c$/.test(path))
    .flatMap(({ text }) => [...text.matchAll(KIND)].map(([, kind]) => kind)));
  return [
    ...[...registered].filter((kind) => !told.has(kind)).map((kind) => `docs/events.md: ${kind} is missing`),
    ...[...told].filter((kind) => !registered.has(kind)).map((kind) => `docs/events.md: ${kind} does not exist`),
  ];
}

const room = '{"note.written", 1, LOCALITY_BOX, apply, NULL, NULL, RETAIN_ALWAYS},\n';

export const rules = [
  {
    name: 'every kind of event is documented',
    check,
    bad: [
      { 'daemon/notes/notes.c': room, 'docs/events.md': '' },
      { 'daemon/notes/notes.c': room, 'docs/events.md': '| `note.written` |\n| `note.lost` |\n' },
    ],
  },
];
