// SPDX-License-Identifier: LGPL-2.1-or-later
// Every page as each role sees it on a desktop. One size tells whether all of it is served: phone.test.ts has the other.
import { walkTest } from './walk-test.ts';

walkTest('on a desktop', {});
