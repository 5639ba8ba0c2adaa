/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school made from a copy, in folders of its own: nothing of a living one is touched. */
#pragma once

#include "commands.h"
#include "shelf.h"

/* data/urok.db and what belongs beside it; files NULL: they are read and held against their names,
 * and kept nowhere. The database is what the copy says, table by table. */
bool rebuilt_make(Work *work, const char *shelf, const Night *night, int key_fd, const char *data,
                  const char *files, GError **error);

/* Of a newer urokd than this one? */
bool rebuilt_check_version(Work *work, const Night *night, GError **error);
