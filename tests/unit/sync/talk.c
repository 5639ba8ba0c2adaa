/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A conversation piece by piece: what is held back, what is refused, what makes no sense, what it
 * costs. */
#include "world.h"

#include "sync/sync-private.h"

#include <string.h>
#include <unistd.h>

static const Id *teacher_of(const World *world)
{
	return &g_array_index(world->people, Id, 0);
}

static const Id *staff_of(const World *world)
{
	return &g_array_index(world->chats, Id, 1);
}

static void allow(World *world, int end, const char *kind, bool allowed)
{
	Rooms *rooms = world->ends[end].rooms;
	GError *error = NULL;

	rooms_begin(rooms);
	sync_allow(world->ends[end].sync, &ACTOR_OF_SYSTEM, kind, allowed, "приказ 17", &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

static void allow_all(World *world, int end)
{
	g_autoptr(json_t) choices = sync_list_choices(world->ends[end].sync, NULL);
	size_t index;
	json_t *choice;

	json_array_foreach(choices, index, choice) {
		g_assert_false(json_is_true(json_object_get(choice, "allowed")));
		allow(world, end, json_string_value(json_object_get(choice, "kind")), true);
	}
	g_assert_cmpuint(index, >, 30);
}

static bool knows(World *world, int end, const char *words)
{
	g_autofree char *rows = rooms_dump(world->ends[end].rooms, "projection");
	g_autofree char *log = rooms_dump(world->ends[end].rooms, "log");

	return strstr(rows, words) || strstr(log, words);
}

static void test_held(void)
{
	g_autoptr(World) world = world_new(3, 2, true);

	world_settle(world);
	g_assert_cmpint(events_last_seq(world->ends[CLOUD].rooms->events), >, 10);
	g_assert_false(knows(world, CLOUD, "Тайнова"));
	g_assert_cmpint(peer_status(world->ends[SCHOOL].peers[CLOUD]).waiting, ==, 0);

	allow_all(world, SCHOOL);
	(void)world_say(world, SCHOOL, teacher_of(world), staff_of(world), "теперь можно");
	world_settle(world);
	g_assert_true(knows(world, CLOUD, "Тайнова-0"));
	g_assert_true(knows(world, CLOUD, "теперь можно"));
	g_assert_true(knows(world, BUILDING, "Тайнова-0"));
	g_assert_false(knows(world, CLOUD, "приказ 17"));
	rooms_verify(world->ends[CLOUD].rooms);

	allow(world, SCHOOL, "chat.message.posted", false);
	(void)world_say(world, SCHOOL, teacher_of(world), staff_of(world), "снова нельзя");
	world_settle(world);
	g_assert_false(knows(world, CLOUD, "снова нельзя"));
	rooms_verify(world->ends[CLOUD].rooms);
}

static void say_many(World *world, int count)
{
	Rooms *rooms = world->ends[SCHOOL].rooms;
	Actor actor = world_actor(rooms, teacher_of(world));
	GError *error = NULL;
	Id id;

	rooms_begin(rooms);
	for (int i = 0; i < count && !error; i++)
		chats_post(rooms->chats, &actor, staff_of(world)->text, "много", NULL, NULL, &id, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

static void add_late(World *world)
{
	const NewPerson person = {.family_name = "Поздняя", .given_name = "Соня",
	                          .patronymic = "Олеговна", .roles = ROLE_TEACHER};
	Rooms *rooms = world->ends[SCHOOL].rooms;
	GError *error = NULL;
	Id id;

	rooms_begin(rooms);
	people_add(rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

/* What is let go now stands behind thousands that are not: the box's loop looks at some of them, and
 * then does what else there is. */
static void test_rare(void)
{
	enum { HELD = 4500, STEP = 2000 };
	g_autoptr(World) world = world_new(6, 2, true);
	const Peer *cloud = world->ends[SCHOOL].peers[CLOUD];
	int64_t walked = 0;
	unsigned steps = 0;

	say_many(world, HELD);
	add_late(world);
	world_settle(world);
	g_assert_false(knows(world, CLOUD, "Поздняя"));
	allow(world, SCHOOL, "person.added", true);
	do {
		world_pump(world);
		if (cloud->fill.up_to > walked) {
			g_assert_cmpint(cloud->fill.up_to - walked, <=, STEP);
			walked = cloud->fill.up_to;
			steps++;
		}
		(void)world_deliver(world, 1000);
	} while (!cloud->fill.idle);
	g_assert_cmpuint(steps, >=, 1 + HELD / STEP);
	g_assert_true(knows(world, CLOUD, "Тайнова-0"));
	g_assert_true(knows(world, CLOUD, "Поздняя"));
	g_assert_false(knows(world, CLOUD, "много"));
	rooms_verify(world->ends[CLOUD].rooms);
}

static void test_order_is_needed(void)
{
	g_autoptr(World) world = world_new(4, 2, true);
	Sync *sync = world->ends[SCHOOL].sync;
	g_autoptr(GError) error = NULL;

	rooms_begin(world->ends[SCHOOL].rooms);
	g_assert_false(sync_allow(sync, &ACTOR_OF_SYSTEM, "person.added", true, "", &error));
	g_assert_true(error_is(error, ERROR_INVALID));
	g_clear_error(&error);
	g_assert_false(sync_allow(sync, &ACTOR_OF_SYSTEM, "camera.added", true, "приказ", &error));
	g_assert_true(error_is(error, ERROR_INVALID));
	rooms_end(world->ends[SCHOOL].rooms, false);
}

/* A cloud that forgets who decides makes itself a teacher of everything. */
static void test_refused(void)
{
	g_autoptr(World) world = world_new(5, 2, false);
	Rooms *cloud = world->ends[CLOUD].rooms;
	Sync *school = world->ends[SCHOOL].sync;
	g_autoptr(json_t) aside = NULL;
	g_autoptr(json_t) left = NULL;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	GError *error = NULL;

	world_settle(world);
	before = rooms_dump(world->ends[SCHOOL].rooms, "projection");
	rooms_begin(cloud);
	g_assert_false(people_set_roles(cloud->people, &ACTOR_OF_SYSTEM, teacher_of(world)->text,
	                                ROLE_ADMINISTRATOR, &error));
	g_assert_cmpstr(error_reason_of(error), ==, "at-the-school");
	g_clear_error(&error);
	rooms_end(cloud, false);

	events_set_authority(cloud->events, NULL);
	rooms_begin(cloud);
	people_set_roles(cloud->people, &ACTOR_OF_SYSTEM, teacher_of(world)->text,
	                 ROLE_ADMINISTRATOR, &error);
	g_assert_no_error(error);
	rooms_end(cloud, true);
	world_settle(world);
	after = rooms_dump(world->ends[SCHOOL].rooms, "projection");
	g_assert_cmpstr(before, ==, after);

	aside = sync_list_quarantine(school, NULL);
	g_assert_cmpuint(json_array_size(aside), ==, 1);
	g_assert_true(json_is_true(json_object_get(json_array_get(aside, 0), "foreign")));
	rooms_begin(world->ends[SCHOOL].rooms);
	sync_discard(school,
	             json_string_value(json_object_get(json_array_get(aside, 0), "event")), &error);
	g_assert_no_error(error);
	rooms_end(world->ends[SCHOOL].rooms, true);
	left = sync_list_quarantine(school, NULL);
	g_assert_cmpuint(json_array_size(left), ==, 0);
	(void)world_say(world, CLOUD, teacher_of(world), staff_of(world), "дальше");
	world_settle(world);
	g_assert_true(knows(world, SCHOOL, "дальше"));
}

/* An administrator that the school never made, at the end of the school's own chain. */
static void invent(World *world)
{
	Events *cloud = world->ends[CLOUD].rooms->events;
	g_autoptr(GPtrArray) chains = events_chains(cloud, NULL);
	Events *school = world->ends[SCHOOL].rooms->events;
	g_autoptr(Event) event = event_new(&ACTOR_OF_SYSTEM, "person.roles.changed", "school",
	                                   teacher_of(world)->text,
	                                   json_pack("{si}", "roles", ROLE_ADMINISTRATOR));
	const Chain *chain = NULL;
	GError *error = NULL;

	for (guint i = 0; i < chains->len; i++)
		if (id_equal(&((const Chain *)chains->pdata[i])->origin, events_origin(school)))
			chain = chains->pdata[i];
	event->version = 1;
	event->origin = chain->origin;
	event->epoch = chain->epoch;
	event->origin_seq = chain->up_to + 1;
	event->seen = g_strdup("{}");
	event->hlc = HLC_FROM_MS(events_now_ms(cloud));
	event->hash = event_hash(event, &chain->hash);
	rooms_begin(world->ends[CLOUD].rooms);
	events_receive(cloud, event, &error);
	g_assert_no_error(error);
	rooms_end(world->ends[CLOUD].rooms, true);
}

/* A cloud that tells a box of events that the box has forgotten, and that never were. */
static void test_invented(bool after_restore)
{
	g_autoptr(World) world = world_new(9, 2, false);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	PeerStatus status;

	world_settle(world);
	world_copy(world, SCHOOL);
	if (after_restore) {
		(void)world_say(world, SCHOOL, teacher_of(world), staff_of(world), "было");
		world_settle(world);
	}
	world_cut(world, SCHOOL);
	invent(world);
	if (after_restore)
		world_restore(world, SCHOOL);
	before = rooms_dump(world->ends[SCHOOL].rooms, "projection");
	world_connect(world, SCHOOL);
	for (int i = 0; i < 40; i++) {
		world_pump(world);
		(void)world_deliver(world, 1000);
		world_pass(world, 2000);
	}
	after = rooms_dump(world->ends[SCHOOL].rooms, "projection");
	g_assert_cmpstr(before, ==, after);
	status = peer_status(world->ends[SCHOOL].peers[CLOUD]);
	g_assert_cmpint(status.state, ==, PEER_STOPPED);
	g_assert_nonnull(strstr(status.trouble, "no seal"));
	status = peer_status(world->ends[CLOUD].peers[SCHOOL]);
	g_assert_nonnull(strstr(status.trouble, "no seal"));
	rooms_verify(world->ends[SCHOOL].rooms);
}

static void test_invented_while_away(void)
{
	test_invented(false);
}

static void test_invented_after_restore(void)
{
	test_invented(true);
}

static void test_garbage(void)
{
	static const char *const TAILS[] = {"ev", "ack", "nack", "reg", "hello", "again", "???"};
	g_autoptr(World) world = world_new(6, 2, false);
	Peer *peer = world->ends[CLOUD].peers[SCHOOL];

	world_settle(world);
	for (int i = 0; i < 500; i++) {
		uint8_t bytes[64];

		for (size_t n = 0; n < sizeof bytes; n++)
			bytes[n] = (uint8_t)world_roll(world, 256);
		peer_take(peer, TAILS[i % G_N_ELEMENTS(TAILS)], bytes, sizeof bytes, world->now_ms);
	}
	g_assert_cmpuint(peer_status(peer).dropped, ==, 500);
	(void)world_say(world, SCHOOL, teacher_of(world), staff_of(world), "и дальше");
	world_settle(world);
	world_check(world);
	g_assert_true(knows(world, CLOUD, "и дальше"));
}

static void say_to_cloud(World *world, const char *tail, const char *text)
{
	peer_take(world->ends[CLOUD].peers[SCHOOL], tail, text, strlen(text), world->now_ms);
}

static int64_t gone_since(const World *world)
{
	return peer_status(world->ends[CLOUD].peers[SCHOOL]).gone_since_ms;
}

static void connect_as(World *world, const char *word)
{
	world_cut(world, SCHOOL);
	peer_set_word(world->ends[SCHOOL].peers[CLOUD], word);
	world_connect(world, SCHOOL);
	world_settle(world);
}

static void count(void *counter)
{
	++*(unsigned *)counter;
}

/* A will counts for the connection that it is of, whenever it comes. */
static void test_gone(void)
{
	static const char FIRST[] = "{\"w\":\"AAAAAAAAAAA\"}", SECOND[] = "{\"w\":\"BBBBBBBBBBB\",\"later\":1}";
	g_autoptr(World) world = world_new(10, 2, false);
	unsigned told = 0;

	world_settle(world);
	sync_on_gone(world->ends[CLOUD].sync, count, &told);
	connect_as(world, "AAAAAAAAAAA");
	say_to_cloud(world, "gone", SECOND);
	g_assert_cmpint(gone_since(world), ==, 0);
	say_to_cloud(world, "gone", FIRST);
	say_to_cloud(world, "gone", FIRST);
	g_assert_cmpint(gone_since(world), >, 0);
	g_assert_cmpuint(told, ==, 1);

	connect_as(world, "BBBBBBBBBBB");
	g_assert_cmpint(gone_since(world), ==, 0);
	g_assert_cmpuint(told, ==, 2);
	say_to_cloud(world, "gone", FIRST);
	g_assert_cmpint(gone_since(world), ==, 0);
	say_to_cloud(world, "gone", SECOND);
	g_assert_cmpint(gone_since(world), >, 0);
	sync_on_gone(world->ends[CLOUD].sync, NULL, NULL);
}

/* A box of before has no will: nobody's word is taken for it. What this version does not know is
 * passed over, as an earlier one passes over the will. */
static void test_unknown(void)
{
	g_autoptr(World) world = world_new(11, 2, false);
	Peer *cloud = world->ends[CLOUD].peers[SCHOOL];
	uint64_t dropped;

	world_settle(world);
	connect_as(world, "");
	dropped = peer_status(cloud).dropped;
	say_to_cloud(world, "gone", "{\"w\":\"\"}");
	say_to_cloud(world, "gone", "{}");
	say_to_cloud(world, "later", "{\"w\":\"AAAAAAAAAAA\"}");
	g_assert_cmpuint(peer_status(cloud).dropped - dropped, ==, 3);
	g_assert_cmpint(gone_since(world), ==, 0);
	g_assert_cmpint(peer_status(cloud).state, ==, PEER_LIVE);
	(void)world_say(world, SCHOOL, teacher_of(world), staff_of(world), "и дальше");
	world_settle(world);
	g_assert_true(knows(world, CLOUD, "и дальше"));
}

static void test_read_marks(void)
{
	g_autoptr(World) world = world_new(7, 2, false);
	const Id *reader = &g_array_index(world->people, Id, 1);
	Rooms *school = world->ends[SCHOOL].rooms;
	const Actor actor = {.kind = ACTOR_PERSON, .person = *reader, .roles = ROLE_TEACHER};
	g_autofree char *here = NULL;
	g_autofree char *there = NULL;
	GError *error = NULL;
	Id message = world_say(world, SCHOOL, teacher_of(world), staff_of(world), "прочти");

	rooms_begin(school);
	chats_mark_read(school->chats, &actor, staff_of(world)->text, message.text, &error);
	g_assert_no_error(error);
	rooms_end(school, true);
	world_settle(world);
	here = rooms_dump(school, "register");
	there = rooms_dump(world->ends[BUILDING].rooms, "register");
	g_assert_nonnull(strstr(here, reader->text));
	g_assert_nonnull(strstr(there, reader->text));
}

/* Nothing is said when nothing happens, and a message costs at most 120 bytes beyond its text. */
static void test_cost(void)
{
	enum { MESSAGES = 1000 };
	static const char TEXT[] = "Завтра первый урок в 9:00";
	g_autoptr(World) world = world_new(8, 2, false);
	uint64_t before;
	double each;

	world_settle(world);
	before = world_bytes(world);
	world_settle(world);
	g_assert_cmpuint(world_bytes(world) - before, ==, 0);
	world_cut(world, SCHOOL);
	world_cut(world, BUILDING);
	for (int i = 0; i < MESSAGES; i++)
		(void)world_say(world, SCHOOL, teacher_of(world), staff_of(world), TEXT);
	world_connect(world, SCHOOL);
	before = world_bytes(world);
	for (int i = 0; i < 60; i++) {
		(void)peer_pump(world->ends[SCHOOL].peers[CLOUD], world->now_ms);
		(void)peer_pump(world->ends[CLOUD].peers[SCHOOL], world->now_ms);
		(void)world_deliver(world, 1000);
	}
	g_assert_cmpint(peer_status(world->ends[SCHOOL].peers[CLOUD]).waiting, ==, 0);
	each = (double)(world_bytes(world) - before) / MESSAGES;
	g_test_message("%.1f bytes a message", each);
	g_assert_cmpfloat(each, <=, 120);
}

int main(int argc, char **argv)
{
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sync/held", test_held);
	g_test_add_func("/sync/held/rare", test_rare);
	g_test_add_func("/sync/order", test_order_is_needed);
	g_test_add_func("/sync/refused", test_refused);
	g_test_add_func("/sync/invented/away", test_invented_while_away);
	g_test_add_func("/sync/invented/restored", test_invented_after_restore);
	g_test_add_func("/sync/garbage", test_garbage);
	g_test_add_func("/sync/gone", test_gone);
	g_test_add_func("/sync/unknown", test_unknown);
	g_test_add_func("/sync/marks", test_read_marks);
	g_test_add_func("/sync/cost", test_cost);
	return g_test_run();
}
