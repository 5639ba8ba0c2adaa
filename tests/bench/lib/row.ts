// SPDX-License-Identifier: LGPL-2.1-or-later
// A row of the bench's table; what its fields mean is said on top of tests/bench/run.

export type Row = {
  part: 'daemon' | 'media' | 'web';
  what: string;
  figure: number;
  unit: string;
  beside?: string;
  reference?: number;
  most?: number;
  least?: number;
  most_ratio?: number;
  noise?: number;
  exact?: boolean;
};

/** Says a row. */
export function row(one: Row): void {
  if (!Number.isFinite(one.figure)) throw new Error(`${one.what} has no figure`);
  console.log(JSON.stringify(one));
}

/** Were sizes of docs/performance.md asked for? */
export const isLong = process.argv.includes('--long');
