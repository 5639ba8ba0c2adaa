/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Between the files of this room: each word's reader and writer, and reading within bounds. */
#pragma once

#include "base/json.h"
#include "wire/wire.h"

/* Readers take the whole object, its `word` too; on failure they may leave a half-filled message,
 * which wire_free() clears. */

bool start_read(const json_t *object, WireStart *ret_start, GError **error);
bool probe_read(const json_t *object, WireSource *ret_source, GError **error);
bool state_read(const json_t *object, WireState *ret_state, GError **error);
bool part_read(const json_t *object, WirePart *ret_part, GError **error);
bool segment_read(const json_t *object, WireSegment *ret_segment, GError **error);
bool fault_read(const json_t *object, WireFault *ret_fault, GError **error);
bool camera_read(const json_t *object, WireCamera *ret_camera, GError **error);
bool step_read(const json_t *object, WireStep *ret_step, GError **error);
bool result_read(const json_t *object, WireResult *ret_result, GError **error);

json_t *start_to_json(const WireStart *start);
json_t *probe_to_json(const WireSource *source);
json_t *state_to_json(const WireState *state);
json_t *part_to_json(const WirePart *part);
json_t *segment_to_json(const WireSegment *segment);
json_t *fault_to_json(const WireFault *fault);
json_t *camera_to_json(const WireCamera *camera);
json_t *step_to_json(const WireStep *step);
json_t *result_to_json(const WireResult *result);

/* Is it within least..most? INVALID with the field. */
bool number_check(gint64 number, const char *field, gint64 least, gint64 most, GError **error);
/* A new list of at most `most` texts, each of at most `longest` characters. */
bool texts_read(const json_t *array, const char *field, size_t most, size_t longest,
		char ***ret_texts, GError **error);
json_t *texts_to_json(char **texts); /* NULL gives null */
