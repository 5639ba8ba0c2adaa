/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Questions to PostgreSQL one after the other. From which turn on is not asked of the database,
 * which is not open yet: a note beside it says a turn that it surely holds. What it holds already of
 * later ones is put into it once more, which changes nothing. */
#include "fetch.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define NOTE "turn"

struct Fetch {
	Ground ground;
	OnFetched on_fetched;
	void *data;
	uint8_t file_key[SEAL_KEY_SIZE];
	Fetched fetched;
	bool all;
	int part; /* of the snapshot, that was asked for */
	FILE *file;
	guint soon;
	GError *failure;
	bool is_asked; /* an answer comes, which frees what was freed meanwhile */
	bool is_freed;
};

static char *number(int64_t value)
{
	return g_strdup_printf("%" G_GINT64_FORMAT, (gint64)value);
}

static char *path_of(const char *folder, const char *name)
{
	return g_build_filename(folder, name, NULL);
}

void fetch_discard(const char *folder)
{
	static const char *const NAMES[] = {"urok.db",      "urok.db-wal",     "urok.db-shm",
	                                    "urok.db.lock", "urok.db.damaged", NOTE};

	for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
		g_autofree char *path = path_of(folder, NAMES[i]);

		g_unlink(path);
	}
}

void fetch_note(const char *folder, int64_t turn)
{
	g_autofree char *path = path_of(folder, NOTE);
	g_autofree char *text = number(turn);

	(void)g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

static int64_t noted_turn(const char *folder)
{
	g_autofree char *path = path_of(folder, NOTE);
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* --- Its end --- */

static void free_now(Fetch *self)
{
	if (self->file)
		fclose(self->file);
	g_ptr_array_unref(self->fetched.log);
	g_ptr_array_unref(self->fetched.kept);
	g_clear_error(&self->failure);
	g_free(self);
}

void fetch_free(Fetch *self)
{
	if (!self)
		return;
	g_clear_handle_id(&self->soon, g_source_remove);
	self->is_freed = true;
	if (!self->is_asked)
		free_now(self);
}

static gboolean on_soon(void *data)
{
	Fetch *self = data;

	self->soon = 0;
	self->on_fetched(self->data, &self->fetched, self->failure);
	return G_SOURCE_REMOVE;
}

/* An answer may come while somebody waits for another one: the house is not opened in there. */
static void finish(Fetch *self, const GError *failure)
{
	if (failure && !self->failure)
		self->failure = g_error_copy(failure);
	self->soon = g_idle_add_full(G_PRIORITY_DEFAULT, on_soon, self, NULL);
}

static void fail(Fetch *self, const char *what)
{
	error_set(&self->failure, ERROR_INTERNAL, "%s: %s", what, self->ground.folder);
	finish(self, NULL);
}

static void ask(Fetch *self, const char *name, unsigned n, const char *const values[],
                OnAnswer on_answer)
{
	self->is_asked = true;
	postgres_ask(self->ground.postgres, name, n, values, on_answer, self);
}

/* False: nobody wants the answer. */
static bool take_answer(Fetch *self, const GError *failure)
{
	self->is_asked = false;
	if (self->is_freed)
		free_now(self);
	else if (failure)
		finish(self, failure);
	else
		return true;
	return false;
}

/* --- What is of later turns --- */

static void ask_log(Fetch *self, const char *after);

static void on_log(void *data, const Answer *answer, const GError *failure)
{
	Fetch *self = data;
	int rows;

	if (!take_answer(self, failure))
		return;
	rows = answer_rows(answer);
	for (int i = 0; i < rows; i++) {
		g_ptr_array_add(self->fetched.log, g_strdup(answer_text(answer, i, 0)));
		g_ptr_array_add(self->fetched.log, g_strdup(answer_text(answer, i, 1)));
	}
	self->fetched.is_long = !self->all && self->fetched.log->len > 2 * FETCH_SHORT;
	if (rows > 0 && !self->fetched.is_long)
		ask_log(self, answer_text(answer, rows - 1, 0));
	else
		finish(self, NULL);
}

static void ask_log(Fetch *self, const char *after)
{
	g_autofree char *from = number(self->fetched.from);
	g_autofree char *up_to = number(self->fetched.turn);

	ask(self, self->fetched.from == 0 ? "list_whole_log" : "list_log", 4,
	    (const char *const[]){self->ground.school, from, up_to, after}, on_log);
}

static void on_kept(void *data, const Answer *answer, const GError *failure)
{
	Fetch *self = data;

	if (!take_answer(self, failure))
		return;
	for (int i = 0; i < answer_rows(answer); i++)
		g_ptr_array_add(self->fetched.kept, g_strdup(answer_text(answer, i, 0)));
	ask_log(self, "0");
}

static void ask_kept(Fetch *self)
{
	g_autofree char *from = number(self->fetched.from);
	g_autofree char *up_to = number(self->fetched.turn);

	if (self->fetched.from == self->fetched.turn) {
		finish(self, NULL);
		return;
	}
	ask(self, "list_kept", 3, (const char *const[]){self->ground.school, from, up_to}, on_kept);
}

/* --- The snapshot --- */

static void ask_part(Fetch *self);

static void end_snapshot(Fetch *self, const char *what)
{
	bool written = fclose(self->file) == 0;

	self->file = NULL;
	if (what || !written) {
		fetch_discard(self->ground.folder);
		fail(self, what ? what : "The snapshot cannot be written down");
		return;
	}
	self->fetched.from = self->fetched.snapshot_turn;
	fetch_note(self->ground.folder, self->fetched.from);
	ask_kept(self);
}

static void on_part(void *data, const Answer *answer, const GError *failure)
{
	Fetch *self = data;
	g_autofree uint8_t *bytes = NULL;
	size_t size = 0;

	if (!take_answer(self, failure))
		return;
	if (answer_rows(answer) == 0) {
		end_snapshot(self, self->part == 0 ? "The snapshot has no parts" : NULL);
		return;
	}
	bytes = unseal(self->file_key, answer_text(answer, 0, 0), &size);
	if (!bytes || fwrite(bytes, 1, size, self->file) != size) {
		end_snapshot(self, "The snapshot cannot be written down");
		return;
	}
	self->part++;
	ask_part(self);
}

static void ask_part(Fetch *self)
{
	g_autofree char *turn = number(self->fetched.snapshot_turn);
	g_autofree char *part = number(self->part);

	ask(self, "find_snapshot_part", 3, (const char *const[]){self->ground.school, turn, part},
	    on_part);
}

static void begin_snapshot(Fetch *self)
{
	g_autofree char *path = path_of(self->ground.folder, "urok.db");

	fetch_discard(self->ground.folder);
	if (self->fetched.snapshot_turn == 0) {
		ask_kept(self);
		return;
	}
	self->file = g_fopen(path, "wxe");
	if (self->file)
		ask_part(self);
	else
		fail(self, g_strerror(errno));
}

/* --- The beginning --- */

static void on_turn(void *data, const Answer *answer, const GError *failure)
{
	Fetch *self = data;
	g_autofree char *path = path_of(self->ground.folder, "urok.db");
	g_autofree char *damaged = path_of(self->ground.folder, "urok.db.damaged");

	if (!take_answer(self, failure))
		return;
	if (answer_rows(answer) == 0) {
		error_set(&self->failure, ERROR_CONFLICT, "The school is held by another instance");
		finish(self, NULL);
		return;
	}
	self->fetched.turn = answer_int(answer, 0, 0);
	self->fetched.snapshot_turn = answer_int(answer, 0, 1);
	self->fetched.pruned_turn = answer_int(answer, 0, 2);
	self->fetched.is_restored =
	        self->fetched.turn > 0 && self->fetched.turn == answer_int(answer, 0, 3);
	if (g_file_test(damaged, G_FILE_TEST_EXISTS) || !g_file_test(path, G_FILE_TEST_EXISTS)) {
		begin_snapshot(self);
		return;
	}
	self->fetched.from = MIN(noted_turn(self->ground.folder), self->fetched.turn);
	ask_kept(self);
}

Fetch *fetch_new(const Ground *ground, bool all, OnFetched on_fetched, void *data)
{
	Fetch *self = g_new0(Fetch, 1);
	g_autofree char *fence = number(ground->fence);

	self->ground = *ground;
	self->all = all;
	self->on_fetched = on_fetched;
	self->data = data;
	self->fetched.log = g_ptr_array_new_with_free_func(g_free);
	self->fetched.kept = g_ptr_array_new_with_free_func(g_free);
	settings_derive(ground->settings, "snapshots", self->file_key);
	ask(self, "find_turn", 3, (const char *const[]){ground->school, ground->run, fence}, on_turn);
	return self;
}
