// SPDX-License-Identifier: LGPL-2.1-or-later
// Chance that can be had again: a test prints its seed, and UROK_SEED gives it another time.
import { randomInt } from 'node:crypto';

export class Chance {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** From 0 to 1, the same each time for a seed. */
  roll(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0, less than that. */
  below(end: number): number {
    return Math.floor(this.roll() * end);
  }

  pick<Each>(list: readonly Each[]): Each {
    return list[this.below(list.length)]!;
  }
}

/** Another seed each time, unless UROK_SEED says which; the output tells it. */
export function takeChance(): Chance {
  const seed = Number(process.env['UROK_SEED'] ?? randomInt(2 ** 31));
  console.log(`UROK_SEED=${seed}`);
  return new Chance(seed);
}
