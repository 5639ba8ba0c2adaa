/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Many events of another end in one turn: what each of them would ask of the tables alone is asked
 * once, and one that is refused undoes all, which are then taken one by one. */
#include "events/events-origin.h"

#include <string.h>

typedef struct {
	Id origin;
	Id epoch;
	Origin row;
	bool moved;
} Known;

struct Intake {
	Events *events;
	GArray *known; /* of Known */
	char *seen;    /* the last one that was looked through */
};

Intake *intake_new(Events *events)
{
	Intake *self = g_new0(Intake, 1);

	self->events = events;
	self->known = g_array_new(FALSE, TRUE, sizeof(Known));
	return self;
}

void intake_free(Intake *self)
{
	if (!self)
		return;
	g_array_unref(self->known);
	g_free(self->seen);
	g_free(self);
}

static Known *find_known(Intake *self, const char *origin, const char *epoch)
{
	for (guint i = 0; i < self->known->len; i++) {
		Known *known = &g_array_index(self->known, Known, i);

		if (strcmp(known->epoch.text, epoch) == 0 && strcmp(known->origin.text, origin) == 0)
			return known;
	}
	return NULL;
}

static Known *add_known(Intake *self, const char *origin, const char *epoch, const Origin *row)
{
	const Known known = {id_from(origin), id_from(epoch), *row, false};

	g_array_append_val(self->known, known);
	return &g_array_index(self->known, Known, self->known->len - 1);
}

static Known *chain_of(Intake *self, const Event *event, GError **error)
{
	Known *known = find_known(self, event->origin.text, event->epoch.text);
	Origin row = {0};

	if (known)
		return known;
	if (!events_ensure_origin(self->events, event, &row, error))
		return NULL;
	return add_known(self, event->origin.text, event->epoch.text, &row);
}

static bool has_seen_one(Intake *self, const char *name, int64_t needed, bool *ret_here, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(name, "/", 2);
	const Known *known;
	Origin row = {0};

	*ret_here = false;
	if (g_strv_length(parts) != 2 || !id_is_valid(parts[0]) || !id_is_valid(parts[1]))
		return error_set(error, ERROR_INVALID, "The event's seen makes no sense");
	known = find_known(self, parts[0], parts[1]);
	if (!known) {
		if (!events_find_origin(self->events, parts[0], parts[1], ret_here, &row, error))
			return false;
		if (!*ret_here)
			return true;
		known = add_known(self, parts[0], parts[1], &row);
	}
	*ret_here = known->row.last_seq >= needed;
	return true;
}

/* Events one after the other mostly saw the same, and what is here stays here. */
static bool has_seen(Intake *self, const Event *event, bool *ret_here, GError **error)
{
	g_autoptr(json_t) seen = NULL;
	const char *name;
	json_t *value;

	*ret_here = true;
	if (event->held || strcmp(event->seen, "{}") == 0 || g_strcmp0(event->seen, self->seen) == 0)
		return true;
	seen = json_parse(event->seen, strlen(event->seen), error);
	if (!seen)
		return false;
	json_object_foreach(seen, name, value) {
		if (!has_seen_one(self, name, json_integer_value(value), ret_here, error))
			return false;
		if (!*ret_here)
			return true;
	}
	g_free(self->seen);
	self->seen = g_strdup(event->seen);
	return true;
}

static IntakeResult later(GError **error, ErrorCode code, const char *words)
{
	error_set(error, code, "%s", words);
	return INTAKE_LATER;
}

static IntakeResult check(Intake *self, const Event *event, Known **ret_known, GError **error)
{
	Events *events = self->events;
	Known *known = chain_of(self, event, error);
	bool here;

	if (!known || known->row.ours)
		return INTAKE_FAILED;
	if (event->origin_seq != known->row.last_seq + 1)
		return later(error, ERROR_CONFLICT, "Another event of its origin is next");
	if (!has_seen(self, event, &here, error))
		return INTAKE_FAILED;
	if (!here)
		return later(error, ERROR_CONFLICT, "The event has seen what is not here yet");
	if (!event->held &&
	    !hlc_see(&events->head.last_hlc, event->hlc, events_now_ms(events)))
		return later(error, ERROR_BUSY,
		             "It was written five minutes ahead of the clock here: one of the "
		             "clocks is wrong");
	*ret_known = find_known(self, event->origin.text, event->epoch.text);
	return INTAKE_TAKEN;
}

static bool apply(Events *self, const Event *event, GError **error)
{
	if (events_is_newer(self, event))
		return events_set_aside(self, event, ASIDE_NEWER, "", error);
	return events_check_admitted(self, event, error) && events_apply(self, event, error);
}

IntakeResult intake_take(Intake *self, Event *event, GError **error)
{
	Events *events = self->events;
	Known *known = NULL;
	IntakeResult result = check(self, event, &known, error);

	if (result != INTAKE_TAKEN)
		return result;
	event->seq = ++events->head.last_seq;
	if (!events_write(events, event, known->row.key, error) || !apply(events, event, error))
		return INTAKE_FAILED;
	known->row.last_seq = event->origin_seq;
	known->row.last_hash = event->hash;
	known->moved = true;
	if (!event->held)
		live_on_appended(events->live, event);
	return INTAKE_TAKEN;
}

bool intake_end(Intake *self, GError **error)
{
	for (guint i = 0; i < self->known->len; i++) {
		Known *known = &g_array_index(self->known, Known, i);
		const Event last = {.origin_seq = known->row.last_seq, .hash = known->row.last_hash};

		if (known->moved && !events_move_origin(self->events, known->row.key, &last, error))
			return false;
		if (known->moved)
			events_tell_readers(self->events);
		known->moved = false;
	}
	return true;
}
