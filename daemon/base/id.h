/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Public ids: UUIDs as lower-case text (RFC 9562). */
#pragma once

#include <stdbool.h>

#define ID_LENGTH 36

/* Value type, so that structs hold ids without owning memory. "" = none. */
typedef struct {
	char text[ID_LENGTH + 1];
} Id;

/* A new UUIDv7 (RFC 9562 §5.7): sorts by the time it was made. */
Id id_new(void);

/* The UUIDv5 (RFC 9562 §5.5) that every replica derives alike from a parent and a name. */
Id id_derive(const char *parent, const char *name);

/* Lower-case 8-4-4-4-12 hexadecimal and nothing else. NULL is no id. */
bool id_is_valid(const char *text);

/* The id in text; the empty id if text is NULL. Longer text is a bug. */
Id id_from(const char *text);

bool id_is_empty(const Id *id);
bool id_equal(const Id *a, const Id *b);
