/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which copies a limit asks for: the oldest that may go, as many as are needed, or none in vain. */
#include "space/space.h"

/* The oldest first; the third was proven last, the fourth is the newest. */
static const SpaceCopy COPIES[] = {{300, true}, {50, true}, {200, false}, {10, false}};
#define USED 560

static int to_go(int64_t needed, int64_t most)
{
	return space_copies_to_go(COPIES, G_N_ELEMENTS(COPIES), USED, needed, most);
}

static void test_room(void)
{
	g_assert_cmpint(to_go(0, USED), ==, 0);
	g_assert_cmpint(to_go(40, USED + 40), ==, 0);
	g_assert_cmpint(space_copies_to_go(NULL, 0, 0, 100, 100), ==, 0);
}

static void test_oldest_first(void)
{
	g_assert_cmpint(to_go(0, USED - 1), ==, 1);
	g_assert_cmpint(to_go(0, USED - 300), ==, 1);
	g_assert_cmpint(to_go(1, USED - 300), ==, 2);
	g_assert_cmpint(to_go(0, USED - 350), ==, 2);
}

static void test_none_in_vain(void)
{
	g_assert_cmpint(to_go(0, USED - 351), ==, -1);
	g_assert_cmpint(to_go(1000, USED), ==, -1);
	g_assert_cmpint(space_copies_to_go(NULL, 0, 0, 101, 100), ==, -1);
}

static void test_what_stays_is_passed_over(void)
{
	static const SpaceCopy copies[] = {{200, false}, {30, true}, {10, false}};

	g_assert_cmpint(space_copies_to_go(copies, G_N_ELEMENTS(copies), 240, 0, 220), ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/space/limits/room", test_room);
	g_test_add_func("/space/limits/oldest-first", test_oldest_first);
	g_test_add_func("/space/limits/none-in-vain", test_none_in_vain);
	g_test_add_func("/space/limits/what-stays", test_what_stays_is_passed_over);
	return g_test_run();
}
