/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of a named statement by bare SQLite, with nothing around it: what a list cannot be faster than.
 *
 *	bare-rows DATABASE RESOURCE NAME COUNT [:PARAMETER=VALUE]...   says a line: nanoseconds of CPU a time, rows
 *
 * A value of digits alone is a number. */
#include "store/store.h"

#include <gio/gio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *load_statement(const char *resource, const char *name)
{
	g_autoptr(GBytes) bytes = g_resources_lookup_data(resource, 0, NULL);
	g_autofree char *text = bytes ? g_strndup(g_bytes_get_data(bytes, NULL),
	                                          g_bytes_get_size(bytes)) : NULL;
	g_autofree char *mark = g_strdup_printf("-- name: %s\n", name);
	const char *begin = text ? strstr(text, mark) : NULL;
	const char *end = begin ? strstr(begin + strlen(mark), "-- name: ") : NULL;

	if (!begin)
		g_error("There is no statement %s", name);
	begin += strlen(mark);
	return end ? g_strndup(begin, (gsize)(end - begin)) : g_strdup(begin);
}

static void bind(sqlite3_stmt *statement, const char *word)
{
	const char *value = strchr(word, '=');
	g_autofree char *name = value ? g_strndup(word, (gsize)(value - word)) : NULL;
	int place = name ? sqlite3_bind_parameter_index(statement, name) : 0;

	if (!place)
		g_error("The statement takes no %s", word);
	value++;
	if (*value && strspn(value, "0123456789") == strlen(value))
		sqlite3_bind_int64(statement, place, g_ascii_strtoll(value, NULL, 10));
	else
		sqlite3_bind_text(statement, place, value, -1, SQLITE_STATIC);
}

static int read_rows(sqlite3_stmt *statement)
{
	int rows = 0;

	for (; sqlite3_step(statement) == SQLITE_ROW; rows++)
		for (int i = 0; i < sqlite3_column_count(statement); i++)
			(void)sqlite3_column_text(statement, i);
	sqlite3_reset(statement);
	return rows;
}

static int64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(int argc, char **argv)
{
	g_autofree char *sql = argc >= 5 ? load_statement(argv[2], argv[3]) : NULL;
	int count = sql ? atoi(argv[4]) : 0;
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	int64_t begun_ns;
	int rows;

	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (count < 1 ||
	    sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		g_error("usage: bare-rows DATABASE RESOURCE NAME COUNT [:PARAMETER=VALUE]...");
	sqlite3_exec(db, "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF", NULL,
	             NULL, NULL);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		g_error("%s", sqlite3_errmsg(db));
	for (int i = 5; i < argc; i++)
		bind(statement, argv[i]);
	rows = read_rows(statement);
	begun_ns = cpu_ns();
	for (int i = 0; i < count; i++)
		read_rows(statement);
	printf("%" G_GINT64_FORMAT " %d\n", (gint64)((cpu_ns() - begun_ns) / count), rows);
	return 0;
}
