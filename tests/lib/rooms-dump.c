/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tables as text that does not depend on a box's own keys. */
#include "rooms.h"

#include <sqlite3.h>
#include <string.h>

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		g_error("%s: %s", sqlite3_errmsg(db), sql);
	return statement;
}

static const char *text_of(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text ? text : "";
}

/* The table that a column's key stands in, owned; NULL: the column is none. */
static char *parent_of(sqlite3 *db, const char *table, const char *column)
{
	g_autofree char *sql = g_strdup_printf("PRAGMA foreign_key_list(%s)", table);
	sqlite3_stmt *statement = prepare(db, sql);
	char *parent = NULL;

	while (!parent && sqlite3_step(statement) == SQLITE_ROW)
		if (strcmp(text_of(statement, 3), column) == 0 &&
		    strcmp(text_of(statement, 4), "key") == 0)
			parent = g_strdup(text_of(statement, 2));
	sqlite3_finalize(statement);
	return parent;
}

static bool has_column(sqlite3 *db, const char *table, const char *column)
{
	return sqlite3_table_column_metadata(db, NULL, table, column, NULL, NULL, NULL, NULL,
	                                     NULL) == SQLITE_OK;
}

/* An expression over a row of the table: its public id, or all of it where it has none. */
static char *row_expression(sqlite3 *db, const char *table, const char *as, bool by_id)
{
	g_autofree char *sql = g_strdup_printf("PRAGMA table_info(%s)", table);
	g_autoptr(GString) parts = g_string_new("''");
	sqlite3_stmt *statement;

	if (by_id && has_column(db, table, "id"))
		return g_strdup_printf("%s.id", as);
	statement = prepare(db, sql);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *column = text_of(statement, 1);
		g_autofree char *parent = parent_of(db, table, column);
		g_autofree char *inner = g_strdup_printf("%s_%s", as, column);
		g_autofree char *of_parent = NULL;

		if (strcmp(column, "key") == 0)
			continue;
		if (!parent) {
			g_string_append_printf(parts, "||' %s='||quote(%s.%s)", column, as, column);
			continue;
		}
		of_parent = row_expression(db, parent, inner, true);
		g_string_append_printf(parts,
		                       "||' %s='||ifnull((SELECT %s FROM %s AS %s WHERE %s.key = %s.%s),"
		                       "'null')",
		                       column, of_parent, parent, inner, inner, as, column);
	}
	sqlite3_finalize(statement);
	return g_string_free(g_steal_pointer(&parts), FALSE);
}

static void dump_table(sqlite3 *db, const char *table, GString *out)
{
	g_autofree char *row = row_expression(db, table, "t", false);
	g_autofree char *sql = g_strdup_printf("SELECT '%s:'||%s FROM %s AS t ORDER BY 1", table,
	                                       row, table);
	sqlite3_stmt *statement = prepare(db, sql);

	while (sqlite3_step(statement) == SQLITE_ROW)
		g_string_append_printf(out, "%s\n", text_of(statement, 0));
	sqlite3_finalize(statement);
}

char *rooms_dump(Rooms *self, const char *class)
{
	g_auto(GStrv) tables = store_tables(self->store, class);
	GString *out = g_string_new(NULL);
	sqlite3 *db = NULL;

	g_assert_cmpint(sqlite3_open_v2(self->database, &db, SQLITE_OPEN_READWRITE, NULL), ==,
	                SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	for (char **table = tables; *table; table++)
		dump_table(db, *table, out);
	sqlite3_close(db);
	return g_string_free(out, FALSE);
}
