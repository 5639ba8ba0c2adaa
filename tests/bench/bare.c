/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A page of messages by the bare SQLite statement: the one that urokd runs, with nothing around it.
 *
 *	bare DATABASE CHAT LOGIN COUNT   says a line: nanoseconds of CPU a page of 50 */
#include "chats/chats.h"

#include <gio/gio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE 51 /* one more shows whether there is more */

static char *load_statement(const char *name)
{
	g_autoptr(GBytes) bytes = g_resources_lookup_data("/urok/chats/chats.sql", 0, NULL);
	g_autofree char *mark = g_strdup_printf("-- name: %s\n", name);
	const char *begin = strstr(g_bytes_get_data(bytes, NULL), mark);
	const char *end = begin ? strchr(begin, ';') : NULL;

	if (!end)
		g_error("There is no statement %s", name);
	begin += strlen(mark);
	return g_strndup(begin, (gsize)(end - begin));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		g_error("%s: %s", sqlite3_errmsg(db), sql);
	return statement;
}

static gint64 find_key(sqlite3 *db, const char *sql, const char *what)
{
	sqlite3_stmt *statement = prepare(db, sql);
	gint64 key;

	sqlite3_bind_text(statement, 1, what, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) != SQLITE_ROW)
		g_error("There is no %s", what);
	key = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return key;
}

static void bind(sqlite3_stmt *statement, const char *name, gint64 value)
{
	sqlite3_bind_int64(statement, sqlite3_bind_parameter_index(statement, name), value);
}

static int read_page(sqlite3_stmt *statement)
{
	int rows = 0;

	while (sqlite3_step(statement) == SQLITE_ROW)
		rows += sqlite3_column_text(statement, 0) != NULL;
	sqlite3_reset(statement);
	return rows;
}

static gint64 cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(int argc, char **argv)
{
	g_autofree char *sql = load_statement("list_messages_before");
	int count = argc == 5 ? atoi(argv[4]) : 0;
	sqlite3_stmt *statement;
	sqlite3 *db = NULL;
	gint64 begun_ns;

	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (count < 1 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
					 NULL) != SQLITE_OK)
		g_error("usage: bare DATABASE CHAT LOGIN COUNT");
	sqlite3_exec(db,
		     "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF",
		     NULL, NULL, NULL);
	statement = prepare(db, sql);
	bind(statement, ":chat_key", find_key(db, "SELECT key FROM chat WHERE id = ?", argv[2]));
	bind(statement, ":reader_key",
	     find_key(db, "SELECT key FROM person WHERE login = ?", argv[3]));
	bind(statement, ":hlc", G_MAXINT64);
	bind(statement, ":origin_order", 0);
	bind(statement, ":limit", PAGE);
	read_page(statement);
	begun_ns = cpu_ns();
	for (int i = 0; i < count; i++)
		if (read_page(statement) != PAGE)
			g_error("The chat has no whole page");
	printf("%" G_GINT64_FORMAT "\n", (cpu_ns() - begun_ns) / count);
	return 0;
}
