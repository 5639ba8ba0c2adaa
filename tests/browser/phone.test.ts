// SPDX-License-Identifier: LGPL-2.1-or-later
// Every page as each role sees it on a phone, in a school of its own.
import { walkTest } from './walk-test.ts';

walkTest('on a phone', { phone: true });
