/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What classes/ keeps of one person: seats. They go with the role that gave them. */
#include "classes/classes-private.h"

static bool export(void *room, const char *person, json_t *into, int64_t *cursor, GError **error)
{
	Classes *self = room;
	g_autoptr(Query) query = store_query(self->store, "render_seats_of");
	json_t *seats;

	query_bind_text(query, ":person", person);
	if (!query_one(query, error))
		return false;
	seats = json_loads(query_text(query, 0), 0, NULL);
	g_assert(seats);
	json_object_set_new(into, "seats", seats);
	return true;
}

typedef struct {
	GPtrArray *classes; /* ids */
	GArray *as;         /* MemberAs */
} Seats;

static void seats_clear(Seats *self)
{
	g_ptr_array_unref(self->classes);
	g_array_unref(self->as);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Seats, seats_clear)

static bool load_seats(Classes *self, const char *person, Seats *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_seats_of");
	bool row = true;

	query_bind_text(query, ":person", person);
	while (row) {
		MemberAs as;

		if (!query_next(query, &row, error))
			return false;
		if (!row)
			break;
		as = (MemberAs)query_int(query, 1);
		g_ptr_array_add(ret->classes, g_strdup(query_text(query, 0)));
		g_array_append_val(ret->as, as);
	}
	return true;
}

/* Who has a seat there already keeps it. */
static bool merge(void *room, const Actor *actor, const char *from, const char *into, GError **error)
{
	Classes *self = room;
	g_auto(Seats) seats = {g_ptr_array_new_with_free_func(g_free),
	                       g_array_new(FALSE, FALSE, sizeof(MemberAs))};

	if (!load_seats(self, from, &seats, error))
		return false;
	for (guint i = 0; i < seats.classes->len; i++) {
		const char *class_id = seats.classes->pdata[i];

		if (!classes_remove_member(self, actor, class_id, from, error) ||
		    (!classes_is_member(self, class_id, into) &&
		     !classes_add_member(self, actor, class_id, into,
		                         g_array_index(seats.as, MemberAs, i), error)))
			return false;
	}
	return true;
}

const PersonData CLASSES_DATA = {"classes", export, NULL, merge};
