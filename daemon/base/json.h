/* SPDX-License-Identifier: LGPL-2.1-or-later
 * JSON as the house uses it: jansson, read strictly, with every field named by its reader. */
#pragma once

#include "base/error.h"
#include "base/id.h"

#include <jansson.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

#define JSON_DEPTH_MAX 16

/* An object or array in UTF-8, no duplicate keys, no NUL, nothing behind it, nested at most
 * JSON_DEPTH_MAX deep. INVALID bad-json or bad-utf8. */
json_t *json_parse(const char *text, size_t size, GError **error);

/* One line without spaces; free with g_free(). */
char *json_format(const json_t *value);

typedef enum {
	FIELD_TEXT,   /* const char **, borrowed from the object; limit = characters, 0 = no limit */
	FIELD_ID,     /* const char **, an id_is_valid() text */
	FIELD_INT,    /* gint64 * */
	FIELD_BOOL,   /* bool * */
	FIELD_OBJECT, /* json_t **, borrowed */
	FIELD_ARRAY,  /* json_t **, borrowed; limit = elements, 0 = no limit */
} FieldType;

typedef struct {
	const char *name;
	FieldType type;
	bool required;
	size_t limit;
	void *ret; /* left as it was when the field is absent or null */
} Field;

/* Reads an object's fields, the list ended by {0}. Refuses an unknown one (unknown-field), an
 * absent or null required one (missing-field), a wrong type (invalid), a text over its limit
 * (too-long), each with the field. Outputs before the one at fault may be set. */
bool json_read(const json_t *object, const Field fields[], GError **error);

/* Shorthands for values that are made here, where failure is a bug (out of memory). */
json_t *json_text_or_null(const char *text);
json_t *json_time_or_null(int64_t wall_ms); /* 0: null */
