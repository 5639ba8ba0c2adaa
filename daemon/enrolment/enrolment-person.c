/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this room keeps of one person: open invitations, and pairings on their way. */
#include "enrolment/enrolment-private.h"

static bool add_list(Enrolment *self, const char *statement, const char *person, const char *name,
		     json_t *into, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	g_autoptr(json_t) items = json_array();
	bool row = true;

	query_bind_text(query, ":person", person);
	while (row) {
		char at[TIME_TEXT_SIZE];
		char until[TIME_TEXT_SIZE];

		if (!query_next(query, &row, error))
			return false;
		if (!row)
			break;
		clock_format(query_int(query, 1), at);
		clock_format(query_int(query, 2), until);
		json_array_append_new(items,
				      json_pack("{s:s, s:s, s:s}", "what", query_text(query, 0),
						"at", at, "expires_at", until));
	}
	if (json_array_size(items))
		json_object_set(into, name, items);
	return true;
}

/* That they are there; what opens them is a secret, and the store has its digest alone. */
static bool export(void *room, const char *person, json_t *into, int64_t *cursor, GError **error)
{
	return add_list(room, "list_invitations_of", person, "invitations", into, error) &&
	       add_list(room, "list_pairings_of", person, "pairings", into, error);
}

static bool forget(Enrolment *self, const char *person, GError **error)
{
	g_autoptr(Query) invitations = store_query(self->store, "remove_invitations_of");
	g_autoptr(Query) pairings = store_query(self->store, "remove_pairings_of");

	query_bind_text(invitations, ":person", person);
	query_bind_text(pairings, ":person", person);
	return query_run(invitations, error) && query_run(pairings, error);
}

static bool erase(void *room, const Actor *actor, const char *person, int64_t *cursor,
		  GError **error)
{
	static const char *const KEPT[] = {NULL};
	Enrolment *self = room;
	g_autoptr(Query) query = store_query(self->store, "remove_parents_allowed");

	query_bind_text(query, ":child", person);
	return query_run(query, error) && forget(self, person, error) &&
	       /* Why there are more parents is told in somebody's words. */
	       events_blank_of(self->events, person, "child.*", KEPT, cursor, error);
}

/* Whoever was let in twice has one account now, and needs no invitation to the other. */
static bool merge(void *room, const Actor *actor, const char *from, const char *into,
		  GError **error)
{
	return forget(room, from, error);
}

const PersonData ENROLMENT_DATA = {"enrolment", export, erase, merge};
