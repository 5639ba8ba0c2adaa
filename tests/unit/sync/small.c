/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The ends of a small school, and what happens to them. */
#include "small.h"
#include "chance.h"
#include "small-room.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const Migration MIGRATIONS[] = {
        {"/urok/events/events-schema.sql"}, {"/urok/events/chains-schema.sql"},
        {"/urok/sync/sync-schema.sql"},     {"/urok/sync/sync-marks-schema.sql"},
        {"/urok/sync/sync-conflicts-schema.sql"}, {"/urok/events/seals-schema.sql"},
        {"/urok/sync/sync-joining-schema.sql"},
        {"/hours/hours-schema.sql"},        {0},
};
static const char *const STATEMENTS[] = {
        "/urok/events/events.sql", "/urok/events/chains.sql", "/urok/sync/sync.sql",
        "/urok/sync/conflicts.sql", "/hours/hours.sql", NULL,
};
static const char *const FREE_KINDS[] = {"word.written", "word.erased", "word.poison"};

static Line *line_of(Small *self, int from, int to)
{
	return &self->lines[2 * (from == CLOUD ? to : from) + (from == CLOUD)];
}

static void add_peer(Small *self, int from, int to)
{
	static const char *const NAMES[] = {"school", "building", "cloud"};
	const PeerOptions options = {from == CLOUD ? PEER_CLOUD : PEER_BOX, NAMES[to], line_send,
	                             line_of(self, from, to)};

	self->places[from].peers[to] = peer_new(self->places[from].sync, &options);
}

static void set_clock(Small *self, int place)
{
	Place *at = &self->places[place];

	events_pretend_now(at->events, MONDAY_MS + self->now_ms + at->skew_ms);
}

static void open_place(Small *self, int place, bool is_told)
{
	Place *at = &self->places[place];
	g_autofree char *database = g_build_filename(at->directory, "urok.db", NULL);
	const StoreOptions store = {.path = database, .migrations = MIGRATIONS, .statements = STATEMENTS};
	GError *error = NULL;

	at->store = store_open(&store, &error);
	g_assert_no_error(error);
	if (is_told)
		events_begin_epoch(at->store, &error);
	g_assert_no_error(error);
	at->events = events_new(&(EventsOptions){at->store, at->directory});
	small_room_add(at);
	at->sync = sync_new(&(SyncOptions){at->store, at->events, place != CLOUD});
	events_open(at->events, &error);
	g_assert_no_error(error);
	set_clock(self, place);
	sync_open(at->sync, &error);
	g_assert_no_error(error);
	for (int box = SCHOOL; box < CLOUD; box++) {
		if (place == CLOUD)
			add_peer(self, CLOUD, box);
		else if (place == box)
			add_peer(self, box, CLOUD);
	}
}

static void close_place(Place *at)
{
	for (int i = 0; i < ENDS; i++)
		g_clear_pointer(&at->peers[i], peer_free);
	while (g_main_context_iteration(NULL, FALSE))
		continue;
	g_clear_pointer(&at->events, events_free);
	g_clear_pointer(&at->store, store_close);
	g_clear_pointer(&at->sync, sync_free);
}

/* --- Lines --- */

void small_connect(Small *self, int box)
{
	if (self->connected[box])
		return;
	self->connected[box] = true;
	peer_connected(self->places[CLOUD].peers[box], self->now_ms);
	peer_connected(self->places[box].peers[CLOUD], self->now_ms);
}

void small_cut(Small *self, int box)
{
	if (!self->connected[box])
		return;
	self->connected[box] = false;
	peer_disconnected(self->places[CLOUD].peers[box]);
	peer_disconnected(self->places[box].peers[CLOUD]);
	line_empty(line_of(self, box, CLOUD));
	line_empty(line_of(self, CLOUD, box));
}

static void cut_all_of(Small *self, int place)
{
	for (int box = SCHOOL; box < CLOUD; box++)
		if (place == CLOUD || place == box)
			small_cut(self, box);
}

void small_commit(Small *self, int place)
{
	GError *error = NULL;

	store_commit(self->places[place].store, &error);
	g_assert_no_error(error);
}

void small_pump(Small *self)
{
	for (int box = SCHOOL; box < CLOUD; box++) {
		(void)peer_pump(self->places[box].peers[CLOUD], self->now_ms);
		(void)peer_pump(self->places[CLOUD].peers[box], self->now_ms);
	}
}

void small_pass(Small *self, int64_t ms)
{
	self->now_ms += ms;
	for (int place = 0; place < ENDS; place++)
		set_clock(self, place);
}

/* --- Ends --- */

static void copy_file(const char *from, const char *to)
{
	g_autofree char *bytes = NULL;
	size_t size;

	g_unlink(to);
	if (!g_file_get_contents(from, &bytes, &size, NULL))
		return;
	g_assert_true(g_file_set_contents_full(to, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600,
	                                       NULL));
}

static void copy_files(const Place *at, const char *from, const char *to)
{
	static const char *const ENDINGS[] = {"", "-wal"};
	g_autofree char *shared = g_strdup_printf("%s/%s-shm", at->directory, to);

	for (unsigned i = 0; i < G_N_ELEMENTS(ENDINGS); i++) {
		g_autofree char *here = g_strdup_printf("%s/%s%s", at->directory, from, ENDINGS[i]);
		g_autofree char *there = g_strdup_printf("%s/%s%s", at->directory, to, ENDINGS[i]);

		copy_file(here, there);
	}
	g_unlink(shared);
}

void small_restart(Small *self, int place)
{
	cut_all_of(self, place);
	close_place(&self->places[place]);
	open_place(self, place, false);
}

/* What the disk has while a turn is open is what a killed program leaves there. */
void small_crash(Small *self, int place, const Id *word)
{
	Place *at = &self->places[place];
	GError *error = NULL;

	cut_all_of(self, place);
	store_begin(at->store, &error);
	g_assert_no_error(error);
	small_room_write(at, "word.written", word, "не дописано");
	copy_files(at, "urok.db", "killed.db");
	(void)store_end(at->store, false, NULL);
	close_place(at);
	copy_files(at, "killed.db", "urok.db");
	open_place(self, place, false);
}

void small_copy(Small *self, int place)
{
	Place *at = &self->places[place];

	small_commit(self, place);
	copy_files(at, "urok.db", "copy.db");
	g_free(at->copy);
	at->copy = g_strdup("copy.db");
}

void small_restore(Small *self, int place, bool is_told)
{
	Place *at = &self->places[place];

	if (!at->copy)
		return;
	cut_all_of(self, place);
	close_place(at);
	copy_files(at, at->copy, "urok.db");
	open_place(self, place, is_told);
}

/* --- The school --- */

char *small_place(pid_t process)
{
	return g_strdup_printf("%s/urok-small-%d", g_get_tmp_dir(), process);
}

Small *small_new(guint32 seed, int boxes)
{
	Small *self = g_new0(Small, 1);

	chance_begin(seed);
	self->boxes = boxes;
	self->dice = g_rand_new_with_seed(seed);
	self->now_ms = 1000000;
	self->words = g_array_new(FALSE, TRUE, sizeof(Id));
	self->directory = small_place(getpid());
	scratch_remove(self->directory);
	g_assert_cmpint(g_mkdir(self->directory, 0700), ==, 0);
	for (int i = 0; i < 2 * CLOUD; i++)
		line_init(&self->lines[i], i % 2 ? CLOUD : i / 2, i % 2 ? i / 2 : CLOUD);
	for (int place = 0; place < ENDS; place++) {
		self->places[place].directory = g_strdup_printf("%s/%d", self->directory, place);
		g_assert_cmpint(g_mkdir(self->places[place].directory, 0700), ==, 0);
		open_place(self, place, false);
	}
	g_assert_true(sync_set_authority(self->places[CLOUD].sync,
	                                 events_origin(self->places[SCHOOL].events), NULL));
	for (unsigned i = 0; i < G_N_ELEMENTS(FREE_KINDS); i++) {
		small_room_allow(&self->places[SCHOOL], FREE_KINDS[i], true);
		small_room_allow(&self->places[BUILDING], FREE_KINDS[i], true);
	}
	for (int place = 0; place < ENDS; place++)
		small_commit(self, place); /* else a kill would take it back */
	return self;
}

void small_free(Small *self)
{
	if (!self)
		return;
	for (int place = 0; place < ENDS; place++) {
		cut_all_of(self, place);
		close_place(&self->places[place]);
		g_free(self->places[place].copy);
		g_free(self->places[place].directory);
	}
	scratch_remove(self->directory);
	g_free(self->directory);
	g_array_unref(self->words);
	g_rand_free(self->dice);
	g_free(self);
}

/* --- The end of it --- */

static bool deliver_all(Small *self)
{
	bool any = false;

	for (int i = 0; i < 2 * CLOUD; i++) {
		Line *line = &self->lines[i];

		while (line_deliver(line, self->places[line->to].peers[line->from], self->now_ms))
			any = true;
	}
	for (int place = 0; place < ENDS; place++)
		small_commit(self, place);
	return any;
}

void small_settle(Small *self)
{
	int quiet = 0;

	for (int box = SCHOOL; box < self->boxes; box++) {
		small_allow(self, box, true);
		small_connect(self, box);
	}
	for (int round = 0; quiet < 4; round++) {
		bool any;

		if (round > 3000)
			g_error("the ends do not come to rest");
		small_pump(self);
		any = deliver_all(self);
		quiet = any ? 0 : quiet + 1;
		if (!any)
			small_pass(self, 31000);
		while (g_main_context_iteration(NULL, FALSE))
			continue;
	}
}

static void check_place(Place *at, const char *rows, const char *heads)
{
	g_autofree char *own = small_room_rows(at);
	g_autofree char *own_heads = small_room_heads(at);
	g_autofree char *again = NULL;
	LogVerdict verdict = {0};
	GError *error = NULL;

	g_assert_cmpstr(own_heads, ==, heads);
	g_assert_cmpstr(own, ==, rows);
	events_verify(at->events, &verdict, &error);
	g_assert_no_error(error);
	g_assert_cmpint(verdict.bad_seq, ==, 0);
	store_begin(at->store, &error);
	g_assert_no_error(error);
	events_rebuild(at->events, &error);
	g_assert_no_error(error);
	g_assert_true(store_end(at->store, true, NULL));
	g_assert_true(store_commit(at->store, NULL));
	again = small_room_rows(at);
	g_assert_cmpstr(again, ==, rows);
	small_room_check_aside(at);
}

void small_check(Small *self)
{
	g_autofree char *rows = small_room_rows(&self->places[SCHOOL]);
	g_autofree char *heads = small_room_heads(&self->places[SCHOOL]);

	for (int place = 0; place < ENDS; place++)
		if (place == CLOUD || place < self->boxes)
			check_place(&self->places[place], rows, heads);
}
