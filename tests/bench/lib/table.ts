// SPDX-License-Identifier: LGPL-2.1-or-later
// The bench's rows as one table with verdicts, and a line of TAP for each that is judged.
import { readFile } from 'node:fs/promises';
import type { Row } from './row.ts';

const NOISE = 1.5;

function shown(number: number): string {
  const digits = number === 0 || Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  return number.toLocaleString('en-US', { maximumFractionDigits: digits });
}

const withUnit = (number: number, unit: string): string => `${shown(number)}${unit && ` ${unit}`}`;

const ratioOf = ({ figure, reference }: Row): number | undefined =>
  reference === undefined ? undefined : figure / reference;

function goalOf({ most, least, most_ratio: mostRatio, unit }: Row): string {
  const goals = [
    most !== undefined && `≤ ${withUnit(most, unit)}`,
    least !== undefined && `≥ ${withUnit(least, unit)}`,
    mostRatio !== undefined && `≤ ${shown(mostRatio)}×`,
  ];
  return goals.filter(Boolean).join(', ');
}

const keepsFigure = ({ figure, most = Infinity, least = -Infinity }: Row): boolean => figure <= most && figure >= least;

const keepsRatio = (one: Row, noise: number): boolean =>
  one.most_ratio === undefined || ratioOf(one)! <= one.most_ratio * noise;

const isKept = (one: Row): boolean => keepsFigure(one) && keepsRatio(one, 1);

/** What fails the run. */
const isBroken = (one: Row): boolean => (one.exact === true && !keepsFigure(one)) || !keepsRatio(one, one.noise ?? NOISE);

const isJudged = ({ exact, most_ratio: mostRatio }: Row): boolean => exact === true || mostRatio !== undefined;

function cells(one: Row): string[] {
  const ratio = ratioOf(one);
  return [
    one.what, withUnit(one.figure, one.unit),
    one.beside === undefined ? '' : `${one.beside}: ${withUnit(one.reference!, one.unit)}`,
    ratio === undefined ? '' : `${shown(ratio)}×`,
    goalOf(one), goalOf(one) && (isKept(one) ? 'kept' : 'missed'),
  ];
}

function print(rows: Row[]): void {
  const all = [['what', 'figure', 'reference', 'ratio', 'goal', 'verdict'], ...rows.map(cells)];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  const lines = all.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`);
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  console.log(lines.join('\n'));
}

const lines = (await readFile(process.argv[2]!, 'utf8')).split('\n').filter((line) => line.startsWith('{'));
const rows: Row[] = lines.map((line) => JSON.parse(line));
for (const part of new Set(rows.map(({ part: name }) => name))) {
  console.log(`\nThe ${part}:\n`);
  print(rows.filter((one) => one.part === part));
}
console.log('');
for (const one of rows.filter(isJudged)) console.log(`${isBroken(one) ? 'not ok' : 'ok'} bench ${one.what}: ${cells(one)[1]}, ${goalOf(one)}`);
process.exitCode = rows.length === 0 || rows.some(isBroken) ? 1 : 0;
