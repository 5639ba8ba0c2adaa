/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a request will be answered with. */
#pragma once

#include "http/http.h"

typedef struct {
	unsigned status; /* 0: there is no reply yet */
	const char *content_type;
	char *text; /* owned, or bytes, or neither */
	size_t size;
	GBytes *bytes;
	GPtrArray *headers; /* name, value, name, value; NULL: none */
} Reply;

void reply_clear(Reply *self);
/* In place of what was prepared: a problem of RFC 9457. field: NULL for none. */
void request_problem(Request *self, unsigned status, const char *reason, const char *field,
                     const char *detail);
/* The same from an error, whose text goes to the journal instead if it is internal. */
void request_fail(Request *self, const GError *error);
bool reply_has_header(const Reply *self, const char *name);
