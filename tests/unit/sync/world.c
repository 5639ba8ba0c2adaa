/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school on three ends, and its bad lines. */
#include "world.h"

#include "chance.h"
#include "chats/chats-private.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>

int world_roll(World *self, int sides)
{
	return (int)g_rand_int_range(self->dice, 0, sides);
}

/* --- Ends --- */

bool world_has(const World *self, int end)
{
	return end == CLOUD || end < self->boxes;
}

static Line *line_of(World *self, int from, int to)
{
	int box = from == CLOUD ? to : from;

	g_assert(box >= 0 && box < self->boxes && box < CLOUD);
	return &self->lines[2 * box + (from == CLOUD)];
}

static void add_peer(World *self, int from, int to)
{
	static const char *const NAMES[] = {"school", "building", "annex", "cloud"};
	const PeerOptions options = {from == CLOUD ? PEER_CLOUD : PEER_BOX, NAMES[to], line_send,
	                             line_of(self, from, to)};

	self->ends[from].peers[to] = peer_new(self->ends[from].sync, &options);
}

static void set_clock(World *self, int end)
{
	events_pretend_now(self->ends[end].rooms->events,
	                   MONDAY_MS + self->now_ms + self->ends[end].skew_ms);
}

static void open_end(World *self, int end)
{
	End *at = &self->ends[end];
	SyncOptions options;
	GError *error = NULL;

	at->rooms = rooms_open(at->directory);
	set_clock(self, end);
	privacy_start(at->rooms->privacy, &error);
	g_assert_no_error(error);
	options = (SyncOptions){at->rooms->store, at->rooms->events,
	                        self->holds_back && end != CLOUD};
	at->sync = sync_new(&options);
	sync_open(at->sync, &error);
	g_assert_no_error(error);
	if (end == CLOUD) {
		for (int box = 0; box < self->boxes; box++)
			add_peer(self, CLOUD, box);
	} else {
		add_peer(self, end, CLOUD);
	}
}

static void close_end(World *self, int end)
{
	End *at = &self->ends[end];

	for (int i = 0; i < ENDS; i++)
		g_clear_pointer(&at->peers[i], peer_free);
	while (g_main_context_iteration(NULL, FALSE))
		continue;
	g_clear_pointer(&at->rooms, rooms_free);
	g_clear_pointer(&at->sync, sync_free);
}

void world_connect(World *self, int box)
{
	if (self->connected[box])
		return;
	self->connected[box] = true;
	peer_connected(self->ends[CLOUD].peers[box], self->now_ms);
	peer_connected(self->ends[box].peers[CLOUD], self->now_ms);
}

void world_cut(World *self, int box)
{
	if (!self->connected[box])
		return;
	self->connected[box] = false;
	peer_disconnected(self->ends[CLOUD].peers[box]);
	peer_disconnected(self->ends[box].peers[CLOUD]);
	line_empty(line_of(self, box, CLOUD));
	line_empty(line_of(self, CLOUD, box));
}

static void cut_all_of(World *self, int end)
{
	for (int box = 0; box < self->boxes; box++)
		if (end == CLOUD || end == box)
			world_cut(self, box);
}

void world_restart(World *self, int end)
{
	cut_all_of(self, end);
	close_end(self, end);
	open_end(self, end);
}

void world_run_sql(const char *database, const char *sql)
{
	sqlite3 *db = NULL;
	char *message = NULL;

	g_assert_cmpint(sqlite3_open(database, &db), ==, SQLITE_OK);
	sqlite3_busy_timeout(db, 5000); /* whoever closes the same file locks it for a moment */
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		g_error("%s: %s", message, sql);
	sqlite3_close(db);
}

void world_copy(World *self, int end)
{
	End *at = &self->ends[end];
	g_autofree char *sql = NULL;
	GError *error = NULL;

	if (!at->copy)
		at->copy = g_strconcat(at->directory, "/copy.db", NULL);
	g_unlink(at->copy);
	store_commit(at->rooms->store, &error);
	g_assert_no_error(error);
	sql = g_strdup_printf("VACUUM INTO '%s'", at->copy);
	world_run_sql(at->rooms->database, sql);
}

static void copy_file(const char *from, const char *to)
{
	g_autofree char *bytes = NULL;
	size_t size;

	g_assert_true(g_file_get_contents(from, &bytes, &size, NULL));
	g_assert_true(g_file_set_contents_full(to, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE,
	                                       0600, NULL));
}

static void put_copy_back(const End *at)
{
	g_autofree char *database = g_strconcat(at->directory, "/urok.db", NULL);
	g_autofree char *wal = g_strconcat(database, "-wal", NULL);
	g_autofree char *shared = g_strconcat(database, "-shm", NULL);

	g_unlink(wal);
	g_unlink(shared);
	copy_file(at->copy, database);
}

/* The older copy, without a word to anybody. */
void world_restore(World *self, int end)
{
	if (!self->ends[end].copy)
		return;
	cut_all_of(self, end);
	close_end(self, end);
	put_copy_back(&self->ends[end]);
	open_end(self, end);
}

void world_join(World *self, int box)
{
	static const char *const NAMES[] = {"school", "building", "annex"};
	End *at = &self->ends[box];
	GError *error = NULL;

	g_assert(box != SCHOOL);
	world_cut(self, box);
	close_end(self, box);
	scratch_remove(at->directory);
	g_assert_cmpint(g_mkdir(at->directory, 0700), ==, 0);
	g_clear_pointer(&at->copy, g_free);
	open_end(self, box);
	/* To the cloud it is another box. */
	g_clear_pointer(&self->ends[CLOUD].peers[box], peer_free);
	sync_forget_peer(self->ends[CLOUD].sync, NAMES[box], &error);
	g_assert_no_error(error);
	add_peer(self, CLOUD, box);
}

/* --- The school --- */

void world_end_turn(Rooms *rooms, bool done, GError *error)
{
	if (error && !error_is(error, ERROR_NOT_FOUND) && !error_is(error, ERROR_FORBIDDEN) &&
	    !error_is(error, ERROR_CONFLICT) && !error_is(error, ERROR_INVALID) &&
	    !error_is(error, ERROR_BUSY))
		g_error("%s", error->message);
	g_clear_error(&error);
	rooms_end(rooms, done);
}

static Id add_person(World *self, const char *family_name, unsigned roles)
{
	Rooms *rooms = self->ends[SCHOOL].rooms;
	const NewPerson person = {.family_name = family_name, .given_name = "Соня",
	                          .patronymic = "Олеговна", .roles = roles};
	GError *error = NULL;
	Id id = {""};

	rooms_begin(rooms);
	world_end_turn(rooms, people_add(rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error), error);
	g_array_append_val(self->people, id);
	return id;
}

Actor world_actor(Rooms *rooms, const Id *person)
{
	return (Actor){.kind = ACTOR_PERSON, .person = *person,
	               .roles = people_roles(rooms->people, person->text)};
}

static void add_member(World *self, const Id *person, MemberAs as)
{
	Rooms *rooms = self->ends[SCHOOL].rooms;
	GError *error = NULL;

	rooms_begin(rooms);
	world_end_turn(rooms,
	         classes_add_member(rooms->classes, &ACTOR_OF_SYSTEM, self->class_id.text,
	                            person->text, as, &error),
	         error);
}

static void add_group(World *self)
{
	Rooms *rooms = self->ends[SCHOOL].rooms;
	g_autoptr(json_t) members = json_array();
	const NewGroup group = {"Праздник", NULL, members};
	Actor owner = world_actor(rooms, &g_array_index(self->people, Id, 0));
	GError *error = NULL;
	Id chat;

	for (guint i = 1; i < 4; i++)
		json_array_append_new(members, json_string(g_array_index(self->people, Id, i).text));
	rooms_begin(rooms);
	world_end_turn(rooms, chats_add_group(rooms->chats, &owner, &group, &chat, &error), error);
	g_array_append_val(self->chats, chat);
}

static void furnish(World *self)
{
	Rooms *rooms = self->ends[SCHOOL].rooms;
	GError *error = NULL;
	Id year;
	Id chat;

	rooms_begin(rooms);
	world_end_turn(rooms,
	         classes_add_year(rooms->classes, &ACTOR_OF_SYSTEM, "2026/27", "2026-09-01",
	                          "2027-05-31", &year, &error),
	         error);
	rooms_begin(rooms);
	world_end_turn(rooms,
	         classes_add(rooms->classes, &ACTOR_OF_SYSTEM, year.text, 5, "А", &self->class_id,
	                     &error),
	         error);
	for (int i = 0; i < 6; i++) {
		g_autofree char *name = g_strdup_printf("Тайнова-%d", i);
		Id person = add_person(self, name, i < 2 ? ROLE_TEACHER : ROLE_PUPIL);

		add_member(self, &person, i < 2 ? MEMBER_TEACHER : MEMBER_PUPIL);
	}
	chat = chats_id_of(CHAT_CLASS_PUPILS, self->class_id.text);
	g_array_append_val(self->chats, chat);
	chat = chats_id_of(CHAT_STAFF, NULL);
	g_array_append_val(self->chats, chat);
	add_group(self);
}

char *world_place(pid_t process)
{
	return g_strdup_printf("%s/urok-world-%d", g_get_tmp_dir(), process);
}

World *world_new(guint32 seed, int boxes, bool holds_back)
{
	World *self = g_new0(World, 1);

	chance_begin(seed);
	self->seed = seed;
	self->boxes = boxes;
	self->dice = g_rand_new_with_seed(seed);
	self->now_ms = 1000000;
	self->holds_back = holds_back;
	self->directory = world_place(getpid());
	scratch_remove(self->directory);
	g_assert_cmpint(g_mkdir(self->directory, 0700), ==, 0);
	self->people = g_array_new(FALSE, TRUE, sizeof(Id));
	self->chats = g_array_new(FALSE, TRUE, sizeof(Id));
	self->messages = g_array_new(FALSE, TRUE, sizeof(Said));
	for (int i = 0; i < 2 * boxes; i++) {
		bool up = i % 2 == 0;

		line_init(&self->lines[i], up ? i / 2 : CLOUD, up ? CLOUD : i / 2);
	}
	for (int end = 0; end < ENDS; end++) {
		if (!world_has(self, end))
			continue;
		self->ends[end].directory = g_strdup_printf("%s/%d", self->directory, end);
		g_assert_cmpint(g_mkdir(self->ends[end].directory, 0700), ==, 0);
		open_end(self, end);
	}
	furnish(self);
	return self;
}

void world_free(World *self)
{
	if (!self)
		return;
	for (int end = 0; end < ENDS; end++) {
		if (!world_has(self, end))
			continue;
		cut_all_of(self, end);
		close_end(self, end);
		g_free(self->ends[end].copy);
		scratch_remove(self->ends[end].directory);
		g_free(self->ends[end].directory);
	}
	scratch_remove(self->directory);
	g_free(self->directory);
	g_array_unref(self->people);
	g_array_unref(self->chats);
	g_array_unref(self->messages);
	g_rand_free(self->dice);
	g_free(self->story);
	g_free(self);
}

/* --- The lines --- */

static Peer *end_of(World *self, const Line *line)
{
	return self->ends[line->to].peers[line->from];
}

uint64_t world_bytes(const World *self)
{
	uint64_t bytes = 0;

	for (int i = 0; i < 2 * self->boxes; i++)
		bytes += self->lines[i].bytes;
	return bytes;
}

static void commit_all(World *self)
{
	for (int end = 0; end < ENDS; end++) {
		GError *error = NULL;

		if (!world_has(self, end))
			continue;

		store_commit(self->ends[end].rooms->store, &error);
		g_assert_no_error(error);
	}
}

void world_pump(World *self)
{
	for (int box = 0; box < self->boxes; box++) {
		(void)peer_pump(self->ends[box].peers[CLOUD], self->now_ms);
		(void)peer_pump(self->ends[CLOUD].peers[box], self->now_ms);
	}
	commit_all(self);
}

void world_pass(World *self, int64_t ms)
{
	self->now_ms += ms;
	for (int end = 0; end < ENDS; end++)
		if (world_has(self, end))
			set_clock(self, end);
}

void world_bad_line(World *self, Line *line)
{
	line_misbehave(line, end_of(self, line), self->dice, self->now_ms);
}

bool world_deliver(World *self, unsigned most)
{
	bool any = false;

	for (int i = 0; i < 2 * self->boxes; i++)
		for (unsigned n = 0; n < most; n++) {
			Line *line = &self->lines[i];

			if (!line_deliver(line, end_of(self, line), self->now_ms))
				break;
			any = true;
		}
	commit_all(self);
	return any;
}

void world_settle(World *self)
{
	int quiet = 0;

	for (int box = 0; box < self->boxes; box++)
		world_connect(self, box);
	for (int round = 0; quiet < 4; round++) {
		bool any;

		if (round > 3000)
			g_error("seed %u: the ends do not come to rest", self->seed);
		world_pump(self);
		any = world_deliver(self, 1000);
		quiet = any ? 0 : quiet + 1;
		if (!any)
			world_pass(self, 31000);
		while (g_main_context_iteration(NULL, FALSE))
			continue;
	}
}

/* --- The end of it --- */

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *log_of(Rooms *rooms)
{
	g_autoptr(GPtrArray) events = rooms_events(rooms);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];
		g_autofree char *hash = base64url_encode(event->hash.bytes, DIGEST_SIZE);

		g_ptr_array_add(lines, g_strdup_printf("%s/%s/%06d %s %s %s %s %s>%s %s\n", event->origin.text,
		                                       event->epoch.text, (int)event->origin_seq, hash,
		                                       event->id.text, event->kind,
		                                       event->scope, event->actor, event->subject,
		                                       event->body_text ? event->body_text : "-"));
	}
	g_ptr_array_sort(lines, compare_lines);
	for (guint i = 0; i < lines->len; i++)
		g_string_append(out, lines->pdata[i]);
	return g_string_free(out, FALSE);
}

static void same(World *self, const char *what, const char *a, const char *b, int end)
{
	g_autofree char *one = NULL;
	g_autofree char *other = NULL;

	if (g_str_equal(a, b))
		return;
	one = g_strdup_printf("/tmp/world-%s-0", what);
	other = g_strdup_printf("/tmp/world-%s-%d", what, end);
	g_file_set_contents(one, a, -1, NULL);
	g_file_set_contents(other, b, -1, NULL);
	g_error("seed %u: the %s of end %d is another: compare %s %s", self->seed, what, end, one,
	        other);
}

/* The conflict journal, without what is "ours" where it is read. */
char *world_journal(World *self, int end)
{
	const ConflictNames names = {0};
	g_autoptr(json_t) list = sync_list_conflicts(self->ends[end].sync, &names, NULL);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GString *out = g_string_new(NULL);
	size_t index;
	json_t *row;

	json_array_foreach(list, index, row) {
		const char *won = json_string_value(json_object_get(row, "won"));
		const json_t *winner = json_object_get(row, won);
		g_autofree char *text = json_format(winner);

		g_ptr_array_add(lines, g_strdup_printf("%s %s %s: %s\n", json_string_value(json_object_get(row, "event")),
		                                       json_string_value(json_object_get(row, "at")),
		                                       json_string_value(json_object_get(row, "how")), text));
	}
	g_ptr_array_sort(lines, compare_lines);
	for (guint i = 0; i < lines->len; i++)
		g_string_append(out, lines->pdata[i]);
	return g_string_free(out, FALSE);
}

static void check_end(World *self, int end, const char *rows, const char *journal, const char *log)
{
	Rooms *rooms = self->ends[end].rooms;
	g_autofree char *other = rooms_dump(rooms, "projection");
	g_autofree char *other_log = log_of(rooms);
	g_autofree char *other_journal = world_journal(self, end);
	g_autofree char *again = NULL;
	g_autofree char *journal_again = NULL;

	same(self, "log", log, other_log, end);
	same(self, "rows", rows, other, end);
	same(self, "journal", journal, other_journal, end);
	rooms_verify(rooms);
	rooms_rebuild(rooms);
	again = rooms_dump(rooms, "projection");
	same(self, "rebuilt", rows, again, end);
	journal_again = world_journal(self, end);
	same(self, "journal again", journal, journal_again, end);
}

void world_check(World *self)
{
	g_autofree char *rows = rooms_dump(self->ends[SCHOOL].rooms, "projection");
	g_autofree char *journal = world_journal(self, SCHOOL);
	g_autofree char *log = log_of(self->ends[SCHOOL].rooms);

	for (int end = SCHOOL; end < ENDS; end++) {
		g_autoptr(json_t) aside = NULL;
		g_autofree char *text = NULL;

		if (!world_has(self, end))
			continue;
		aside = sync_list_quarantine(self->ends[end].sync, NULL);
		text = json_format(aside);
		if (json_array_size(aside))
			g_error("seed %u: end %d set aside %s", self->seed, end, text);
		if (!sync_check_joined(self->ends[end].sync, NULL))
			g_error("seed %u: end %d has not joined", self->seed, end);
	}
	for (int end = SCHOOL; end < ENDS; end++) {
		if (world_has(self, end))
			check_end(self, end, rows, journal, log);
	}
}
