/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When the nightly check is due. */
#include "app/upkeep.h"

static int64_t wait_from(const char *now, int hour)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(now, NULL);
	g_autoptr(GDateTime) local = g_date_time_to_local(time);

	return upkeep_wait_s(local, hour);
}

static void test_it_waits_for_the_next_such_hour(void)
{
	g_assert_cmpint(wait_from("2026-11-26T02:59:59Z", 3), ==, 1);
	g_assert_cmpint(wait_from("2026-11-26T03:00:00Z", 3), ==, 24 * 3600);
	g_assert_cmpint(wait_from("2026-11-26T23:30:00Z", 0), ==, 1800);
	g_assert_cmpint(wait_from("2026-12-31T12:00:00Z", 3), ==, 15 * 3600);
}

int main(int argc, char **argv)
{
	g_setenv("TZ", "UTC", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/upkeep/hour", test_it_waits_for_the_next_such_hour);
	return g_test_run();
}
