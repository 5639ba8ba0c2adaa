/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What random days meet too seldom: an erasure while all lines are cut, clocks that jump by hours,
 * poison among thousands, three boxes of one school that all write at once. */
#include "world.h"

#include "chats/chats-private.h"

#include <string.h>
#include <unistd.h>

static const Id *person(const World *world, guint place)
{
	return &g_array_index(world->people, Id, place);
}

static const Id *staff_of(const World *world)
{
	return &g_array_index(world->chats, Id, 1);
}

static void cut_all(World *world)
{
	for (int box = 0; box < world->boxes; box++)
		world_cut(world, box);
}

static bool knows(World *world, int end, const char *words)
{
	g_autofree char *rows = rooms_dump(world->ends[end].rooms, "projection");
	g_autofree char *log = rooms_dump(world->ends[end].rooms, "log");
	g_autofree char *kept = rooms_dump(world->ends[end].rooms, "register");

	return strstr(rows, words) || strstr(log, words) || strstr(kept, words);
}

static void edit(World *world, int end, const Id *author, const Id *message, const char *text)
{
	Rooms *rooms = world->ends[end].rooms;
	Actor actor = world_actor(rooms, author);
	GError *error = NULL;

	rooms_begin(rooms);
	chats_edit(rooms->chats, &actor, staff_of(world)->text, message->text, text, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

/* Words that somebody wrote elsewhere, before the erasure was known there, are nowhere in the end. */
static void test_erased_while_cut(void)
{
	g_autoptr(World) world = world_new(31, 3, false);
	const Id gone = *person(world, 1);
	Id old = world_say(world, SCHOOL, &gone, staff_of(world), "слово-старое");

	(void)world_say(world, SCHOOL, person(world, 0), staff_of(world), "слово-чужое");
	world_settle(world);
	cut_all(world);
	world_erase(world, &gone);
	g_assert_true(id_equal(&world->erased, &gone));
	edit(world, CLOUD, &gone, &old, "слово-правка");
	(void)world_say(world, CLOUD, &gone, staff_of(world), "слово-облако");
	(void)world_say(world, BUILDING, &gone, staff_of(world), "слово-корпус");
	(void)world_say(world, ANNEX, &gone, staff_of(world), "слово-пристройка");
	g_assert_true(knows(world, CLOUD, "слово-облако"));
	world_settle(world);
	world_check(world);
	for (int end = 0; end < ENDS; end++) {
		g_assert_false(knows(world, end, "слово-старое"));
		g_assert_false(knows(world, end, "слово-правка"));
		g_assert_false(knows(world, end, "слово-облако"));
		g_assert_false(knows(world, end, "слово-корпус"));
		g_assert_false(knows(world, end, "слово-пристройка"));
		g_assert_false(knows(world, end, "Тайнова-1"));
		g_assert_true(knows(world, end, "слово-чужое"));
	}
}

/* An end that is an hour ahead is not believed by the others, and loses nothing: they take what it
 * wrote when their time has come there. One that falls behind writes on in its own order. */
static void test_clocks_jump(void)
{
	g_autoptr(World) world = world_new(32, 2, false);
	Id ahead;

	world_settle(world);
	world->ends[BUILDING].skew_ms = 3600 * 1000;
	world_pass(world, 1000);
	ahead = world_say(world, BUILDING, person(world, 0), staff_of(world), "из будущего");
	for (int i = 0; i < 20; i++) {
		world_pump(world);
		(void)world_deliver(world, 100);
		world_pass(world, 1000);
	}
	g_assert_false(knows(world, SCHOOL, ahead.text));
	world->ends[BUILDING].skew_ms = -3600 * 1000;
	(void)world_say(world, BUILDING, person(world, 0), staff_of(world), "после прыжка");
	world->ends[BUILDING].skew_ms = 0;
	(void)world_say(world, SCHOOL, person(world, 1), staff_of(world), "вовремя");
	world_settle(world);
	world_check(world);
	g_assert_true(knows(world, SCHOOL, "из будущего"));
	g_assert_true(knows(world, SCHOOL, "после прыжка"));
	g_assert_true(knows(world, BUILDING, "вовремя"));
}

static void add_event(Rooms *rooms, const char *kind, const Id *subject, json_t *body)
{
	g_autoptr(Event) event = event_new(&ACTOR_OF_SYSTEM, kind, "school", subject->text, body);
	GError *error = NULL;

	rooms_begin(rooms);
	events_append(rooms->events, event, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

/* What the school alone decides, of a cloud that forgets it. */
static void add_foreign(World *world, const char *kind, const Id *subject, json_t *body)
{
	Rooms *cloud = world->ends[CLOUD].rooms;

	events_set_authority(cloud->events, NULL);
	add_event(cloud, kind, subject, body);
	events_set_authority(cloud->events, events_origin(world->ends[SCHOOL].rooms->events));
}

static void add_poison(World *world, guint which)
{
	add_foreign(world, "person.roles.changed", person(world, which),
	            json_pack("{si}", "roles", ROLE_TEACHER));
}

/* What an end refused has no rows by which a room would find it. */
static void test_erased_while_aside(void)
{
	g_autoptr(World) world = world_new(35, 1, false);
	const Id gone = *person(world, 1);
	g_autoptr(json_t) aside = NULL;

	world_settle(world);
	add_foreign(world, "person.roles.changed", &gone,
	            json_pack("{si ss}", "roles", ROLE_TEACHER, "why", "слово-подмена"));
	world_settle(world);
	aside = sync_list_quarantine(world->ends[SCHOOL].sync, NULL);
	g_assert_cmpuint(json_array_size(aside), ==, 1);
	g_assert_true(knows(world, SCHOOL, "слово-подмена"));
	world_erase(world, &gone);
	world_settle(world);
	g_assert_false(knows(world, SCHOOL, "слово-подмена"));
	g_assert_false(knows(world, CLOUD, "слово-подмена"));
}

static json_t *new_teacher(void)
{
	return json_pack("{ss ss ss si}", "family_name", "Поздняя", "given_name", "Соня", "patronymic",
	                 "Олеговна", "roles", ROLE_TEACHER);
}

static guint count_aside(const Rooms *rooms)
{
	g_autoptr(GPtrArray) ids = events_aside_ids(rooms->events, NULL);

	return ids->len;
}

/* They are the end of the log. */
static void check_in_order(Rooms *rooms, const GPtrArray *ids)
{
	g_autoptr(GPtrArray) events = rooms_events(rooms);

	for (guint i = 0; i < ids->len; i++) {
		const Event *event = events->pdata[events->len - ids->len + i];

		g_assert_cmpstr(ids->pdata[i], ==, event->id.text);
	}
}

/* More stand aside than a page shows: what somebody wrote whom the school did not know. What was tried
 * again when it did is there when the rows are made anew, too. */
static void test_many_aside(void)
{
	enum { MESSAGES = 300 };
	g_autoptr(World) world = world_new(36, 1, false);
	Rooms *school = world->ends[SCHOOL].rooms;
	Sync *sync = world->ends[SCHOOL].sync;
	const Id stranger = id_new();
	g_autoptr(GPtrArray) aside = NULL;
	g_autofree char *rows = NULL;
	g_autofree char *again = NULL;
	GError *error = NULL;

	world_settle(world);
	add_foreign(world, "person.added", &stranger, new_teacher());
	for (int i = 0; i < MESSAGES; i++)
		(void)world_say(world, CLOUD, &stranger, staff_of(world), "много");
	world_settle(world);
	aside = events_aside_ids(school->events, NULL);
	g_assert_cmpuint(aside->len, ==, 1 + MESSAGES);
	check_in_order(school, aside);

	add_event(school, "person.added", &stranger, new_teacher());
	rooms_begin(school);
	g_assert_true(sync_discard(sync, aside->pdata[0], &error));
	for (guint i = 1; i < aside->len; i++)
		g_assert_true(sync_retry(sync, aside->pdata[i], &error));
	rooms_end(school, true);
	g_assert_cmpuint(count_aside(school), ==, 0);

	rows = rooms_dump(school, "projection");
	rooms_rebuild(school);
	g_assert_cmpuint(count_aside(school), ==, 0);
	again = rooms_dump(school, "projection");
	g_assert_true(g_str_equal(rows, again));
}

/* Each batch with one is undone and taken one by one: none of its neighbours is lost or doubled. */
static void test_poison_among_thousands(void)
{
	enum { MESSAGES = 3000, EACH = 800 };
	g_autoptr(World) world = world_new(33, 2, false);
	unsigned poison = 0;

	world_settle(world);
	cut_all(world);
	for (int i = 0; i < MESSAGES; i++) {
		g_autofree char *text = g_strdup_printf("письмо-%d.", i);

		(void)world_say(world, CLOUD, person(world, 0), staff_of(world), text);
		if (i % EACH == 300) {
			add_poison(world, 2 + poison % 4);
			poison++;
		}
	}
	world_settle(world);
	for (int box = 0; box < world->boxes; box++) {
		g_autoptr(json_t) aside = sync_list_quarantine(world->ends[box].sync, NULL);
		Rooms *rooms = world->ends[box].rooms;
		g_autofree char *rows = rooms_dump(rooms, "projection");
		g_autofree char *again = NULL;

		g_assert_cmpuint(json_array_size(aside), ==, poison);
		for (int i = 0; i < MESSAGES; i += 50) {
			g_autofree char *text = g_strdup_printf("письмо-%d.", i);
			const char *first = strstr(rows, text);

			g_assert_nonnull(first);
			g_assert_null(strstr(first + 1, text));
		}
		g_assert_cmpint(events_last_seq(rooms->events), ==,
		                events_last_seq(world->ends[CLOUD].rooms->events));
		rooms_verify(rooms);
		rooms_rebuild(rooms);
		again = rooms_dump(rooms, "projection");
		g_assert_true(g_str_equal(rows, again));
	}
}

/* Everybody writes, edits and reads while the others cannot hear it; then all lines come back at once. */
static void test_three_boxes(void)
{
	enum { ROUNDS = 40 };
	g_autoptr(World) world = world_new(34, 3, false);
	unsigned said;

	world_settle(world);
	cut_all(world);
	for (int i = 0; i < ROUNDS; i++)
		for (int end = 0; end < ENDS; end++) {
			Id message = world_say(world, end, person(world, i % 2), staff_of(world), "раз");

			if (i % 4 == end)
				edit(world, end, person(world, i % 2), &message, "два");
			world_pass(world, 700);
		}
	said = world->messages->len;
	g_assert_cmpuint(said, ==, ROUNDS * ENDS);
	world_settle(world);
	world_check(world);
	world_cut(world, ANNEX);
	(void)world_say(world, ANNEX, person(world, 0), staff_of(world), "без связи");
	world_restart(world, CLOUD);
	world_settle(world);
	world_check(world);
}

int main(int argc, char **argv)
{
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sync/erased-while-cut", test_erased_while_cut);
	g_test_add_func("/sync/clocks-jump", test_clocks_jump);
	g_test_add_func("/sync/erased-while-aside", test_erased_while_aside);
	g_test_add_func("/sync/many-aside", test_many_aside);
	g_test_add_func("/sync/poison", test_poison_among_thousands);
	g_test_add_func("/sync/three-boxes", test_three_boxes);
	return g_test_run();
}
