// SPDX-License-Identifier: LGPL-2.1-or-later
// Every page as each role sees it on a phone: a file of its own, so that the two long walks are made at the same time.
import { walkTest } from './walk-test.ts';

walkTest('on a phone', { phone: true });
