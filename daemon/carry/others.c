/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The other boxes as an administrator sees them; one whose building is gone is forgotten here. */
#include "carry/carry-private.h"

#include "base/clock.h"
#include "base/log.h"

/* At most: what stays in this box alone is counted as well. */
static int64_t lacking_events(const json_t *ours, const json_t *theirs)
{
	int64_t lacking = 0;
	size_t i;
	json_t *chain;

	json_array_foreach(ours, i, chain) {
		const json_t *other = boxes_find_chain(theirs, chain);
		int64_t last = json_integer_value(json_array_get(chain, 2));

		lacking += MAX(last - json_integer_value(json_array_get(other, 2)), 0);
	}
	return lacking;
}

static json_t *box_to_json(const json_t *box, const json_t *ours, const char *first)
{
	const char *origin = json_string_value(json_object_get(box, "origin"));
	const json_t *chains = json_object_get(json_object_get(box, "greeting"), "chains");
	char heard[TIME_TEXT_SIZE];

	clock_format(json_integer_value(json_object_get(box, "heard_ms")), heard);
	return json_pack("{ss ss sb sI}", "id", origin, "heard_at", heard, "decides",
	                 (int)g_str_equal(origin, first), "events",
	                 (json_int_t)lacking_events(ours, chains));
}

bool get_carry_boxes(void *room, Request *request, GError **error)
{
	Carry *self = room;
	g_autoptr(json_t) boxes = boxes_list(self, error);
	g_autoptr(json_t) greeting = parcel_greet(self->options.sync);
	json_t *items;
	size_t i;
	json_t *box;

	if (!boxes)
		return false;
	items = json_array();
	json_array_foreach(boxes, i, box)
		json_array_append_new(items, box_to_json(box, json_object_get(greeting, "chains"),
		                                         sync_authority(self->options.sync)->text));
	request_reply_object(request, 200, json_pack("{so}", "items", items));
	return true;
}

/* Nothing of the school goes: sticks no longer bring what that box alone lacks, and when a stick of its
 * own comes after all it is known again. */
bool delete_carry_box(void *room, Request *request, GError **error)
{
	Carry *self = room;
	const char *origin = request_param(request, "box");
	bool known = false;

	if (!boxes_know(self, origin, &known, error))
		return false;
	if (!known)
		return error_set(error, ERROR_NOT_FOUND, "No stick of such a box was here");
	if (g_str_equal(origin, sync_authority(self->options.sync)->text))
		return error_reason(error, ERROR_CONFLICT, "carry-decides", NULL,
		                    "People, classes and rights are changed in that building: restore "
		                    "its last copy on another machine, which then takes its place");
	if (!boxes_forget(self, origin, error))
		return false;
	log_write(LOG_NOTICE, "An administrator forgot a box of another building");
	events_signal(self->options.events, "admins", "server", "", "{}");
	request_reply_empty(request);
	return true;
}
