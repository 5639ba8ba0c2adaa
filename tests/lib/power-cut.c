/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cuts the power under a school's rooms at random points while messages are written in turns:
 *
 *	power-cut honest|deaf|deaf-log SEED CUTS
 *
 * After each cut what a commit acknowledged is there, the turn under way is there as a whole or
 * not at all, and the log verifies; after five cuts under one school the rows made anew from its
 * log are the same. It ends with 0 when all of that held, with 1 and a sentence at the first thing
 * that did not: the deaf modes, in which syncs are not obeyed, must end so. */
#include "power.h"
#include "rooms.h"

#include "chats/chats-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY   5                /* cuts under one school */
#define TURNS_MAX 40               /* of one life between two cuts */
#define LARGE_WAL (65 * 1024 * 1024) /* checkpoints then keep writers out to truncate it */

typedef struct {
	Power *power;
	PowerMode mode;
	GRand *chance;
	char *root;
	char *directory; /* the disk as it is now */
	guint disks;
	Rooms *rooms;
	Id author;
	char *chat;
	GHashTable *said;  /* message → text, "" when deleted: what was acknowledged */
	GHashTable *under_way; /* the same for the turn that is not committed */
	guint texts;
	guint acknowledged;
} Stage;

static guint below(Stage *self, guint end)
{
	return (guint)g_rand_int_range(self->chance, 0, (gint32)end);
}

/* --- What is written --- */

static void on_commit(void *data, const GError *failure)
{
	Stage *self = data;
	GHashTableIter iter;
	const char *id, *text;

	if (failure)
		return;
	g_hash_table_iter_init(&iter, self->under_way);
	while (g_hash_table_iter_next(&iter, (void **)&id, (void **)&text))
		g_hash_table_replace(self->said, g_strdup(id), g_strdup(text));
	self->acknowledged += g_hash_table_size(self->under_way);
	g_hash_table_remove_all(self->under_way);
}

static char *new_text(Stage *self, bool large)
{
	g_autofree char *head = g_strdup_printf("сообщение %u: .", ++self->texts);
	g_autoptr(GString) text = g_string_new(head);

	for (guint i = large ? 3900 : below(self, 200); i > 0; i--)
		g_string_append(text, "ж");
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Somebody's message that is there and was not touched in this turn; NULL: none. */
static const char *pick(Stage *self)
{
	guint size = 0;
	g_autofree void **ids = g_hash_table_get_keys_as_array(self->said, &size);

	for (guint i = 0; i < MIN(size, 5); i++) {
		const char *id = ids[below(self, size)];

		if (*(char *)g_hash_table_lookup(self->said, id) &&
		    !g_hash_table_contains(self->under_way, id))
			return id;
	}
	return NULL;
}

static bool change(Stage *self, const Actor *actor, bool large, Id *ret_id, char **ret_text)
{
	const char *old = below(self, 3) == 0 ? pick(self) : NULL;
	Chats *chats = self->rooms->chats;

	if (old)
		*ret_id = id_from(old);
	if (old && below(self, 3) == 0) {
		*ret_text = g_strdup("");
		return chats_delete(chats, actor, self->chat, old, NULL);
	}
	*ret_text = new_text(self, large);
	return old ? chats_edit(chats, actor, self->chat, old, *ret_text, NULL)
	           : chats_post(chats, actor, self->chat, *ret_text, NULL, NULL, ret_id, NULL);
}

/* One request; some think better of it. False: the store takes no more. */
static bool write_one(Stage *self, bool large)
{
	const Actor actor = {ACTOR_PERSON, self->author, {""}, ROLE_TEACHER};
	Store *store = self->rooms->store;
	g_autofree char *text = NULL;
	bool keep, kept;
	Id id;

	if (!store_begin(store, NULL))
		return false;
	keep = change(self, &actor, large, &id, &text) && below(self, 10) > 0;
	kept = store_end(store, keep, NULL);
	if (kept && keep)
		g_hash_table_replace(self->under_way, g_strdup(id.text), g_strdup(text));
	return kept;
}

static void write_turn(Stage *self, guint requests, bool large)
{
	bool goes_on = true;

	while (goes_on && requests-- > 0)
		goes_on = write_one(self, large);
	store_after_commit(self->rooms->store, on_commit, self, NULL);
	if (!store_commit(self->rooms->store, NULL) && !power_is_off(self->power))
		g_error("A turn failed while there was power");
}

/* --- A life between two cuts --- */

static void write_small(Stage *self, bool large)
{
	for (guint i = 0; i < TURNS_MAX && !power_is_off(self->power); i++)
		write_turn(self, below(self, 20) == 0 ? 64 : 1 + below(self, 8), large);
}

/* A long read keeps the WAL from starting over until it is large; when the read has ended the
 * checkpoint thread moves all of it and truncates it under the writers' lock. */
static void write_large(Stage *self)
{
	sqlite3 *reader = NULL;

	g_assert_cmpint(sqlite3_open(self->rooms->database, &reader), ==, SQLITE_OK);
	sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM event", NULL, NULL, NULL);
	while (!power_is_off(self->power) && store_wal_bytes(self->rooms->store) < LARGE_WAL)
		write_turn(self, 64, true);
	sqlite3_close(reader);
	for (guint i = 0; i < 500 && !power_is_off(self->power) &&
	                  store_wal_bytes(self->rooms->store) >= LARGE_WAL; i++)
		write_turn(self, 1, false);
	write_small(self, false);
}

static void live_until_cut(Stage *self, bool is_large)
{
	static const guint CALLS[] = {
	        [POWER_LOG_WRITE] = 600,  [POWER_LOG_SYNC] = 15, [POWER_FILE_WRITE] = 600,
	        [POWER_FILE_SYNC] = 1,    [POWER_LOG_TRUNCATE] = 1,
	        [POWER_FILE_TRUNCATE] = 1,  [POWER_DELETE] = 1,
	};
	static const PowerKind OFTEN[] = {POWER_LOG_WRITE, POWER_LOG_WRITE, POWER_LOG_SYNC,
	                                  POWER_LOG_SYNC,  POWER_FILE_WRITE, POWER_FILE_SYNC,
	                                  POWER_FILE_TRUNCATE};
	PowerKind kind = is_large ? POWER_LOG_TRUNCATE : OFTEN[below(self, G_N_ELEMENTS(OFTEN))];

	if (is_large && below(self, 3) == 0)
		kind = POWER_FILE_SYNC; /* of the checkpoint before it */
	power_plan(self->power, kind, 1 + below(self, CALLS[kind]));
	if (is_large)
		write_large(self);
	else
		write_small(self, kind >= POWER_FILE_WRITE);
	power_cut(self->power);
}

/* --- What is left --- */

static bool fail(const char *what)
{
	printf("%s\n", what);
	return false;
}

static void carry_key(const char *from, const char *to)
{
	g_autofree char *old = g_build_filename(from, "box.key", NULL);
	g_autofree char *new = g_build_filename(to, "box.key", NULL);
	g_autofree char *bytes = NULL;
	gsize size;

	if (g_file_get_contents(old, &bytes, &size, NULL))
		g_assert_true(g_file_set_contents(new, bytes, (gssize)size, NULL));
}

static void return_power(Stage *self)
{
	g_autofree char *before = g_steal_pointer(&self->directory);

	self->directory = g_strdup_printf("%s/disk-%u", self->root, ++self->disks);
	g_assert_cmpint(g_mkdir(self->directory, 0700), ==, 0);
	power_return(self->power, self->directory);
	carry_key(before, self->directory);
	scratch_remove(before);
}

/* A damaged file may give rows that no statement has written. */
static bool take_row(GHashTable *found, sqlite3_stmt *row)
{
	const char *id = (const char *)sqlite3_column_text(row, 0);
	const char *text = (const char *)sqlite3_column_text(row, 1);

	if (id)
		g_hash_table_insert(found, g_strdup(id), g_strdup(text ? text : ""));
	return id != NULL;
}

/* message → text of the file, without any room; NULL: it cannot be read. */
static GHashTable *read_messages(const char *database)
{
	g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	sqlite3_stmt *rows = NULL;
	sqlite3 *db = NULL;
	bool done = false;

	if (sqlite3_open_v2(database, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "SELECT id, text FROM message", -1, &rows, NULL) == SQLITE_OK) {
		int code;

		while ((code = sqlite3_step(rows)) == SQLITE_ROW && take_row(found, rows))
			;
		done = code == SQLITE_DONE;
	}
	sqlite3_finalize(rows);
	sqlite3_close(db);
	return done ? g_steal_pointer(&found) : NULL;
}

static bool is_same(GHashTable *a, GHashTable *b)
{
	GHashTableIter iter;
	void *id, *text;

	if (g_hash_table_size(a) != g_hash_table_size(b))
		return false;
	g_hash_table_iter_init(&iter, a);
	while (g_hash_table_iter_next(&iter, &id, &text))
		if (g_strcmp0(text, g_hash_table_lookup(b, id)) != 0)
			return false;
	return true;
}

/* The turn under way: all or nothing. */
static bool check_messages(Stage *self, const char *database)
{
	g_autoptr(GHashTable) found = read_messages(database);

	if (!found)
		return fail("the file cannot be read");
	if (is_same(found, self->said)) {
		g_hash_table_remove_all(self->under_way);
		return true;
	}
	on_commit(self, NULL);
	return is_same(found, self->said) || fail("what is there is not what was acknowledged");
}

static bool check_rows(Stage *self)
{
	g_autofree char *live = rooms_dump(self->rooms, "projection");
	g_autofree char *rebuilt = NULL;

	rooms_rebuild(self->rooms);
	rebuilt = rooms_dump(self->rooms, "projection");
	return strcmp(live, rebuilt) == 0 || fail("rows rebuilt from the log differ");
}

static bool cut_once(Stage *self, bool is_large)
{
	g_autofree char *database = NULL;

	live_until_cut(self, is_large);
	g_clear_pointer(&self->rooms, rooms_free);
	return_power(self);
	database = g_build_filename(self->directory, "urok.db", NULL);
	if (!check_messages(self, database))
		return false;
	self->rooms = rooms_open(self->directory);
	rooms_verify(self->rooms);
	return true;
}

/* --- A history --- */

/* The power may go while the schema is made; the next start makes it. */
static void begin_disk(Stage *self)
{
	static const guint CALLS[] = {
	        [POWER_LOG_WRITE] = 200, [POWER_LOG_SYNC] = 8, [POWER_FILE_WRITE] = 2,
	        [POWER_FILE_SYNC] = 1,   [POWER_LOG_TRUNCATE] = 1,
	        [POWER_FILE_TRUNCATE] = 1, [POWER_DELETE] = 1,
	};
	PowerKind kind = below(self, POWER_KINDS);
	g_autofree char *database = NULL;
	GError *error = NULL;

	self->directory = g_strdup_printf("%s/disk-%u", self->root, ++self->disks);
	g_assert_cmpint(g_mkdir(self->directory, 0700), ==, 0);
	database = g_build_filename(self->directory, "urok.db", NULL);
	power_set_mode(self->power, POWER_HONEST);
	power_plan(self->power, kind, 1 + below(self, CALLS[kind]));
	store_close(rooms_open_store(database, NULL));
	power_cut(self->power);
	return_power(self);
	self->rooms = rooms_open(self->directory);
	rooms_begin(self->rooms);
	people_add(self->rooms->people, &ACTOR_OF_SYSTEM,
	           &(NewPerson){.family_name = "Кравцова", .given_name = "Ольга", .login = "kravtsova",
	                        .roles = ROLE_TEACHER | ROLE_ADMINISTRATOR},
	           &self->author, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
	power_set_mode(self->power, self->mode);
}

static void find_chat(Stage *self)
{
	g_auto(Answer) answer = rooms_ask(self->rooms, &self->author, "GET", "/api/v1/chats", NULL, NULL);

	self->chat = g_strdup(answer_text(&answer, "items.0.id"));
	g_assert_nonnull(self->chat);
}

static bool run_history(Stage *self, guint cuts, bool with_large)
{
	bool held = true;

	g_hash_table_remove_all(self->said);
	begin_disk(self);
	find_chat(self);
	for (guint i = 0; held && i < cuts; i++)
		held = cut_once(self, with_large && i == cuts - 1);
	held = held && check_rows(self);
	g_clear_pointer(&self->rooms, rooms_free);
	g_clear_pointer(&self->chat, g_free);
	power_cut(self->power);
	return_power(self);
	scratch_remove(self->directory);
	g_clear_pointer(&self->directory, g_free);
	return held;
}

static void tell(Stage *self, guint cuts)
{
	static const char *const NAMES[] = {"log written", "log synced", "database written",
	                                    "database synced", "log truncated", "database truncated",
	                                    "removed"};

	printf("%u cuts, %u changes acknowledged", cuts, self->acknowledged);
	for (guint i = 0; i < POWER_KINDS; i++)
		printf("; %u while %s", power_cuts_at(self->power, i), NAMES[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	static const char *const MODES[] = {"honest", "deaf", "deaf-log", NULL};
	g_autoptr(Power) power = NULL;
	Stage self = {0};
	guint cuts, done = 0;
	bool held = true;
	guint32 seed;

	if (argc != 4 || !g_strv_contains(MODES, argv[1])) {
		fprintf(stderr, "usage: power-cut honest|deaf|deaf-log SEED CUTS\n");
		return 2;
	}
	seed = (guint32)strtoul(argv[2], NULL, 10);
	cuts = (guint)strtoul(argv[3], NULL, 10);
	self.power = power = power_new(seed);
	self.chance = g_rand_new_with_seed(seed);
	self.root = g_dir_make_tmp("urok-XXXXXX", NULL);
	self.said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	self.under_way = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	self.mode = strcmp(argv[1], "deaf") == 0       ? POWER_DEAF
	            : strcmp(argv[1], "deaf-log") == 0 ? POWER_DEAF_LOG
	                                               : POWER_HONEST;
	for (guint i = 0; held && done < cuts; i++, done += HISTORY)
		held = run_history(&self, MIN(HISTORY, cuts - done), i % 20 == 7);
	tell(&self, done);
	scratch_remove(self.root);
	g_free(self.root);
	g_hash_table_unref(self.said);
	g_hash_table_unref(self.under_way);
	g_rand_free(self.chance);
	return held ? 0 : 1;
}
