/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tries: free ones, delays that double, an end to every delay, bounded memory. */
#include "people/throttle.h"

static const ThrottleLimits ACCOUNT = {5, 1000, 900000, 86400000, 0};
static const ThrottleLimits ADDRESS = {10, 1000, 60000, 600000, 2000};

static void test_delays_double_up_to_a_limit(void)
{
	static const int64_t DELAYS_S[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900};
	g_autoptr(Throttle) throttle = throttle_new(&ACCOUNT);
	int64_t now = 1000000;
	int64_t wait;

	for (int i = 0; i < 5; i++)
		g_assert_true(throttle_try(throttle, "a", now, &wait));
	for (size_t i = 0; i < G_N_ELEMENTS(DELAYS_S); i++) {
		g_assert_false(throttle_try(throttle, "a", now, &wait));
		g_assert_cmpint(wait, ==, DELAYS_S[i] * 1000);
		now += wait - 1;
		g_assert_false(throttle_try(throttle, "a", now, &wait));
		g_assert_true(throttle_try(throttle, "a", ++now, &wait));
	}
	g_assert_true(throttle_try(throttle, "b", now, &wait));
}

static void test_a_right_one_forgives(void)
{
	g_autoptr(Throttle) throttle = throttle_new(&ACCOUNT);
	int64_t wait;

	for (int i = 0; i < 5; i++)
		g_assert_true(throttle_try(throttle, "a", 0, &wait));
	throttle_forgive(throttle, "a");
	for (int i = 0; i < 5; i++)
		g_assert_true(throttle_try(throttle, "a", 0, &wait));
	g_assert_false(throttle_try(throttle, "a", 0, &wait));
	throttle_take_back(throttle, "a");
	g_assert_true(throttle_try(throttle, "a", 0, &wait));
	g_assert_false(throttle_try(throttle, "a", 0, &wait));
	g_assert_true(throttle_try(throttle, "a", 86400000, &wait));
	g_assert_true(throttle_try(throttle, "a", 86400000, &wait));
}

static void test_an_address_leaks(void)
{
	g_autoptr(Throttle) throttle = throttle_new(&ADDRESS);
	int64_t now = 5000;
	int64_t wait;

	for (int i = 0; i < 1000; i++, now += 2000)
		g_assert_true(throttle_try(throttle, "school", now, &wait));
	now -= 2000;
	for (int i = 0; i < 9; i++)
		g_assert_true(throttle_try(throttle, "school", now, &wait));
	g_assert_false(throttle_try(throttle, "school", now, &wait));
	g_assert_cmpint(wait, ==, 1000);
}

static void test_memory_is_bounded(void)
{
	g_autoptr(Throttle) throttle = throttle_new(&ACCOUNT);
	int64_t wait;

	for (int i = 0; i < 5; i++)
		g_assert_true(throttle_try(throttle, "victim", 1000, &wait));
	for (int i = 0; i < THROTTLE_KEYS_MAX + 100; i++) {
		g_autofree char *key = g_strdup_printf("%d", i);

		g_assert_true(throttle_try(throttle, key, 2000, &wait));
	}
	g_assert_true(throttle_try(throttle, "victim", 2000, &wait));
}

static void test_a_household_is_one_address(void)
{
	static const char *const SAME[][2] = {
		{"2001:db8:1:2::1", "2001:db8:1:2:a:b:c:d"},
		{"2001:db8::1", "2001:db8::a:b:c:d"}, /* the zeros of the network are left out */
		{"fe80::1", "fe80::a:b:c:d"},
	};
	static const char *const ALONE[] = {"192.0.2.1", "::ffff:192.0.2.1", "unknown", "console"};

	for (size_t i = 0; i < G_N_ELEMENTS(SAME); i++) {
		g_autofree char *one = throttle_address(SAME[i][0]);
		g_autofree char *other = throttle_address(SAME[i][1]);

		g_assert_cmpstr(one, ==, other);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(ALONE); i++) {
		g_autofree char *key = throttle_address(ALONE[i]);

		g_assert_cmpstr(key, ==, ALONE[i]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/throttle/delays", test_delays_double_up_to_a_limit);
	g_test_add_func("/throttle/forgiven", test_a_right_one_forgives);
	g_test_add_func("/throttle/address", test_an_address_leaks);
	g_test_add_func("/throttle/household", test_a_household_is_one_address);
	g_test_add_func("/throttle/bounded", test_memory_is_bounded);
	return g_test_run();
}
