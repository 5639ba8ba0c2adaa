/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Random days of a school on three ends with bad lines, restarts, wrong clocks, restored copies and
 * erasures: in the end all hold the same, whatever happened. UROK_SYNC_SEED plays one day again,
 * UROK_SYNC_RUNS says how many are played. */
#include "world.h"

#include <stdlib.h>
#include <unistd.h>

enum { RUNS = 12, STEPS = 250 };

static unsigned number_of(const char *name, unsigned otherwise)
{
	const char *text = g_getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void play(guint32 seed)
{
	g_autoptr(World) world = world_new(seed, false);

	for (int i = 0; i < STEPS; i++)
		world_step(world);
	world_settle(world);
	world_check(world);
}

static void test_days(void)
{
	unsigned seed = number_of("UROK_SYNC_SEED", 0);
	unsigned runs = number_of("UROK_SYNC_RUNS", RUNS);

	if (seed) {
		play(seed);
		return;
	}
	for (unsigned i = 1; i <= runs; i++) {
		g_test_message("seed %u", i);
		play(i);
	}
}

static void test_calm(void)
{
	g_autoptr(World) world = world_new(1, false);
	const Id *teacher = &g_array_index(world->people, Id, 0);
	const Id *staff = &g_array_index(world->chats, Id, 1);

	world_settle(world);
	world_check(world);
	(void)world_say(world, CLOUD, teacher, staff, "из облака");
	(void)world_say(world, BUILDING, teacher, staff, "из корпуса");
	world_settle(world);
	world_check(world);
	g_assert_cmpuint(world->messages->len, ==, 2);
}

static void test_restored(void)
{
	g_autoptr(World) world = world_new(2, false);
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
	g_assert_cmpuint(world->messages->len, ==, 6);
}

int main(int argc, char **argv)
{
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sync/calm", test_calm);
	g_test_add_func("/sync/restored", test_restored);
	g_test_add_func("/sync/days", test_days);
	return g_test_run();
}
