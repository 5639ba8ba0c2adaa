/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Strict reading of JSON objects by a table of fields. */
#include "base/json.h"
#include "base/clock.h"
#include "base/text.h"

#include <string.h>

static int depth_of(const char *text, size_t size)
{
	int depth = 0;
	int deepest = 0;
	bool in_text = false;

	for (size_t i = 0; i < size; i++) {
		if (in_text) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_text = false;
		} else if (text[i] == '"') {
			in_text = true;
		} else if (text[i] == '{' || text[i] == '[') {
			depth++;
			deepest = MAX(deepest, depth);
		} else if (text[i] == '}' || text[i] == ']') {
			depth--;
		}
	}
	return deepest;
}

json_t *json_parse(const char *text, size_t size, GError **error)
{
	json_error_t at;
	json_t *value;

	if (!g_utf8_validate_len(text, size, NULL)) {
		error_reason(error, ERROR_INVALID, "bad-utf8", NULL, "The body is not valid UTF-8");
		return NULL;
	}
	if (depth_of(text, size) > JSON_DEPTH_MAX) {
		error_reason(error, ERROR_INVALID, "bad-json", NULL,
		             "The JSON is nested more than %d deep", JSON_DEPTH_MAX);
		return NULL;
	}
	value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);
	if (!value)
		error_reason(error, ERROR_INVALID, "bad-json", NULL,
		             "The body is not JSON: line %d, column %d", at.line, at.column);
	return value;
}

char *json_format(const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	char *copy;

	g_assert(text);
	copy = g_strdup(text);
	free(text);
	return copy;
}

static bool refuse_type(const Field *field, GError **error)
{
	static const char *const WHAT[] = {
	        [FIELD_TEXT] = "text",         [FIELD_ID] = "an id",
	        [FIELD_INT] = "a whole number", [FIELD_BOOL] = "true or false",
	        [FIELD_OBJECT] = "an object",  [FIELD_ARRAY] = "a list",
	};

	return error_reason(error, ERROR_INVALID, field->type == FIELD_ID ? "bad-id" : "invalid",
	                    field->name, "%s must be %s", field->name, WHAT[field->type]);
}

static bool read_text(const Field *field, const json_t *value, GError **error)
{
	const char *text = json_string_value(value);

	if (!text || (field->type == FIELD_ID && !id_is_valid(text)))
		return refuse_type(field, error);
	if (field->limit && text_length(text) > field->limit)
		return error_reason(error, ERROR_INVALID, "too-long", field->name,
		                    "%s has at most %zu characters", field->name, field->limit);
	*(const char **)field->ret = text;
	return true;
}

static bool read_field(const Field *field, json_t *value, GError **error)
{
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_ID:
		return read_text(field, value, error);
	case FIELD_INT:
		if (!json_is_integer(value))
			return refuse_type(field, error);
		*(gint64 *)field->ret = json_integer_value(value);
		return true;
	case FIELD_BOOL:
		if (!json_is_boolean(value))
			return refuse_type(field, error);
		*(bool *)field->ret = json_is_true(value);
		return true;
	case FIELD_OBJECT:
		if (!json_is_object(value))
			return refuse_type(field, error);
		break;
	case FIELD_ARRAY:
		if (!json_is_array(value))
			return refuse_type(field, error);
		if (field->limit && json_array_size(value) > field->limit)
			return error_reason(error, ERROR_INVALID, "too-long", field->name,
			                    "%s has at most %zu entries", field->name,
			                    field->limit);
		break;
	}
	*(json_t **)field->ret = value;
	return true;
}

static const Field *find_field(const Field fields[], const char *name)
{
	for (const Field *field = fields; field->name; field++)
		if (strcmp(field->name, name) == 0)
			return field;
	return NULL;
}

static bool refuse_unknown(const char *name, GError **error)
{
	g_autofree char *shown = g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), 40));

	return error_reason(error, ERROR_INVALID, "unknown-field", shown,
	                    "There is no field «%s» here", shown);
}

bool json_read(const json_t *object, const Field fields[], GError **error)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return error_reason(error, ERROR_INVALID, "bad-json", NULL,
		                    "The body must be a JSON object");
	json_object_foreach((json_t *)object, name, value) {
		if (!find_field(fields, name))
			return refuse_unknown(name, error);
	}
	for (const Field *field = fields; field->name; field++) {
		value = json_object_get(object, field->name);
		if (!value || json_is_null(value)) {
			if (field->required)
				return error_reason(error, ERROR_INVALID, "missing-field",
				                    field->name, "%s is missing", field->name);
			continue;
		}
		if (!read_field(field, value, error))
			return false;
	}
	return true;
}

json_t *json_text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

json_t *json_time_or_null(int64_t wall_ms)
{
	char text[TIME_TEXT_SIZE];

	if (!wall_ms)
		return json_null();
	clock_format(wall_ms, text);
	return json_string(text);
}
