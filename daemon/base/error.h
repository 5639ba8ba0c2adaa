/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one error domain: its codes are what a client may be told. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	ERROR_INVALID,
	ERROR_UNAUTHENTICATED,
	ERROR_FORBIDDEN,
	ERROR_NOT_FOUND,
	ERROR_CONFLICT,
	ERROR_TOO_LARGE,
	ERROR_BUSY,
	ERROR_UNAVAILABLE,
	ERROR_NO_SPACE,
	ERROR_INTERNAL,
} ErrorCode;

#define ERROR error_quark()
GQuark error_quark(void);

/* Sets ERROR/code with an English sentence for people; its reason is the code's own slug
 * ("invalid", "not-found", ...). Always false, so that a check ends in `return error_set(...)`. */
bool error_set(GError **error, ErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The same with a stable reason (the last part of the problem's type, RFC 9457 §3.1.1) and the
 * field at fault (NULL: none). The reason must be a string literal. */
bool error_reason(GError **error, ErrorCode code, const char *reason, const char *field,
                  const char *format, ...) G_GNUC_PRINTF(5, 6);

/* As error_set(), for functions that give a pointer: always NULL. */
void *error_null(GError **error, ErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The code of any error: a foreign domain (SQLite, GIO) is ERROR_INTERNAL. */
ErrorCode error_code(const GError *error);

/* The slug and the field of any error; borrowed, field may be NULL. */
const char *error_reason_of(const GError *error);
const char *error_field_of(const GError *error);

bool error_is(const GError *error, ErrorCode code);

/* After how many seconds a ERROR_BUSY is worth another try; 0 = not said. */
void error_set_retry_after(GError *error, unsigned seconds);
unsigned error_retry_after(const GError *error);
