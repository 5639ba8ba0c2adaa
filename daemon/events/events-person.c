/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What of a person stands in the log and in no room's rows: events that stand aside. Rooms find
 * what they have of somebody by their rows, so nobody else would. */
#include "events/events-private.h"

static GPtrArray *list_aside_of(Events *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_aside_of");

	query_bind_text(query, ":person", person);
	return query_list_texts(query, error);
}

static bool erase(void *room, const Actor *actor, const char *person, int64_t *cursor,
                  GError **error)
{
	Events *self = room;
	g_autoptr(GPtrArray) ids = list_aside_of(self, person, error);

	for (guint i = 0; ids && i < ids->len; i++)
		if (!events_blank(self, ids->pdata[i], error) ||
		    !events_note_blanked(self, ids->pdata[i], error))
			return false;
	return ids != NULL;
}

const PersonData EVENTS_DATA = {"events", NULL, erase, NULL};
