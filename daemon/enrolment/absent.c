/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who of the school has not come in yet, class by class, for the administrator. */
#include "enrolment/enrolment-private.h"

static json_t *class_json(Query *query)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:I}", "id", query_text(query, 0), "title",
			 query_text(query, 1), "pupils", (json_int_t)query_int(query, 2), "parents",
			 (json_int_t)query_int(query, 3), "alone", (json_int_t)query_int(query, 4));
}

bool get_enrolment(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	g_autoptr(Query) query = store_query(self->store, "list_absent_by_class");
	g_autoptr(json_t) items = json_array();
	char today[TIME_TEXT_SIZE];
	bool row = true;

	clock_format(events_now_ms(self->events), today);
	today[10] = '\0'; /* the date */
	query_bind_text(query, ":today", today);
	while (row) {
		if (!query_next(query, &row, error))
			return false;
		if (row)
			json_array_append_new(items, class_json(query));
	}
	request_reply_object(request, 200, json_pack("{s:O}", "classes", items));
	return true;
}
