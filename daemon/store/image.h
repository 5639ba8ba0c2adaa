/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The schema ready-made, for the build. Part of the room's door for who makes it. */
#pragma once

#include "store/store.h"

/* A database that has had these steps, as a file at `path` and its digest beside it: to be compiled
 * in as resources of these two names. */
bool store_make_image(const Migration migrations[], const char *path, GError **error);
