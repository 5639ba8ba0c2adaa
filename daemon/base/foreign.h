/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files in folders that less trusted programs write into. */
#pragma once

#include <glib.h>

/* A regular file of at most `most` bytes. What was laid there in its place is neither followed (a link) nor waited for (a
 * pipe, a device). NULL: there is no such file. */
GBytes *foreign_read(const char *path, size_t most);
