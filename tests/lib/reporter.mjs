// SPDX-License-Identifier: LGPL-2.1-or-later
// How node's test runner reports to ./test: one flat TAP line a test, and below it why it failed.

/** Where tests run, if that is not as always. */
const PLACE = process.env.UROK_PLACE ?? '';

/** Only what holds no further tests is counted; a file is a test to node, but none to a reader. */
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message.replace(/^(?=(?:not )?ok )/gm, ' ');
      continue;
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isFile = data.nesting === 0 && data.name === data.file;
    const isSuite = data.details.type === 'suite';
    if ((isFile || isSuite) && !(type === 'test:fail' && failedItself(data))) continue;
    const skipped = data.skip !== undefined && data.skip !== false ? ' # SKIP' : '';
    const seconds = (data.details.duration_ms / 1000).toFixed(2);
    yield `${type === 'test:pass' ? 'ok' : 'not ok'} ${PLACE}${data.name} (${seconds} s)${skipped}\n`;
    if (type === 'test:fail') yield `${indent(explain(data.details.error))}\n`;
  }
}

/** A file or a suite fails with its tests, which are counted, or by itself: it could not be loaded, say. */
function failedItself(data) {
  return data.details.error?.failureType !== 'subtestsFailed';
}

function explain(error) {
  const told = error?.cause ?? error;
  const cause = told?.suppressed ?? told; // what failed first, before the end of a block failed too
  return cause?.stack ?? String(cause?.message ?? cause);
}

function indent(text) {
  return text.replace(/^/gm, '    ');
}
