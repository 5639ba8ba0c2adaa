/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The database of a school, with the tables and statements of every room. */
#pragma once

#include "store/store.h"

/* As store_open(). cache_kib 0: the store's own. */
Store *schema_open(const char *path, int cache_kib, GError **error);
Store *schema_open_view(const char *path, int cache_kib, GError **error); /* urok-cloud's */

/* For the build: what an empty file begins as; store_make_image(). */
bool schema_make_image(char *path, GError **error);
