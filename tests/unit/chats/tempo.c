/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How fast one person may write. */
#include "chats/tempo.h"

#define SECOND_US G_USEC_PER_SEC

static unsigned take_all(Tempo *tempo, const char *person, int64_t now_us, int64_t *ret_wait_us)
{
	unsigned taken = 0;

	while (tempo_take(tempo, person, now_us, ret_wait_us))
		taken++;
	return taken;
}

static void test_a_minutes_messages_at_once_then_one_by_one(void)
{
	g_autoptr(Tempo) tempo = tempo_new(120);
	int64_t wait_us = 0;

	g_assert_cmpuint(take_all(tempo, "sonya", 5 * SECOND_US, &wait_us), ==, 120);
	g_assert_cmpint(wait_us, ==, SECOND_US / 2);
	g_assert_cmpuint(take_all(tempo, "sonya", 5 * SECOND_US + wait_us - 1, &wait_us), ==, 0);
	g_assert_cmpint(wait_us, ==, 1);
	g_assert_cmpuint(take_all(tempo, "sonya", 6 * SECOND_US, &wait_us), ==, 2);
	g_assert_cmpuint(take_all(tempo, "dima", 6 * SECOND_US, &wait_us), ==, 120);
	g_assert_cmpuint(take_all(tempo, "sonya", 600 * SECOND_US, &wait_us), ==, 120);
}

static void test_who_wrote_long_ago_is_forgotten(void)
{
	g_autoptr(Tempo) tempo = tempo_new(60);
	int64_t wait_us;

	for (int i = 0; i < 100000; i++) {
		g_autofree char *person = g_strdup_printf("person-%d", i);

		g_assert_true(tempo_take(tempo, person, i * (int64_t)(SECOND_US / 10), &wait_us));
		g_assert_cmpuint(tempo_count(tempo), <=, TEMPO_CLEAN_AT);
	}
}

/* As many as write at once are remembered: forgetting one would be a way past the limit. */
static void test_nobody_who_writes_now_is_forgotten(void)
{
	g_autoptr(Tempo) tempo = tempo_new(2);
	int64_t wait_us;

	for (int i = 0; i < 2 * 3000; i++) {
		g_autofree char *person = g_strdup_printf("person-%d", i % 3000);

		g_assert_true(tempo_take(tempo, person, SECOND_US, &wait_us));
	}
	g_assert_cmpuint(tempo_count(tempo), ==, 3000);
	g_assert_false(tempo_take(tempo, "person-0", SECOND_US, &wait_us));
}

static void test_no_limit(void)
{
	g_autoptr(Tempo) tempo = tempo_new(0);
	int64_t wait_us;

	for (int i = 0; i < 10000; i++)
		g_assert_true(tempo_take(tempo, "sonya", SECOND_US, &wait_us));
	g_assert_cmpuint(tempo_count(tempo), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tempo/minute", test_a_minutes_messages_at_once_then_one_by_one);
	g_test_add_func("/tempo/forgotten", test_who_wrote_long_ago_is_forgotten);
	g_test_add_func("/tempo/remembered", test_nobody_who_writes_now_is_forgotten);
	g_test_add_func("/tempo/none", test_no_limit);
	return g_test_run();
}
