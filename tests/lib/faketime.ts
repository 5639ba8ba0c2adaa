// SPDX-License-Identifier: LGPL-2.1-or-later
// A machine whose wall clock lies (libfaketime), at start or from one moment on; the boot clock goes as it goes.
import { globSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const DAY_S = 24 * 3600;
export const TEN_YEARS_S = 3652 * DAY_S;

const library = (): string => {
  const [found] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
  if (found === undefined) throw new Error('libfaketime is not installed');
  return found;
};

/** One clock for all that is started with its environment. */
export class FakeClock {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  static async start(folder: string, offsetS: number | string = 0): Promise<FakeClock> {
    const clock = new FakeClock(join(folder, 'faketime'));
    await clock.set(offsetS);
    return clock;
  }

  /** Seconds from the true time, or a moment («@1970-01-01 00:00:10») at which a program begins. */
  async set(offsetS: number | string): Promise<void> {
    await writeFile(`${this.#file}.new`, typeof offsetS === 'string' ? offsetS : `${offsetS < 0 ? '' : '+'}${offsetS}`);
    await rename(`${this.#file}.new`, this.#file);
  }

  get environment(): Record<string, string> {
    return {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // The sanitizer wants to be the first library, and is not: what it takes over is taken over all the same.
      ASAN_OPTIONS: `${process.env['ASAN_OPTIONS'] ?? ''}:verify_asan_link_order=0`,
      TZ: 'UTC',
    };
  }
}
