/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cuts the power at random points while the data of an older release are rewritten:
 *
 *	power-step honest|deaf SEED CUTS DATABASE
 *
 * After each cut the file is whole, of a schema between the two, and what people had written is in it; opened once more it is of
 * this release, with the same in it. Ends with 0 when all of that held, with 1 and a sentence at the first thing that did not: the
 * deaf mode, in which syncs are not obeyed, must end so. */
#include "power.h"
#include "rooms.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	Power *power;
	PowerMode mode;
	GRand *chance;
	char *root;
	const char *source;
	char *rows; /* of the source */
	int oldest, newest;
	guint reached; /* cuts after which not all steps were there */
} Stage;

static const char ROWS[] =
	"SELECT origin_seq || hex(hash) || kind || coalesce(body, '') FROM (SELECT * FROM event ORDER BY seq) "
	"UNION ALL SELECT id || coalesce(text, '') || deleted FROM (SELECT * FROM message ORDER BY id) "
	"UNION ALL SELECT id || display_name || coalesce(login, '') FROM (SELECT * FROM person ORDER BY id) "
	"UNION ALL SELECT class_key || ' ' || person_key || ' ' || member_as FROM class_member";

static int append(void *data, int columns, char **values, char **names)
{
	g_string_append(data, values[0] ? values[0] : "");
	g_string_append_c(data, '\n');
	return 0;
}

/* Each row a line; NULL: it cannot be read. */
static char *ask(const char *database, const char *sql)
{
	GString *text = g_string_new(NULL);
	sqlite3 *db = NULL;
	bool done = sqlite3_open_v2(database, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	            sqlite3_exec(db, sql, append, text, NULL) == SQLITE_OK;

	sqlite3_close(db);
	return g_string_free(text, !done);
}

static int schema_of(const char *database)
{
	g_autofree char *text = ask(database, "PRAGMA user_version");

	return text ? atoi(text) : -1;
}

static bool fail(const char *what)
{
	printf("%s\n", what);
	return false;
}

static bool check(const Stage *self, const char *database)
{
	g_autofree char *whole = ask(database, "PRAGMA integrity_check");
	g_autofree char *rows = whole ? ask(database, ROWS) : NULL;
	int schema = schema_of(database);

	if (!rows || strcmp(whole, "ok\n") != 0)
		return fail("the file cannot be read");
	if (strcmp(rows, self->rows) != 0)
		return fail("what is there is not what was there");
	return (schema >= self->oldest && schema <= self->newest) || fail("the schema is of neither release");
}

static char *make_disk(const Stage *self, const char *name, bool with_source)
{
	g_autofree char *folder = g_build_filename(self->root, name, NULL);
	char *database = g_build_filename(folder, "urok.db", NULL);
	g_autofree char *bytes = NULL;
	gsize size;

	g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
	if (with_source) {
		g_assert_true(g_file_get_contents(self->source, &bytes, &size, NULL));
		g_assert_true(g_file_set_contents(database, bytes, (gssize)size, NULL));
	}
	return database;
}

static void remove_disk(char *database)
{
	g_autofree char *folder = g_path_get_dirname(database);

	scratch_remove(folder);
	g_free(database);
}

/* As the daemon opens it, and ends. */
static bool rewrite(const char *database)
{
	g_autoptr(GError) error = NULL;
	Store *store = rooms_open_store(database, &error);

	if (store)
		store_close(store);
	return store != NULL;
}

static bool finish(Stage *self, const char *database)
{
	if (!check(self, database))
		return false;
	self->reached += schema_of(database) < self->newest;
	power_set_mode(self->power, POWER_HONEST);
	if (!rewrite(database))
		return fail("the next start did not take it over");
	return check(self, database) &&
	       (schema_of(database) == self->newest || fail("the next start did not finish it"));
}

static bool cut_once(Stage *self)
{
	static const guint CALLS[] = {
	        [POWER_LOG_WRITE] = 150,   [POWER_LOG_SYNC] = 15, [POWER_FILE_WRITE] = 40,
	        [POWER_FILE_SYNC] = 1,     [POWER_LOG_TRUNCATE] = 1,
	        [POWER_FILE_TRUNCATE] = 1, [POWER_DELETE] = 1,
	};
	static const PowerKind OFTEN[] = {POWER_LOG_WRITE, POWER_LOG_WRITE, POWER_LOG_WRITE,  POWER_LOG_SYNC,      POWER_LOG_SYNC,
	                                  POWER_LOG_SYNC,  POWER_FILE_WRITE, POWER_FILE_SYNC, POWER_FILE_TRUNCATE, POWER_DELETE};
	PowerKind kind = OFTEN[g_rand_int_range(self->chance, 0, G_N_ELEMENTS(OFTEN))];
	char *before = make_disk(self, "before", true);
	char *after = make_disk(self, "after", false);
	g_autofree char *folder = g_path_get_dirname(after);
	bool held;

	power_set_mode(self->power, self->mode);
	power_plan(self->power, kind, 1 + (guint)g_rand_int_range(self->chance, 0, (gint32)CALLS[kind]));
	(void)rewrite(before);
	power_cut(self->power);
	power_return(self->power, folder);
	held = finish(self, after);
	power_cut(self->power);
	power_return(self->power, folder);
	remove_disk(before);
	remove_disk(after);
	return held;
}

/* What this release makes of it with the power on. */
static bool learn(Stage *self)
{
	char *database = make_disk(self, "learn", true);
	bool done;

	self->rows = ask(database, ROWS);
	self->oldest = schema_of(database);
	done = self->rows && rewrite(database);
	self->newest = schema_of(database);
	power_cut(self->power);
	power_return(self->power, self->root);
	remove_disk(database);
	return (done && self->newest > self->oldest) || fail("the database is of no older release");
}

static void tell(const Stage *self, guint cuts)
{
	static const char *const NAMES[] = {"log written", "log synced", "database written",
	                                    "database synced", "log truncated", "database truncated",
	                                    "removed"};

	printf("schema %d to %d: %u cuts, %u before the end", self->oldest, self->newest, cuts, self->reached);
	for (guint i = 0; i < POWER_KINDS; i++)
		printf("; %u while %s", power_cuts_at(self->power, i), NAMES[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	static const char *const MODES[] = {"honest", "deaf", NULL};
	g_autoptr(Power) power = NULL;
	Stage self = {0};
	guint cuts, done = 0;
	bool held;
	guint32 seed;

	if (argc != 5 || !g_strv_contains(MODES, argv[1])) {
		fprintf(stderr, "usage: power-step honest|deaf SEED CUTS DATABASE\n");
		return 2;
	}
	seed = (guint32)strtoul(argv[2], NULL, 10);
	cuts = (guint)strtoul(argv[3], NULL, 10);
	self.source = argv[4];
	self.root = g_dir_make_tmp("urok-XXXXXX", NULL);
	self.power = power = power_new(seed);
	self.chance = g_rand_new_with_seed(seed);
	self.mode = strcmp(argv[1], "deaf") == 0 ? POWER_DEAF : POWER_HONEST;
	held = learn(&self);
	for (; held && done < cuts; done++)
		held = cut_once(&self);
	tell(&self, done);
	scratch_remove(self.root);
	g_free(self.root);
	g_free(self.rows);
	g_rand_free(self.chance);
	return held ? 0 : 1;
}
