/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Bodies that go to the disk. */
#pragma once

#include "http/request-private.h"

bool request_spools(const Request *self);
/* UNAVAILABLE jobs-full, NO_SPACE. Without a body there is no file. */
bool spool_open(Request *self, GError **error);
void spool_write(Request *self, const char *data, size_t size); /* a failure is the reply */
void spool_close(Request *self);
