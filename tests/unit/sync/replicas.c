/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Random days of a school on three or four ends with bad lines, restarts, wrong clocks, restored
 * copies and erasures: in the end all hold the same, whatever happened. A day that fails says its
 * seed and is shrunk to a short list of steps. UROK_SYNC_SEED plays one day again, UROK_SYNC_RUNS
 * says how many are played, UROK_SYNC_FAULT plants a fault. */
#include "shrink.h"
#include "world.h"

#include <stdlib.h>
#include <unistd.h>

enum { RUNS = 12, STEPS = 250, SHORT = 100, TRIES = 1500, FEW_TRIES = 40 };

typedef struct {
	guint32 seed;
	const GArray *chances;
	bool tells;
} Day;

static void play(void *data)
{
	const Day *day = data;
	g_autoptr(World) world = world_new(day->seed, day->seed % 3 ? 2 : 3, false);

	for (guint i = 0; i < day->chances->len; i++) {
		world_step(world, g_array_index(day->chances, guint32, i));
		if (day->tells)
			g_printerr("#  %2u  %s\n", i + 1, world->story);
	}
	world_settle(world);
	world_check(world);
}

static bool day_holds(Day *day, Voice voice)
{
	g_autofree char *left = NULL;
	pid_t child;
	bool holds = play_apart(play, day, voice, &child);

	left = world_place(child);
	scratch_remove(left);
	return holds;
}

static bool holds_without_words(const GArray *chances, void *seed)
{
	Day day = {*(guint32 *)seed, chances, false};

	return day_holds(&day, QUIET);
}

static void play_day(guint32 seed)
{
	g_autoptr(GArray) chances = chances_of(seed, STEPS);
	g_autoptr(GArray) left = NULL;
	Day day = {seed, chances, false};

	g_test_message("seed %u", seed);
	if (day_holds(&day, LOUD))
		return;
	g_printerr("# Seed %u fails. What is needed of it:\n", seed);
	left = shrink(chances, TRIES, holds_without_words, &seed);
	day = (Day){seed, left, true};
	(void)day_holds(&day, LOUD);
	g_test_fail_printf("Seed %u fails: UROK_SYNC_SEED=%u plays it again", seed, seed);
}

static void test_days(void)
{
	unsigned seed = number_of("UROK_SYNC_SEED", 0);
	unsigned runs = number_of("UROK_SYNC_RUNS", RUNS);

	for (unsigned i = seed ? seed : 1; i <= (seed ? seed : runs); i++)
		play_day(i);
}

/* A fault that is planted in the world is found, and shrinks to the few steps that it needs. */
static void test_shrinks(void)
{
	bool found = false;

	g_setenv("UROK_SYNC_FAULT", "1", TRUE);
	for (guint32 seed = 113; seed < 140 && !found; seed++) {
		g_autoptr(GArray) chances = chances_of(seed, SHORT);
		g_autoptr(GArray) left = NULL;

		found = !holds_without_words(chances, &seed);
		if (!found)
			continue;
		left = shrink(chances, FEW_TRIES, holds_without_words, &seed);
		g_test_message("seed %u: %u steps of %d", seed, left->len, SHORT);
		g_assert_cmpuint(left->len, >, 0);
		g_assert_cmpuint(left->len, <=, SHORT / 2);
		g_assert_false(holds_without_words(left, &seed));
		g_unsetenv("UROK_SYNC_FAULT");
		g_assert_true(holds_without_words(left, &seed));
	}
	g_unsetenv("UROK_SYNC_FAULT");
	g_assert_true(found);
}

static void test_calm(void)
{
	g_autoptr(World) world = world_new(1, 3, false);
	const Id *teacher = &g_array_index(world->people, Id, 0);
	const Id *staff = &g_array_index(world->chats, Id, 1);

	world_settle(world);
	world_check(world);
	for (int end = 0; end < ENDS; end++)
		(void)world_say(world, end, teacher, staff, "отовсюду");
	world_settle(world);
	world_check(world);
	g_assert_cmpuint(world->messages->len, ==, ENDS);
}

static void test_restored(void)
{
	g_autoptr(World) world = world_new(2, 3, false);
	const Id *teacher = &g_array_index(world->people, Id, 0);
	const Id *staff = &g_array_index(world->chats, Id, 1);

	world_settle(world);
	for (int end = 0; end < ENDS; end++) {
		world_copy(world, end);
		(void)world_say(world, end, teacher, staff, "до");
		world_settle(world);
		world_restore(world, end);
		(void)world_say(world, end, teacher, staff, "после");
		world_settle(world);
		world_check(world);
	}
	g_assert_cmpuint(world->messages->len, ==, 2 * ENDS);
}

int main(int argc, char **argv)
{
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sync/calm", test_calm);
	g_test_add_func("/sync/restored", test_restored);
	g_test_add_func("/sync/days", test_days);
	g_test_add_func("/sync/shrinks", test_shrinks);
	return g_test_run();
}
