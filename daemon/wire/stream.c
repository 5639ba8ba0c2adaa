/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The words `part`, `segment`, `state` and `fault`: what a worker has cut. */
#include "wire/wire-private.h"

#define NUMBER_MAX   (G_GINT64_CONSTANT(1) << 53)
#define DURATION_MAX (60 * 1000 * 1000)

bool part_read(const json_t *object, WirePart *ret_part, GError **error)
{
	const char *word = NULL;
	gint64 msn = 0;
	gint64 index = 0;
	gint64 generation = 0;
	gint64 duration_us = 0;
	const Field fields[] = {
		{"word", FIELD_TEXT, true, 16, &word},
		{"msn", FIELD_INT, true, 0, &msn},
		{"index", FIELD_INT, true, 0, &index},
		{"generation", FIELD_INT, true, 0, &generation},
		{"discontinuity", FIELD_BOOL, true, 0, &ret_part->discontinuity},
		{"start_us", FIELD_INT, true, 0, &ret_part->start_us},
		{"duration_us", FIELD_INT, true, 0, &duration_us},
		{"independent", FIELD_BOOL, true, 0, &ret_part->independent},
		{0},
	};

	if (!json_read(object, fields, error) || !number_check(msn, "msn", 0, NUMBER_MAX, error) ||
	    !number_check(index, "index", 0, WIRE_PARTS_MAX - 1, error) ||
	    !number_check(generation, "generation", 1, G_MAXINT, error) ||
	    !number_check(ret_part->start_us, "start_us", 0, NUMBER_MAX, error) ||
	    !number_check(duration_us, "duration_us", 0, DURATION_MAX, error))
		return false;
	ret_part->msn = (guint64)msn;
	ret_part->index = (unsigned)index;
	ret_part->generation = (unsigned)generation;
	ret_part->duration_us = (unsigned)duration_us;
	return true;
}

json_t *part_to_json(const WirePart *part)
{
	return json_pack("{s:I, s:i, s:i, s:b, s:I, s:i, s:b}", "msn", (json_int_t)part->msn,
			 "index", (int)part->index, "generation", (int)part->generation,
			 "discontinuity", part->discontinuity, "start_us",
			 (json_int_t)part->start_us, "duration_us", (int)part->duration_us,
			 "independent", part->independent);
}

bool segment_read(const json_t *object, WireSegment *ret_segment, GError **error)
{
	const char *word = NULL;
	gint64 msn = 0;
	gint64 duration_us = 0;
	const Field fields[] = {
		{"word", FIELD_TEXT, true, 16, &word},
		{"msn", FIELD_INT, true, 0, &msn},
		{"duration_us", FIELD_INT, true, 0, &duration_us},
		{0},
	};

	if (!json_read(object, fields, error) || !number_check(msn, "msn", 0, NUMBER_MAX, error) ||
	    !number_check(duration_us, "duration_us", 0, DURATION_MAX, error))
		return false;
	ret_segment->msn = (guint64)msn;
	ret_segment->duration_us = (unsigned)duration_us;
	return true;
}

json_t *segment_to_json(const WireSegment *segment)
{
	return json_pack("{s:I, s:i}", "msn", (json_int_t)segment->msn, "duration_us",
			 (int)segment->duration_us);
}

bool fault_read(const json_t *object, WireFault *ret_fault, GError **error)
{
	const char *word = NULL;
	const char *reason = NULL;
	gint64 count = 0;
	const Field fields[] = {
		{"word", FIELD_TEXT, true, 16, &word},
		{"reason", FIELD_TEXT, true, 40, &reason},
		{"over", FIELD_BOOL, true, 0, &ret_fault->over},
		{"count", FIELD_INT, true, 0, &count},
		{0},
	};

	if (!json_read(object, fields, error) || !number_check(count, "count", 0, G_MAXINT, error))
		return false;
	ret_fault->reason = g_strdup(reason);
	ret_fault->count = (unsigned)count;
	return true;
}

json_t *fault_to_json(const WireFault *fault)
{
	return json_pack("{s:s, s:b, s:i}", "reason", fault->reason, "over", fault->over, "count",
			 (int)fault->count);
}

/* [offset from the segment's start, duration, independent]: short, as a state holds many. */
static bool read_short_part(const json_t *triple, WireStateSegment *segment, GError **error)
{
	const json_t *offset = json_array_get(triple, 0);
	const json_t *duration = json_array_get(triple, 1);
	const json_t *independent = json_array_get(triple, 2);
	WirePart part = {
		.msn = segment->msn,
		.index = segment->parts->len,
		.generation = segment->generation,
		.discontinuity = segment->discontinuity,
		.independent = json_is_true(independent),
	};

	if (json_array_size(triple) != 3 || !json_is_integer(offset) ||
	    !json_is_integer(duration) || !json_is_boolean(independent))
		return error_reason(error, ERROR_INVALID, "invalid", "parts",
				    "A part is [offset_us, duration_us, independent]");
	if (!number_check(json_integer_value(offset), "parts", 0, DURATION_MAX, error) ||
	    !number_check(json_integer_value(duration), "parts", 0, DURATION_MAX, error))
		return false;
	part.start_us = segment->start_us + json_integer_value(offset);
	part.duration_us = (unsigned)json_integer_value(duration);
	g_array_append_val(segment->parts, part);
	return true;
}

static bool read_short_parts(const json_t *parts, WireStateSegment *segment, GError **error)
{
	for (size_t i = 0; i < json_array_size(parts); i++)
		if (!read_short_part(json_array_get(parts, i), segment, error))
			return false;
	return true;
}

static bool read_state_segment(const json_t *object, WireStateSegment *segment, GError **error)
{
	gint64 msn = 0;
	gint64 generation = 0;
	gint64 duration_us = 0;
	json_t *parts = NULL;
	const Field fields[] = {
		{"msn", FIELD_INT, true, 0, &msn},
		{"generation", FIELD_INT, true, 0, &generation},
		{"discontinuity", FIELD_BOOL, true, 0, &segment->discontinuity},
		{"complete", FIELD_BOOL, true, 0, &segment->complete},
		{"start_us", FIELD_INT, true, 0, &segment->start_us},
		{"duration_us", FIELD_INT, true, 0, &duration_us},
		{"parts", FIELD_ARRAY, true, WIRE_PARTS_MAX, &parts},
		{0},
	};

	if (!json_read(object, fields, error) || !number_check(msn, "msn", 0, NUMBER_MAX, error) ||
	    !number_check(generation, "generation", 1, G_MAXINT, error) ||
	    !number_check(segment->start_us, "start_us", 0, NUMBER_MAX, error) ||
	    !number_check(duration_us, "duration_us", 0, DURATION_MAX, error))
		return false;
	segment->msn = (guint64)msn;
	segment->generation = (unsigned)generation;
	segment->duration_us = (unsigned)duration_us;
	return read_short_parts(parts, segment, error);
}

/* In order, one after the other, and only the last may be open. */
static bool check_order(const GPtrArray *segments, GError **error)
{
	for (unsigned i = 1; i < segments->len; i++) {
		const WireStateSegment *before = segments->pdata[i - 1];
		const WireStateSegment *segment = segments->pdata[i];

		if (segment->msn != before->msn + 1 || !before->complete)
			return error_reason(error, ERROR_INVALID, "invalid", "segments",
					    "Segments follow one another; the last may be open");
	}
	return true;
}

static bool read_segments(const json_t *array, WireState *state, GError **error)
{
	state->segments = g_ptr_array_new_with_free_func((GDestroyNotify)wire_state_segment_free);
	for (size_t i = 0; i < json_array_size(array); i++) {
		WireStateSegment *segment = wire_state_segment_new();

		g_ptr_array_add(state->segments, segment);
		if (!read_state_segment(json_array_get(array, i), segment, error))
			return false;
	}
	return check_order(state->segments, error);
}

/* Numbers of a state before their bounds are checked. */
typedef struct {
	gint64 protocol;
	gint64 generation;
	gint64 part_target_us;
	gint64 target_duration_s;
	gint64 discontinuity_sequence;
} Numbers;

static bool take_numbers(const Numbers *numbers, WireState *ret_state, GError **error)
{
	if (!number_check(numbers->protocol, "protocol", WIRE_PROTOCOL, WIRE_PROTOCOL, error) ||
	    !number_check(numbers->generation, "generation", 0, G_MAXINT, error) ||
	    !number_check(numbers->part_target_us, "part_target_us", 0, DURATION_MAX, error) ||
	    !number_check(numbers->target_duration_s, "target_duration_s", 0, 60, error) ||
	    !number_check(numbers->discontinuity_sequence, "discontinuity_sequence", 0, NUMBER_MAX,
			  error))
		return false;
	ret_state->generation = (unsigned)numbers->generation;
	ret_state->part_target_us = (unsigned)numbers->part_target_us;
	ret_state->target_duration_s = (unsigned)numbers->target_duration_s;
	ret_state->discontinuity_sequence = (guint64)numbers->discontinuity_sequence;
	return true;
}

bool state_read(const json_t *object, WireState *ret_state, GError **error)
{
	const char *word = NULL;
	const char *broadcast = NULL;
	json_t *segments = NULL;
	json_t *camera = NULL;
	Numbers numbers = {0};
	const Field fields[] = {
		{"word", FIELD_TEXT, true, 16, &word},
		{"protocol", FIELD_INT, true, 0, &numbers.protocol},
		{"broadcast", FIELD_TEXT, false, 64, &broadcast},
		{"generation", FIELD_INT, true, 0, &numbers.generation},
		{"part_target_us", FIELD_INT, true, 0, &numbers.part_target_us},
		{"target_duration_s", FIELD_INT, true, 0, &numbers.target_duration_s},
		{"discontinuity_sequence", FIELD_INT, true, 0, &numbers.discontinuity_sequence},
		{"segments", FIELD_ARRAY, true, WIRE_SEGMENTS_MAX, &segments},
		{"epoch_us", FIELD_INT, true, 0, &ret_state->epoch_us},
		{"epoch_boot_us", FIELD_INT, true, 0, &ret_state->epoch_boot_us},
		{"camera", FIELD_OBJECT, true, 0, &camera},
		{0},
	};

	if (!json_read(object, fields, error) || !take_numbers(&numbers, ret_state, error) ||
	    !number_check(ret_state->epoch_us, "epoch_us", 0, NUMBER_MAX, error) ||
	    !number_check(ret_state->epoch_boot_us, "epoch_boot_us", -NUMBER_MAX, NUMBER_MAX,
			  error) ||
	    !read_segments(segments, ret_state, error) ||
	    !camera_read(camera, &ret_state->camera, error))
		return false;
	ret_state->broadcast = g_strdup(broadcast);
	return true;
}

static json_t *state_segment_to_json(const WireStateSegment *segment)
{
	json_t *parts = json_array();

	for (unsigned i = 0; i < segment->parts->len; i++) {
		const WirePart *part = &g_array_index(segment->parts, WirePart, i);

		json_array_append_new(parts,
				      json_pack("[I, i, b]",
						(json_int_t)(part->start_us - segment->start_us),
						(int)part->duration_us, part->independent));
	}
	return json_pack("{s:I, s:i, s:b, s:b, s:I, s:i, s:o}", "msn", (json_int_t)segment->msn,
			 "generation", (int)segment->generation, "discontinuity",
			 segment->discontinuity, "complete", segment->complete, "start_us",
			 (json_int_t)segment->start_us, "duration_us", (int)segment->duration_us,
			 "parts", parts);
}

json_t *state_to_json(const WireState *state)
{
	json_t *segments = json_array();

	for (unsigned i = 0; state->segments && i < state->segments->len; i++)
		json_array_append_new(segments, state_segment_to_json(state->segments->pdata[i]));
	return json_pack("{s:i, s:s?, s:i, s:i, s:i, s:I, s:o, s:I, s:I, s:o}", "protocol",
			 WIRE_PROTOCOL, "broadcast", state->broadcast, "generation",
			 (int)state->generation, "part_target_us", (int)state->part_target_us,
			 "target_duration_s", (int)state->target_duration_s,
			 "discontinuity_sequence", (json_int_t)state->discontinuity_sequence,
			 "segments", segments, "epoch_us", (json_int_t)state->epoch_us,
			 "epoch_boot_us", (json_int_t)state->epoch_boot_us, "camera",
			 camera_to_json(&state->camera));
}

WireStateSegment *wire_state_segment_new(void)
{
	WireStateSegment *segment = g_new0(WireStateSegment, 1);

	segment->parts = g_array_new(FALSE, FALSE, sizeof(WirePart));
	return segment;
}

void wire_state_segment_free(WireStateSegment *segment)
{
	if (!segment)
		return;
	g_array_unref(segment->parts);
	g_free(segment);
}

void wire_state_clear(WireState *state)
{
	g_clear_pointer(&state->broadcast, g_free);
	g_clear_pointer(&state->segments, g_ptr_array_unref);
	wire_camera_clear(&state->camera);
}
