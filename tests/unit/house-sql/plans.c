/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How SQLite carries out every named statement of the tree: none walks through a table that grows. */
#include "rooms.h"

#include <gio/gio.h>
#include <sqlite3.h>
#include <string.h>

/* Of these a school has a few: they may be walked through. */
static const char *const SMALL[] = {"person_block", "log_origin", "message_origin", "school", "school_year", "camera",
                                    "consent_kind", "sync_choice", "sync_heal", "sync_peer", "outer_turn",
                                    "legal_hold", "retention_run", "channel_class", "carry_box",
                                    "carry_journey", "sync_joining",
                                    NULL};

/* Statements that walk on purpose, and why it is bounded. */
static const struct {
	const char *name;
	const char *table;
} ALLOWED[] = {
        {"has_other_administrator", "person"}, /* an index of administrators alone */
        {"list_unfinished_erasures", "erasure"}, /* once at start */
        {"start_sync_fills", "sync_peer"}, /* a box a row */
        {"list_aside_of", "event_aside"}, /* whoever is erased */
        {"list_aside", "event_aside"}, /* an administrator looks */
        {"list_aside_ids", "event_aside"}, /* rows are made anew */
        {"list_conflicts", "sync_conflict"}, /* an administrator looks; the newest of an index */
        {"list_newer_kinds", "event_aside"}, /* once at start */
        {"find_log_head", "event"},            /* the last row alone */
        {"fill_channel", "person"},            /* an administrator names an audience */
        {"list_channel_ids", "chat"},          /* an index of channels alone, 50 at most */
        {"count_channels", "chat"},
        {"find_last_message_key", "message"},
        {"find_last_chat_key", "chat"},
        {"find_last_stored_reply", "stored_reply"},
        {"remove_reads_of", "chat"}, /* a few a class; for an erasure */
        {"count_people_by_role", "person"}, /* for the console, now and then */
        {"list_looks_since", "look_term"},
        {"forget_carry_files", "carry_file"}, /* once a stick */
};

static char *read_resource(const char *path)
{
	g_autoptr(GBytes) bytes = g_resources_lookup_data(path, 0, NULL);

	g_assert_nonnull(bytes);
	return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

/* "/urok/ROOM/FILE.sql" of all rooms but the schemas; owned. */
static GPtrArray *list_resources(void)
{
	g_auto(GStrv) rooms = g_resources_enumerate_children("/urok", 0, NULL);
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

	for (char **room = rooms; *room; room++) {
		g_autofree char *folder = g_strconcat("/urok/", *room, NULL);
		g_auto(GStrv) files = g_resources_enumerate_children(folder, 0, NULL);

		for (char **file = files; *file; file++)
			if (!strstr(*file, "-schema"))
				g_ptr_array_add(paths, g_strconcat(folder, *file, NULL));
	}
	return paths;
}

static bool is_small(const char *table)
{
	return g_strv_contains(SMALL, table);
}

static bool is_allowed(const char *statement, const char *table)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ALLOWED); i++)
		if (g_strcmp0(ALLOWED[i].name, statement) == 0 &&
		    g_strcmp0(ALLOWED[i].table, table) == 0)
			return true;
	return false;
}

static bool is_table(sqlite3 *db, const char *name)
{
	sqlite3_stmt *find = NULL;
	bool found;

	g_assert_cmpint(sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND "
	                                       "name = ?1", -1, &find, NULL), ==, SQLITE_OK);
	sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
	found = sqlite3_step(find) == SQLITE_ROW;
	sqlite3_finalize(find);
	return found;
}

/* All views as one text: their aliases show up in the plans of the statements that use them. */
static char *views_of(sqlite3 *db)
{
	g_autoptr(GString) all = g_string_new(NULL);
	sqlite3_stmt *list = NULL;

	g_assert_cmpint(sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_schema WHERE type = 'view'", -1,
	                                   &list, NULL), ==, SQLITE_OK);
	while (sqlite3_step(list) == SQLITE_ROW)
		g_string_append_printf(all, "%s\n", (const char *)sqlite3_column_text(list, 0));
	sqlite3_finalize(list);
	return g_string_free(g_steal_pointer(&all), FALSE);
}

/* The table behind a name of the plan, owned; NULL: a subquery's own rows. */
static char *table_behind(sqlite3 *db, const char *sql, const char *name)
{
	g_autofree char *pattern = g_strdup_printf("(\\w+)\\s+(?:AS\\s+)?%s\\b", name);
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_CASELESS, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	if (is_table(db, name))
		return g_strdup(name);
	for (g_regex_match(regex, sql, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL)) {
		g_autofree char *table = g_match_info_fetch(match, 1);

		if (is_table(db, table))
			return g_steal_pointer(&table);
	}
	return NULL;
}

/* "SEARCH event" and no more is how a plan names max() over a table: one row where the table stands
 * alone, all of them where it is joined. */
static bool walks(char *const words[])
{
	if (strcmp(words[0], "SEARCH") == 0)
		return !words[2];
	return strcmp(words[0], "SCAN") == 0;
}

static void check_step(sqlite3 *db, const char *name, const char *sql, const char *step)
{
	g_auto(GStrv) words = g_strsplit(step, " ", 3);
	g_autofree char *table = NULL;

	if (!walks(words) || words[1][0] == '(' || g_ascii_isdigit(words[1][0]))
		return;
	table = table_behind(db, sql, words[1]);
	if (!table || is_small(table) || is_allowed(name, table))
		return;
	g_test_message("%s walks through %s: %s", name, table, step);
	g_test_fail();
}

static void check_statement(sqlite3 *db, const char *name, const char *sql, const char *views)
{
	g_autofree char *question = g_strconcat("EXPLAIN QUERY PLAN ", sql, NULL);
	g_autofree char *texts = g_strconcat(sql, "\n", views, NULL);
	sqlite3_stmt *plan = NULL;

	if (sqlite3_prepare_v2(db, question, -1, &plan, NULL) != SQLITE_OK)
		g_error("%s: %s", name, sqlite3_errmsg(db));
	while (sqlite3_step(plan) == SQLITE_ROW)
		check_step(db, name, texts, (const char *)sqlite3_column_text(plan, 3));
	sqlite3_finalize(plan);
}

static void check_file(sqlite3 *db, const char *path, const char *views)
{
	g_autofree char *text = read_resource(path);
	g_auto(GStrv) blocks = g_strsplit(text, "-- name: ", -1);

	for (guint i = 1; blocks[0] && blocks[i]; i++) {
		char *end = strchr(blocks[i], '\n');

		g_assert_nonnull(end);
		*end = '\0';
		check_statement(db, g_strstrip(blocks[i]), end + 1, views);
	}
}

static void test_no_statement_walks_through_what_grows(void)
{
	g_autoptr(Rooms) rooms = rooms_open(NULL);
	g_autoptr(GPtrArray) paths = list_resources();
	g_autofree char *outer = read_resource("/urok/store/outer-schema.sql"); /* of the cloud alone */
	g_autofree char *views = NULL;
	sqlite3 *db = NULL;

	g_assert_cmpuint(paths->len, >=, 4);
	g_assert_cmpint(sqlite3_open_v2(rooms->database, &db, SQLITE_OPEN_READWRITE, NULL), ==,
	                SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	g_assert_cmpint(sqlite3_exec(db, outer, NULL, NULL, NULL), ==, SQLITE_OK);
	views = views_of(db);
	for (guint i = 0; i < paths->len; i++)
		check_file(db, paths->pdata[i], views);
	sqlite3_close(db);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/house-sql/plans", test_no_statement_walks_through_what_grows);
	return g_test_run();
}
