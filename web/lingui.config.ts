// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the texts live: Russian in the source, English in its catalogue.
import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-po';

export default defineConfig({
  sourceLocale: 'ru',
  locales: ['ru', 'en'],
  catalogs: [{ path: '<rootDir>/src/locales/{locale}', include: ['<rootDir>/src'], exclude: ['**/generated/**'] }],
  format: formatter({ origins: false, lineNumbers: false }),
  orderBy: 'message',
});
