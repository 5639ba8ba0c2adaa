/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Families beyond the usual: more than two parents, with a reason that stays in the log; who was
 * linked lately, for the class teacher; and whose link to a child was taken. */
#include "base/text.h"
#include "enrolment/enrolment-private.h"

#include <string.h>

const Migration FAMILIES_MIGRATION = {.resource = "/urok/enrolment/enrolment-families-schema.sql"};
const Migration TAKEN_MIGRATION = {.resource = "/urok/enrolment/enrolment-taken-schema.sql"};

/* --- More parents --- */

bool families_allow(Enrolment *self, const Actor *actor, const char *child, int64_t most,
		    const char *reason, GError **error)
{
	g_autofree char *scope = g_strconcat("person:", child, NULL);
	g_autofree char *trimmed = text_trim(reason);
	g_autoptr(Event) event = NULL;

	if (!actor_check_administrator(actor, error))
		return false;
	if (!(people_roles(self->people, child) & ROLE_PUPIL))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	if (most < PARENTS_USUAL || most > PARENTS_ALLOWED_MAX)
		return error_reason(error, ERROR_INVALID, "invalid", "most",
				    "A child has %d to %d parents here", PARENTS_USUAL,
				    PARENTS_ALLOWED_MAX);
	if (text_is_blank(trimmed))
		return error_reason(error, ERROR_INVALID, "empty", "reason",
				    "Say why: it stays in the log");
	event = event_new(actor, "child.parents.allowed", scope, child,
			  json_pack("{s:I, s:s}", "most", (json_int_t)most, "reason", trimmed));
	return events_append(self->events, event, error);
}

static bool apply_allowed(void *room, const Event *event, GError **error)
{
	Enrolment *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, "set_parents_allowed");
	query_bind_text(query, ":child", event->subject);
	query_bind_int(query, ":most", json_integer_value(json_object_get(event->body, "most")));
	return query_run(query, error);
}

/* For people/: how many a child may have. */
static unsigned find_most(void *room, const char *child)
{
	Enrolment *self = room;
	g_autoptr(Query) query = store_query(self->store, "find_parents_allowed");
	bool row;

	query_bind_text(query, ":child", child);
	return query_next(query, &row, NULL) && row ? (unsigned)query_int(query, 0) : PARENTS_USUAL;
}

/* --- News --- */

/* Of what people did: a list or the demo links hundreds, which is no news. */
static bool is_press(const Event *event)
{
	return strcmp(event->actor, "system") != 0 && strcmp(event->actor, "console") != 0;
}

static bool run_for_pair(Enrolment *self, const char *statement, const char *child,
			 const char *parent, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":child", child);
	query_bind_text(query, ":parent", parent);
	return query_run(query, error);
}

static bool follow_linked(Enrolment *self, const Event *event, const char *parent, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_parent_news");

	query_bind_text(query, ":event", event->id.text);
	query_bind_text(query, ":child", event->subject);
	query_bind_text(query, ":parent", parent);
	query_bind_int(query, ":at", HLC_MS(event->hlc));
	return query_run(query, error);
}

static bool follow_unlinked(Enrolment *self, const Event *event, const char *parent, GError **error)
{
	g_autoptr(Query) query = NULL;

	if (!run_for_pair(self, "remove_parent_news", event->subject, parent, error))
		return false;
	if (json_is_true(json_object_get(event->body, "moved")))
		return true;
	query = store_query(self->store, "add_parent_taken");
	query_bind_text(query, ":child", event->subject);
	query_bind_text(query, ":parent", parent);
	query_bind_int(query, ":at", HLC_MS(event->hlc));
	return query_run(query, error);
}

static bool follow_link(void *room, const Event *event, GError **error)
{
	const char *parent = json_string_value(json_object_get(event->body, "parent"));

	if (!parent)
		return true;
	if (strcmp(event->kind, "person.parent.unlinked") == 0)
		return follow_unlinked(room, event, parent, error);
	/* Whoever is given back was not to be kept away. */
	return run_for_pair(room, "remove_parent_taken", event->subject, parent, error) &&
	       (!is_press(event) || follow_linked(room, event, parent, error));
}

static bool move_taken(Enrolment *self, const char *statement, const char *from, const char *into,
		       GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":from", from);
	query_bind_text(query, ":into", into);
	return query_run(query, error);
}

static bool follow_merged(Enrolment *self, const Event *event, GError **error)
{
	const char *into = json_string_value(json_object_get(event->body, "into"));

	return !into || (move_taken(self, "move_taken_from_child", event->subject, into, error) &&
			 move_taken(self, "move_taken_parent", event->subject, into, error));
}

static bool follow_erased(Enrolment *self, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_taken_from_child");

	query_bind_text(query, ":child", event->subject);
	return query_run(query, error);
}

static bool follow(void *room, const Event *event, GError **error)
{
	if (strcmp(event->kind, "person.merged") == 0)
		return follow_merged(room, event, error);
	if (strcmp(event->kind, "person.erased") == 0)
		return follow_erased(room, event, error);
	return follow_link(room, event, error);
}

json_t *families_news(Enrolment *self, const char *class_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_parent_news");
	g_autoptr(json_t) items = json_array();
	bool row = true;

	query_bind_text(query, ":class", class_id);
	query_bind_int(query, ":since", events_now_ms(self->events) - NEWS_S * 1000LL);
	while (row) {
		char at[TIME_TEXT_SIZE];

		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		clock_format(query_int(query, 4), at);
		json_array_append_new(items, json_pack("{s:s, s:s, s:s, s:s, s:s}", "child",
						       query_text(query, 0), "child_name",
						       query_text(query, 1), "parent",
						       query_text(query, 2), "parent_name",
						       query_text(query, 3), "linked_at", at));
	}
	return g_steal_pointer(&items);
}

static const EventKind KINDS[] = {
	{"child.parents.allowed", 1, LOCALITY_SCHOOL, apply_allowed, NULL, NULL, RETAIN_ALWAYS},
	{0},
};

void families_follow(Enrolment *self)
{
	static const char *const FOLLOWED[] = {"person.parent.linked", "person.parent.unlinked",
					       "person.merged", "person.erased", NULL};
	static const Follower FOLLOWER = {FOLLOWED, follow};

	events_add_kinds(self->events, KINDS, self);
	events_add_follower(self->events, &FOLLOWER, self);
	people_set_parents_most(self->people, find_most, self);
}
