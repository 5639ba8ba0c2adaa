/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a statement costs does not grow with the chat: counted in steps of SQLite's machine, so
 * that no clock and no other load has a say. */
#include "fifth.h"

#include <gio/gio.h>
#include <sqlite3.h>
#include <string.h>

#define FEW  2000
#define MANY 20000

typedef struct {
	Fifth *f;
	sqlite3 *db;
	int64_t chat_key;
	int64_t reader_key;
	int filled;
} Bench;

static int64_t number(sqlite3 *db, const char *sql, const char *text)
{
	sqlite3_stmt *find = NULL;
	int64_t found;

	g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &find, NULL), ==, SQLITE_OK);
	if (text)
		sqlite3_bind_text(find, 1, text, -1, SQLITE_TRANSIENT);
	g_assert_cmpint(sqlite3_step(find), ==, SQLITE_ROW);
	found = sqlite3_column_int64(find, 0);
	sqlite3_finalize(find);
	return found;
}

static Bench *bench_new(void)
{
	Bench *self = g_new0(Bench, 1);

	self->f = fifth_new();
	(void)post(self->f, &self->f->teacher, &self->f->pupils_chat, "первое");
	g_assert_cmpint(sqlite3_open_v2(self->f->rooms->database, &self->db, SQLITE_OPEN_READWRITE,
	                                NULL), ==, SQLITE_OK);
	sqlite3_busy_timeout(self->db, 5000);
	self->chat_key = number(self->db, "SELECT key FROM chat WHERE id = ?1",
	                        self->f->pupils_chat.text);
	self->reader_key = number(self->db, "SELECT key FROM person WHERE id = ?1",
	                          self->f->dima.text);
	return self;
}

static void bench_free(Bench *self)
{
	sqlite3_close(self->db);
	fifth_free(self->f);
	g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)

/* Rows as the log would write them, without the log. */
static void fill(Bench *self, int up_to)
{
	static const char SQL[] =
	        "INSERT INTO message (id, chat_key, author_key, origin_key, origin_seq, "
	        "origin_order, hlc, sent_at, text, reply_to) "
	        "SELECT printf('m%d', :n), chat_key, author_key, origin_key, "
	        "origin_seq + :n, origin_order, hlc + 65536 * :n, sent_at, 'текст', printf('m%d', :n - 3) "
	        "FROM message WHERE posted_event IS NOT NULL LIMIT 1";
	sqlite3_stmt *add = NULL;

	g_assert_cmpint(sqlite3_exec(self->db, "BEGIN", NULL, NULL, NULL), ==, SQLITE_OK);
	g_assert_cmpint(sqlite3_prepare_v2(self->db, SQL, -1, &add, NULL), ==, SQLITE_OK);
	for (; self->filled < up_to; self->filled++) {
		sqlite3_bind_int(add, 1, self->filled + 1);
		g_assert_cmpint(sqlite3_step(add), ==, SQLITE_DONE);
		sqlite3_reset(add);
	}
	sqlite3_finalize(add);
	g_assert_cmpint(sqlite3_exec(self->db, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
}

static char *statement_of(const char *name)
{
	g_autoptr(GBytes) bytes = g_resources_lookup_data("/urok/chats/chats.sql", 0, NULL);
	g_autofree char *mark = g_strdup_printf("-- name: %s\n", name);
	g_autofree char *all = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	char *at = strstr(all, mark);

	g_assert_nonnull(at);
	at += strlen(mark);
	return g_strndup(at, (gsize)(strchr(at, ';') - at));
}

/* Near the end of what is there. */
static void bind_all(Bench *self, sqlite3_stmt *statement, const char *id, int64_t hlc)
{
	const struct {
		const char *name;
		const char *text; /* NULL: the number */
		int64_t number;
	} VALUES[] = {
	        {":chat_key", NULL, self->chat_key}, {":reader_key", NULL, self->reader_key},
	        {":hlc", NULL, hlc},                 {":origin", "", 0},
	        {":origin_order", NULL, 0},          {":limit", NULL, 51},
	        {":reader", self->f->dima.text, 0},  {":person", self->f->dima.text, 0},
	        {":chat", self->f->pupils_chat.text, 0}, {":id", id, 0},
	        {":joined", NULL, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(VALUES); i++) {
		int index = sqlite3_bind_parameter_index(statement, VALUES[i].name);

		if (index && VALUES[i].text)
			sqlite3_bind_text(statement, index, VALUES[i].text, -1, SQLITE_STATIC);
		else if (index)
			sqlite3_bind_int64(statement, index, VALUES[i].number);
	}
}

static int steps_of(Bench *self, const char *name)
{
	g_autofree char *sql = statement_of(name);
	g_autofree char *id = g_strdup_printf("m%d", self->filled - 100);
	int64_t hlc = number(self->db, "SELECT hlc FROM message WHERE id = ?1", id);
	sqlite3_stmt *statement = NULL;
	int steps;
	int status;

	g_assert_cmpint(sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL), ==, SQLITE_OK);
	bind_all(self, statement, id, hlc);
	do
		status = sqlite3_step(statement);
	while (status == SQLITE_ROW);
	g_assert_cmpint(status, ==, SQLITE_DONE);
	steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
	sqlite3_finalize(statement);
	return steps;
}

static void test_no_cost_grows_with_the_chat(void)
{
	static const char *const NAMES[] = {
	        "list_chats",       "list_messages_before", "list_messages_after",
	        "find_message",     "find_message_json",    "find_first_unread",
	        "find_live_message", "merge_chat_read",     "list_message_readers",
	        "count_message_unread", "find_chat_member", "list_chat_members",
	};
	g_autoptr(Bench) bench = bench_new();
	int few[G_N_ELEMENTS(NAMES)];

	fill(bench, FEW);
	for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++)
		few[i] = steps_of(bench, NAMES[i]);
	fill(bench, MANY);
	for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
		int many = steps_of(bench, NAMES[i]);

		g_test_message("%s: %d steps of %d messages, %d of %d", NAMES[i], few[i], FEW, many,
		               MANY);
		g_assert_cmpint(many, <=, few[i] + few[i] / 10 + 50);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/cost/flat", test_no_cost_grows_with_the_chat);
	return g_test_run();
}
