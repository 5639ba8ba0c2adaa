/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Thousands of hours of a small school: one or two boxes and a cloud, whose lines lose, repeat and mix up;
 * clocks jump, programs are ended and killed in the middle of a turn, copies are restored, words are
 * erased, held back, refused. In the end all hold the same, and what is made anew from the log is that
 * too. An hour that fails says its seed and is shrunk. UROK_SYNC_SEED plays one again, UROK_SYNC_RUNS
 * says how many are played (odd seeds and even ones by tests of their own), UROK_SYNC_FAULT plants a fault. */
#include "shrink.h"
#include "small.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RUNS = 2000, STEPS = 60, TRIES = 600 };

static int roll(Small *self, int sides)
{
	return g_rand_int_range(self->dice, 0, sides);
}

static void tell(const Small *self, int place, const char *what)
{
	static const char *const NAMES[] = {"school", "building", "cloud"};

	if (self->tells)
		g_printerr("#  %s: %s\n", NAMES[place], what);
}

static const Id *any_word(Small *self)
{
	if (self->words->len < 3 || roll(self, 3) == 0) {
		Id word = id_new();

		g_array_append_val(self->words, word);
	}
	return &g_array_index(self->words, Id, roll(self, (int)self->words->len));
}

static void write_something(Small *self, int place)
{
	static const char *const KINDS[] = {"word.written", "word.written", "word.written", "word.held",
	                                    "word.held", "word.poison"};
	g_autofree char *text = g_strdup_printf("слово %d", roll(self, 1000));

	const char *kind = KINDS[roll(self, G_N_ELEMENTS(KINDS))];

	tell(self, place, kind);
	small_write(self, place, kind, any_word(self), text);
}

static void decide_something(Small *self, int place)
{
	switch (roll(self, 4)) {
	case 0:
		tell(self, place, "an erasure, at the school");
		small_erase(self, any_word(self));
		break;
	case 1:
		tell(self, place, "a mark");
		small_mark(self, place, roll(self, 2) ? "раз" : "два", roll(self, 1000));
		break;
	case 2:
		tell(self, place, "what may leave is another");
		small_allow(self, place, roll(self, 2));
		break;
	default:
		tell(self, place, "a decision of what stands aside");
		small_decide(self, place, roll(self, 2));
	}
}

/* Beside two boxes a cloud has to be told of it, and no box may be restored without a word beside a
 * cloud that was restored as well, nor be told after it once was not (docs/sync-protocol.md §10). */
static void restore_something(Small *self, int place)
{
	Place *at = &self->places[place];
	bool beside = self->boxes > 1;
	bool is_told = !at->is_untold &&
	               (roll(self, 2) || (beside && (place == CLOUD || self->is_cloud_restored)));

	if (!at->copy || (beside && place == CLOUD &&
	                  (self->places[SCHOOL].is_untold || self->places[BUILDING].is_untold)))
		return;
	at->is_untold = !is_told;
	self->is_cloud_restored |= place == CLOUD;
	tell(self, place, is_told ? "restored, and told so" : "restored");
	small_restore(self, place, is_told);
}

static void misfortune(Small *self, int place)
{
	switch (roll(self, 7)) {
	case 0:
		tell(self, place, "restarted");
		small_restart(self, place);
		break;
	case 1:
		tell(self, place, "killed in a turn");
		small_crash(self, place, any_word(self));
		break;
	case 2:
		tell(self, place, "copied");
		small_copy(self, place);
		break;
	case 3:
		restore_something(self, place);
		break;
	case 4:
		tell(self, place, "its clock is set");
		self->places[place].skew_ms = 1000 * (roll(self, 5) ? roll(self, 240) - 120 : roll(self, 7200) - 3600);
		break;
	case 5:
		tell(self, place, "time goes on");
		small_pass(self, 1000 * roll(self, 40));
		break;
	default:
		tell(self, place, "cut");
		if (place != CLOUD)
			small_cut(self, place);
	}
}

static void step(Small *self, guint32 chance)
{
	int place;

	g_rand_set_seed(self->dice, chance);
	place = roll(self, ENDS);
	if (place == BUILDING && self->boxes == 1)
		place = SCHOOL;
	small_pass(self, roll(self, 3000));
	switch (roll(self, 16)) {
	case 0:
	case 1:
		misfortune(self, place);
		break;
	case 2:
	case 3:
	case 4:
		write_something(self, place);
		break;
	case 5:
		decide_something(self, place);
		break;
	case 6:
		tell(self, place, "connected");
		if (place != CLOUD)
			small_connect(self, place);
		break;
	case 7:
	case 8:
		tell(self, place, "all send");
		small_pump(self);
		break;
	case 9:
		tell(self, place, "commits");
		small_commit(self, place);
		break;
	default: {
		Line *line = &self->lines[roll(self, 2 * CLOUD)];

		tell(self, line->from, "its line moves");
		line_misbehave(line, self->places[line->to].peers[line->from], self->dice, self->now_ms);
	}
	}
	while (g_main_context_iteration(NULL, FALSE))
		continue;
}

/* --- Played by the hundred in a process of its own, which says where it is --- */

typedef struct {
	guint32 seed;
	guint32 end;
	const GArray *chances; /* of the one seed; NULL: all of each */
	bool tells;
	guint32 *at; /* shared with who waits */
} Hours;

static void play_one(guint32 seed, const GArray *chances, bool tells)
{
	g_autoptr(Small) small = small_new(seed, seed % 3 ? 2 : 1);

	small->tells = tells;
	for (int box = SCHOOL; box < small->boxes; box++)
		small_connect(small, box);
	for (guint i = 0; i < chances->len; i++)
		step(small, g_array_index(chances, guint32, i));
	small_settle(small);
	if (g_getenv("UROK_SYNC_FAULT") && small->erased > 0)
		small_mark(small, SCHOOL, "три", 1); /* of which nobody else hears */
	small_check(small);
}

static void play(void *data)
{
	const Hours *hours = data;

	for (guint32 seed = hours->seed; seed < hours->end; seed += 2) {
		g_autoptr(GArray) all = chances_of(seed, STEPS);

		*hours->at = seed;
		play_one(seed, hours->chances ? hours->chances : all, hours->tells);
	}
}

static bool play_hours(Hours *hours, Voice voice)
{
	g_autofree char *left = NULL;
	pid_t child;
	bool good = play_apart(play, hours, voice, &child);

	left = small_place(child);
	scratch_remove(left);
	return good;
}

static bool holds(const GArray *chances, void *data)
{
	Hours one = *(Hours *)data;

	one.chances = chances;
	one.end = one.seed + 1;
	return play_hours(&one, QUIET);
}

/* The first seed that fails; `end`: none does. */
static guint32 find_failing(Hours *hours, Voice voice)
{
	return play_hours(hours, voice) ? hours->end : *hours->at;
}

static guint32 *shared_place(void)
{
	void *place = mmap(NULL, sizeof(guint32), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	g_assert_true(place != MAP_FAILED);
	return place;
}

static void test_hours(const void *first) /* seed: 1 or 2 */
{
	guint32 seed = number_of("UROK_SYNC_SEED", 0);
	guint32 runs = number_of("UROK_SYNC_RUNS", RUNS);
	Hours hours = {GPOINTER_TO_UINT(first), runs + 1, NULL, false, shared_place()};
	guint32 failed;

	if (seed)
		hours = (Hours){seed, seed % 2 == hours.seed % 2 ? seed + 1 : seed, NULL, false, hours.at};
	failed = find_failing(&hours, LOUD);

	if (failed < hours.end) {
		g_autoptr(GArray) chances = chances_of(failed, STEPS);
		g_autoptr(GArray) left = NULL;

		hours.seed = failed;
		g_printerr("# Seed %u fails. What is needed of it:\n", failed);
		left = shrink(chances, TRIES, holds, &hours);
		hours = (Hours){failed, failed + 1, left, true, hours.at};
		(void)play_hours(&hours, LOUD);
		g_test_fail_printf("Seed %u fails, by %u of its %d steps: UROK_SYNC_SEED=%u plays it again",
		                   failed, left->len, STEPS, failed);
	}
	munmap(hours.at, sizeof *hours.at);
}

/* A fault that is planted is found, and shrinks to the step that it needs. */
static void test_shrinks(void)
{
	Hours hours = {1, 60, NULL, false, shared_place()};
	g_autoptr(GArray) chances = NULL;
	g_autoptr(GArray) left = NULL;

	g_setenv("UROK_SYNC_FAULT", "1", TRUE);
	hours.seed = find_failing(&hours, QUIET);
	g_assert_cmpuint(hours.seed, <, hours.end);
	chances = chances_of(hours.seed, STEPS);
	left = shrink(chances, TRIES, holds, &hours);
	g_assert_cmpuint(left->len, ==, 1);
	g_unsetenv("UROK_SYNC_FAULT");
	g_assert_true(holds(left, &hours));
	munmap(hours.at, sizeof *hours.at);
}

int main(int argc, char **argv)
{
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_data_func("/sync/hours/odd", GUINT_TO_POINTER(1), test_hours);
	g_test_add_data_func("/sync/hours/even", GUINT_TO_POINTER(2), test_hours);
	g_test_add_func("/sync/hours/shrink", test_shrinks);
	return g_test_run();
}
