/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How an upgrade stands. */
#pragma once

/* An upgrade that was not finished, in a sentence that says what to do; owned. NULL: there is none. */
char *upgrade_find_fault(void);
