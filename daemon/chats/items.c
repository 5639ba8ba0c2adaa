/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A reply's list, put together from texts that the store made. */
#include "chats/chats-api.h"

#define ITEMS_SIZE (16 * 1024) /* to begin with: a page of short messages */

GString *items_new(void)
{
	GString *items = g_string_sized_new(ITEMS_SIZE);

	return g_string_append(items, "{\"items\":[");
}

void items_add(GString *items, const char *json)
{
	if (items->str[items->len - 1] != '[')
		g_string_append_c(items, ',');
	g_string_append(items, json);
}

/* All rows of a query whose first column is JSON. */
bool items_add_rows(GString *items, Query *query, GError **error)
{
	bool row;

	for (;;) {
		if (!query_next(query, &row, error))
			return false;
		if (!row)
			return true;
		items_add(items, query_text(query, 0));
	}
}

void items_add_cursor(GString *items, const char *name, const char *cursor)
{
	g_string_append_printf(items, cursor ? ",\"%s\":\"%s\"" : ",\"%s\":null", name, cursor);
}
