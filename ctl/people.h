/* SPDX-License-Identifier: LGPL-2.1-or-later
 * People as urokctl names them: by their logins. */
#pragma once

#include "console.h"

/* Owned, a person as in `user list`; NOT_FOUND. */
json_t *people_find(Console *console, const char *login, GError **error);
