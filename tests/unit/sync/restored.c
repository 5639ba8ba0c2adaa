/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A cloud that was restored: told so, it begins a new epoch, of which no place is ever written again,
 * however many boxes have how much of the lost one. Not told, it puts its events behind those that it
 * lost; who makes its rows anew may do that elsewhere. */
#include "small-room.h"

#include <unistd.h>

enum { ROUNDS = 40 };

static void write_at(Small *small, int place, const char *text)
{
	Id word = id_new();

	small_write(small, place, "word.written", &word, text);
	small_commit(small, place);
}

/* All that the boxes that are connected and the cloud have to say to each other. */
static void talk(Small *small)
{
	for (int round = 0; round < ROUNDS; round++) {
		small_pump(small);
		for (int i = 0; i < 2 * CLOUD; i++) {
			Line *line = &small->lines[i];

			while (line_deliver(line, small->places[line->to].peers[line->from], small->now_ms))
				continue;
		}
		for (int place = 0; place < ENDS; place++)
			small_commit(small, place);
		while (g_main_context_iteration(NULL, FALSE))
			continue;
	}
}

static void talk_with(Small *small, int box)
{
	small_cut(small, box == SCHOOL ? BUILDING : SCHOOL);
	small_connect(small, box);
	talk(small);
}

/* How much of the lost day each box has is in the hands of its line. */
static void play_told(int first)
{
	g_autoptr(Small) small = small_new(1, 2);
	int second = first == SCHOOL ? BUILDING : SCHOOL;

	small_connect(small, SCHOOL);
	small_connect(small, BUILDING);
	write_at(small, CLOUD, "до копии");
	talk(small);
	small_copy(small, CLOUD);
	write_at(small, CLOUD, "пропало у облака");
	talk(small);
	small_cut(small, first);
	write_at(small, CLOUD, "есть у одного");
	talk_with(small, second);

	small_restore(small, CLOUD, true);
	write_at(small, CLOUD, "после копии");
	talk_with(small, first);
	write_at(small, CLOUD, "и дальше");
	talk_with(small, first);
	talk_with(small, second);
	small_settle(small);
	small_check(small);
}

static void test_told(void)
{
	play_told(SCHOOL);
	play_told(BUILDING);
}

/* Told again, by a copy of before and by one of after the first time. */
static void test_told_twice(void)
{
	g_autoptr(Small) small = small_new(2, 2);

	small_connect(small, SCHOOL);
	small_connect(small, BUILDING);
	small_copy(small, CLOUD);
	for (int time = 0; time < 4; time++) {
		write_at(small, CLOUD, "пропало у облака");
		talk_with(small, time % 2 ? SCHOOL : BUILDING);
		small_restore(small, CLOUD, true);
		write_at(small, CLOUD, "после копии");
		talk_with(small, time % 2 ? BUILDING : SCHOOL);
		if (time == 1)
			small_copy(small, CLOUD);
	}
	small_settle(small);
	small_check(small);
}

/* --- Not told --- */

static bool on_rows_old(void *data, int64_t events)
{
	unsigned *asked = data;

	g_assert_cmpint(events, >, 0);
	++*asked;
	return true; /* small_check() makes them */
}

static unsigned play_untold(bool writes)
{
	g_autoptr(Small) small = small_new(3, 1);
	unsigned asked = 0;

	small_connect(small, SCHOOL);
	talk(small);
	small_copy(small, CLOUD);
	write_at(small, CLOUD, "пропало у облака");
	talk(small);
	small_restore(small, CLOUD, false);
	sync_on_rows_old(small->places[CLOUD].sync, on_rows_old, &asked);
	if (writes)
		write_at(small, CLOUD, "после копии");
	small_settle(small);
	small_check(small);
	return asked;
}

static void test_rows_are_made_elsewhere(void)
{
	g_assert_cmpuint(play_untold(true), ==, 1);
}

static void test_rows_are_as_they_were(void)
{
	g_assert_cmpuint(play_untold(false), ==, 0);
}

int main(int argc, char **argv)
{
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sync/restored-cloud/told", test_told);
	g_test_add_func("/sync/restored-cloud/told-twice", test_told_twice);
	g_test_add_func("/sync/restored-cloud/rows-elsewhere", test_rows_are_made_elsewhere);
	g_test_add_func("/sync/restored-cloud/rows-untouched", test_rows_are_as_they_were);
	return g_test_run();
}
