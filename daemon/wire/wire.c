/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From a line to a word and back. */
#include "wire/wire-private.h"

#include <string.h>

static const char *const WORDS[] = {
	[WIRE_START] = "start",	  [WIRE_PROBE] = "probe", [WIRE_STOP] = "stop",
	[WIRE_STATE] = "state",	  [WIRE_PART] = "part",	  [WIRE_SEGMENT] = "segment",
	[WIRE_CAMERA] = "camera", [WIRE_FAULT] = "fault", [WIRE_STEP] = "step",
	[WIRE_RESULT] = "result",
};

static bool stop_read(const json_t *object, GError **error)
{
	const char *word = NULL;
	const Field fields[] = {{"word", FIELD_TEXT, true, 16, &word}, {0}};

	return json_read(object, fields, error);
}

static bool find_word(const json_t *object, WireWord *ret_word, GError **error)
{
	const char *word = json_string_value(json_object_get(object, "word"));

	for (unsigned i = 0; word && i < G_N_ELEMENTS(WORDS); i++) {
		if (strcmp(word, WORDS[i]) == 0) {
			*ret_word = (WireWord)i;
			return true;
		}
	}
	return error_reason(error, ERROR_INVALID, "invalid", "word", "There is no such word");
}

static bool read_word(const json_t *object, Wire *wire, GError **error)
{
	switch (wire->word) {
	case WIRE_START:
		return start_read(object, &wire->start, error);
	case WIRE_PROBE:
		return probe_read(object, &wire->probe, error);
	case WIRE_STOP:
		return stop_read(object, error);
	case WIRE_STATE:
		return state_read(object, &wire->state, error);
	case WIRE_PART:
		return part_read(object, &wire->part, error);
	case WIRE_SEGMENT:
		return segment_read(object, &wire->segment, error);
	case WIRE_CAMERA:
		return camera_read(object, &wire->camera, error);
	case WIRE_FAULT:
		return fault_read(object, &wire->fault, error);
	case WIRE_STEP:
		return step_read(object, &wire->step, error);
	case WIRE_RESULT:
		return result_read(object, &wire->result, error);
	}
	g_assert_not_reached();
}

Wire *wire_parse(const char *line, size_t length, GError **error)
{
	g_autoptr(json_t) object = NULL;
	g_autoptr(Wire) wire = g_new0(Wire, 1);

	if (length > WIRE_LINE_MAX)
		return error_null(error, ERROR_TOO_LARGE, "A line has at most %d bytes",
				  WIRE_LINE_MAX);
	object = json_parse(line, length, error);
	if (!object || !find_word(object, &wire->word, error) || !read_word(object, wire, error))
		return NULL;
	return g_steal_pointer(&wire);
}

void wire_free(Wire *self)
{
	if (!self)
		return;
	switch (self->word) {
	case WIRE_START:
		wire_start_clear(&self->start);
		break;
	case WIRE_PROBE:
		wire_source_clear(&self->probe);
		break;
	case WIRE_STATE:
		wire_state_clear(&self->state);
		break;
	case WIRE_CAMERA:
		wire_camera_clear(&self->camera);
		break;
	case WIRE_FAULT:
		g_free(self->fault.reason);
		break;
	case WIRE_STEP:
		g_free(self->step.step);
		break;
	case WIRE_RESULT:
		wire_result_clear(&self->result);
		break;
	case WIRE_STOP:
	case WIRE_PART:
	case WIRE_SEGMENT:
		break;
	}
	g_free(self);
}

static json_t *word_to_json(const Wire *wire)
{
	switch (wire->word) {
	case WIRE_START:
		return start_to_json(&wire->start);
	case WIRE_PROBE:
		return probe_to_json(&wire->probe);
	case WIRE_STOP:
		return json_object();
	case WIRE_STATE:
		return state_to_json(&wire->state);
	case WIRE_PART:
		return part_to_json(&wire->part);
	case WIRE_SEGMENT:
		return segment_to_json(&wire->segment);
	case WIRE_CAMERA:
		return camera_to_json(&wire->camera);
	case WIRE_FAULT:
		return fault_to_json(&wire->fault);
	case WIRE_STEP:
		return step_to_json(&wire->step);
	case WIRE_RESULT:
		return result_to_json(&wire->result);
	}
	g_assert_not_reached();
}

char *wire_format(const Wire *wire)
{
	g_autoptr(json_t) object = word_to_json(wire);

	g_assert(object &&
		 json_object_set_new(object, "word", json_string(WORDS[wire->word])) == 0);
	return json_format(object);
}

bool number_check(gint64 number, const char *field, gint64 least, gint64 most, GError **error)
{
	if (number >= least && number <= most)
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", field,
			    "%s must be %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, field, least,
			    most);
}

bool texts_read(const json_t *array, const char *field, size_t most, size_t longest,
		char ***ret_texts, GError **error)
{
	g_auto(GStrv) texts = NULL;
	size_t count = json_array_size(array);

	if (count > most)
		return error_reason(error, ERROR_INVALID, "too-long", field,
				    "%s has at most %zu entries", field, most);
	texts = g_new0(char *, count + 1);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (!text || strlen(text) > longest)
			return error_reason(error, ERROR_INVALID, "invalid", field,
					    "%s holds something that is no short text", field);
		texts[i] = g_strdup(text);
	}
	*ret_texts = g_steal_pointer(&texts);
	return true;
}

json_t *texts_to_json(char **texts)
{
	json_t *array;

	if (!texts)
		return json_null();
	array = json_array();
	for (char **text = texts; *text; text++)
		json_array_append_new(array, json_string(*text));
	return array;
}
