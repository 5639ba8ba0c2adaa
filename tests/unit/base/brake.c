/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A brake: the first at once, of many one more, the last never lost. */
#include "base/brake.h"

static void count(void *data)
{
	(*(guint *)data)++;
}

static void wait_for(const guint *told, guint number)
{
	while (*told < number)
		g_main_context_iteration(NULL, TRUE);
}

static void test_many_are_two(void)
{
	guint told = 0;
	g_autoptr(Brake) brake = brake_new(20, count, &told);

	brake_push(brake);
	g_assert_cmpuint(told, ==, 1);
	for (int i = 0; i < 1000; i++)
		brake_push(brake);
	g_assert_cmpuint(told, ==, 1);
	wait_for(&told, 2);
	/* The pause after the second one ends in silence. */
	g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(told, ==, 2);
	brake_push(brake);
	g_assert_cmpuint(told, ==, 3);
}

static void test_the_last_one_is_told(void)
{
	guint told = 0;
	g_autoptr(Brake) brake = brake_new(5, count, &told);

	for (guint number = 1; number < 20; number++) {
		brake_push(brake);
		brake_push(brake);
		wait_for(&told, number + 1);
	}
}

typedef struct {
	Brake *brake;
	guint told;
} Again;

static void push_once_more(void *data)
{
	Again *again = data;

	if (again->told++ < 2)
		brake_push(again->brake);
}

static void test_what_is_told_may_happen_again(void)
{
	Again again = {0};

	again.brake = brake_new(5, push_once_more, &again);
	brake_push(again.brake);
	g_assert_cmpuint(again.told, ==, 1);
	wait_for(&again.told, 3);
	brake_free(again.brake);
}

static void test_nothing_is_told_after_its_end(void)
{
	guint told = 0;
	Brake *brake = brake_new(1, count, &told);

	brake_push(brake);
	brake_push(brake);
	brake_free(brake);
	g_assert_false(g_main_context_pending(NULL));
	g_assert_cmpuint(told, ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/brake/many", test_many_are_two);
	g_test_add_func("/brake/last", test_the_last_one_is_told);
	g_test_add_func("/brake/again", test_what_is_told_may_happen_again);
	g_test_add_func("/brake/end", test_nothing_is_told_after_its_end);
	return g_test_run();
}
