/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An end that begins empty: it shows nothing before it has all, goes on where it was cut off, and ends
 * with what all others have. */
#include "world.h"

#include <unistd.h>

enum { LONG = 420 }; /* messages: more than two batches */

static const Id *teacher_of(const World *world)
{
	return &g_array_index(world->people, Id, 0);
}

/* All have it but a new building's box, which is connected to nobody. */
static World *world_with_new_box(guint32 seed)
{
	World *world = world_new(seed, 2, false);

	world_settle(world);
	for (int i = 0; i < LONG; i++)
		(void)world_say(world, SCHOOL, teacher_of(world), &g_array_index(world->chats, Id, 1),
		                "обычное письмо");
	world_settle(world);
	world_join(world, BUILDING);
	return world;
}

static bool is_closed(World *world, int end)
{
	g_autoptr(GError) error = NULL;
	bool open = sync_check_joined(world->ends[end].sync, &error);

	g_assert_true(open || error_is(error, ERROR_UNAVAILABLE));
	if (!open)
		g_assert_cmpstr(error_reason_of(error), ==, "joining");
	return !open;
}

static int64_t length_of(const World *world, int end)
{
	return events_last_seq(world->ends[end].rooms->events);
}

/* Until the box has so many events. */
static void deliver_until(World *world, int64_t events)
{
	while (length_of(world, BUILDING) < events) {
		world_pump(world);
		g_assert_true(world_deliver(world, 1));
	}
}

static void test_closed(void)
{
	g_autoptr(World) world = world_with_new_box(71);

	g_assert_false(is_closed(world, BUILDING)); /* nobody told it of a school */
	world_connect(world, BUILDING);
	deliver_until(world, 1);
	g_assert_cmpint(length_of(world, BUILDING), <, length_of(world, CLOUD));
	g_assert_true(is_closed(world, BUILDING));
	while (is_closed(world, BUILDING)) {
		g_assert_cmpint(length_of(world, BUILDING), <, length_of(world, CLOUD));
		deliver_until(world, length_of(world, BUILDING) + 1);
	}
	g_assert_cmpint(length_of(world, BUILDING), >=, length_of(world, CLOUD));
	world_settle(world);
	world_check(world);
}

/* Cut off and begun again: closed still, and what was taken stays taken. */
static void test_resumed(void)
{
	g_autoptr(World) world = world_with_new_box(72);
	int64_t taken;

	world_connect(world, BUILDING);
	deliver_until(world, 1);
	taken = length_of(world, BUILDING);
	world_restart(world, BUILDING);
	g_assert_cmpint(length_of(world, BUILDING), ==, taken);
	g_assert_true(is_closed(world, BUILDING));
	world_connect(world, BUILDING);
	deliver_until(world, taken + 1);
	world_restart(world, CLOUD);
	g_assert_true(is_closed(world, BUILDING));
	g_assert_false(is_closed(world, CLOUD));
	world_settle(world);
	g_assert_false(is_closed(world, BUILDING));
	world_check(world);
}

/* The school goes on meanwhile: what is written is not waited for, who is erased does not come. */
static void test_erased_meanwhile(void)
{
	g_autoptr(World) world = world_with_new_box(73);

	world_connect(world, SCHOOL);
	world_connect(world, BUILDING);
	deliver_until(world, 1);
	(void)world_say(world, SCHOOL, teacher_of(world), &g_array_index(world->chats, Id, 1), "новое");
	world_erase(world, &g_array_index(world->people, Id, 3));
	g_assert_true(is_closed(world, BUILDING));
	world_settle(world);
	g_assert_false(is_closed(world, BUILDING));
	world_check(world);
}

static void test_a_week_off(void)
{
	g_autoptr(World) world = world_with_new_box(74);

	world_settle(world);
	world_cut(world, BUILDING);
	for (int i = 0; i < LONG; i++)
		(void)world_say(world, SCHOOL, teacher_of(world), &g_array_index(world->chats, Id, 1), "ещё");
	world_settle(world);
	g_assert_false(is_closed(world, BUILDING)); /* an older school is a school */
	world_check(world);
}

/* Who is not to be waited for any more does not keep the door shut. */
static void test_left(void)
{
	g_autoptr(World) world = world_with_new_box(75);
	char *nobody[] = {NULL};
	GError *error = NULL;

	world_connect(world, BUILDING);
	deliver_until(world, 1);
	world_cut(world, BUILDING);
	g_assert_true(is_closed(world, BUILDING));
	sync_join_from(world->ends[BUILDING].sync, (char *[]){(char *)"cloud", NULL}, &error);
	g_assert_no_error(error);
	store_commit(world->ends[BUILDING].rooms->store, &error);
	g_assert_no_error(error);
	g_assert_true(is_closed(world, BUILDING));
	sync_join_from(world->ends[BUILDING].sync, nobody, &error);
	g_assert_no_error(error);
	store_commit(world->ends[BUILDING].rooms->store, &error);
	g_assert_no_error(error);
	g_assert_false(is_closed(world, BUILDING));
}

int main(int argc, char **argv)
{
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/joining/closed", test_closed);
	g_test_add_func("/joining/resumed", test_resumed);
	g_test_add_func("/joining/erased-meanwhile", test_erased_meanwhile);
	g_test_add_func("/joining/a-week-off", test_a_week_off);
	g_test_add_func("/joining/left", test_left);
	return g_test_run();
}
