/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much the school's own folder of copies may take, as an administrator has set it. */
#pragma once

#include "work.h"

/* How many bytes lie in the folder; and each of `items` (copies, the newest first) gets "frees_bytes",
 * that go with it when all older ones are gone, and "may_go". */
json_t *limit_describe(Work *work, int key_fd, json_t *items);

/* Before a copy: will so many bytes more fit, if need be when all that may go has gone? NO_SPACE with a
 * sentence. Nothing is removed. */
bool limit_check(Work *work, int key_fd, int64_t needed, GError **error);

/* After a copy: where the setting says so the oldest go until the rest fits. */
bool limit_keep(Work *work, int key_fd, GError **error);
