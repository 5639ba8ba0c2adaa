// SPDX-License-Identifier: LGPL-2.1-or-later
// A PDF as its readers have it: the words, what a camera reads off the printed page, how many pages there are.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

async function withFile<T>(pdf: Buffer, use: (path: string, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'paper-'));
  try {
    const path = join(folder, 'x.pdf');
    await writeFile(path, pdf);
    return await use(path, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One text, words apart by one blank. */
export const wordsOf = (pdf: Buffer): Promise<string> =>
  withFile(pdf, async (path) => (await run('pdftotext', ['-raw', path, '-'])).stdout.replace(/\s+/g, ' ').trim());

/** What each QR code says, in no order. */
export const codesOf = (pdf: Buffer): Promise<string[]> => withFile(pdf, async (path, folder) => {
  await run('pdftoppm', ['-r', '150', '-png', path, join(folder, 'page')]);
  const pages = (await readdir(folder)).filter((name) => name.endsWith('.png')).map((name) => join(folder, name));
  // It ends with 4 when a page has none.
  const found = await run('zbarimg', ['--nodbus', '--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', ...pages]).catch((error) => error);
  if (found instanceof Error && (found as any).code !== 4) throw found;
  return found.stdout.split('\n').filter((line: string) => line !== '');
});

export const pagesOf = (pdf: Buffer): Promise<number> => withFile(pdf, async (path) => {
  const { stdout } = await run('pdfinfo', [path]);
  return Number(/^Pages:\s+(\d+)$/m.exec(stdout)![1]);
});
