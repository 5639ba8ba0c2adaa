/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What of a person stands in the log and in no room's rows: events that stand aside. Rooms find
 * what they have of somebody by their rows, so nobody else would. */
#include "events/events-private.h"

static GPtrArray *list_aside_of(Events *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_aside_of");
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	bool row = true;

	query_bind_text(query, ":person", person);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row)
			g_ptr_array_add(ids, g_strdup(query_text(query, 0)));
	}
	return g_steal_pointer(&ids);
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
