/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cameras' clocks that were made up: when their pictures are said to have been taken. */
#include "pace.h"

#define MS	   G_GINT64_CONSTANT(1000000)
#define SECOND	   (1000 * MS)
#define CLOCK_RATE 90000
#define PICTURE	   3600 /* 25 a second */
#define BEGIN	   (1000 * SECOND)

/* The picture `number` of 25 a second; it comes when its time is, and `late_ns` later. */
static gint64 picture(Pace *pace, unsigned number, gint64 late_ns)
{
	return pace_packet(pace, 4000000000u + number * PICTURE, true,
			   BEGIN + number * 40 * MS + late_ns) -
	       BEGIN;
}

/* From one picture to the one before the other; each stands for 40 ms, give or take. */
static void steady(Pace *pace, unsigned from, unsigned to, gint64 late_ns, gint64 tolerance_ns)
{
	gint64 before = picture(pace, from, late_ns);

	for (unsigned i = from + 1; i < to; i++) {
		gint64 time = picture(pace, i, late_ns);

		g_assert_cmpint(ABS(time - before - 40 * MS), <=, tolerance_ns);
		before = time;
	}
}

static void test_regular(void)
{
	g_autoptr(Pace) pace = pace_new(CLOCK_RATE);

	/* The stamps begin anew at 2^32 meanwhile. */
	for (unsigned i = 0; i < 100000; i++)
		g_assert_cmpint(picture(pace, i, 0), ==, i * 40 * MS);
	g_assert_false(pace_is_odd(pace));
}

static void test_packets_of_a_picture(void)
{
	g_autoptr(Pace) pace = pace_new(CLOCK_RATE);
	gint64 first = pace_packet(pace, 0, false, BEGIN);

	g_assert_cmpint(pace_packet(pace, 0, false, BEGIN + MS), ==, first);
	g_assert_cmpint(pace_packet(pace, 0, true, BEGIN + 2 * MS), ==, first);
	g_assert_cmpint(pace_packet(pace, PICTURE, false, BEGIN + 40 * MS), ==, first + 40 * MS);
}

static void test_late_is_not_taken_late(void)
{
	g_autoptr(Pace) pace = pace_new(CLOCK_RATE);

	steady(pace, 0, 250, 0, 0);
	/* Nothing for five seconds, then all at once. */
	for (unsigned i = 250; i < 375; i++)
		g_assert_cmpint(picture(pace, i, (gint64)(375 - i) * 40 * MS), ==, i * 40 * MS);
	steady(pace, 375, 500, 0, 0);
	g_assert_false(pace_is_odd(pace));
}

/* Longer than is believed: taken anew, and what was kept meanwhile makes no camera odd. */
static void test_very_late_is_not_odd(void)
{
	g_autoptr(Pace) pace = pace_new(CLOCK_RATE);

	steady(pace, 0, 250, 0, 0);
	for (unsigned i = 250; i < 550; i++)
		picture(pace, i, (gint64)(550 - i) * 40 * MS);
	g_assert_false(pace_is_odd(pace));
}

static void test_pause_is_one(void)
{
	g_autoptr(Pace) pace = pace_new(CLOCK_RATE);

	steady(pace, 0, 100, 0, 0);
	g_assert_cmpint(picture(pace, 200, 0), ==, 200 * 40 * MS);
}

static void test_first_pictures_were_kept(void)
{
	g_autoptr(Pace) pace = pace_new(CLOCK_RATE);
	gint64 before = 0;

	/* 20 pictures that were taken before come with the first one. */
	for (unsigned i = 0; i < 20; i++)
		picture(pace, i, (gint64)(20 - i) * 40 * MS);
	for (unsigned i = 20; i < 200; i++) {
		gint64 time = picture(pace, i, 0);

		g_assert_true(i == 20 || (time - before >= 31 * MS && time - before <= 40 * MS));
		before = time;
	}
	g_assert_cmpint(ABS(before - 199 * 40 * MS), <, 250 * MS);
}

/* Four seconds of them: more than a time may lie ahead. They run by, in order, and that is all. */
static void test_many_first_pictures_were_kept(void)
{
	g_autoptr(Pace) pace = pace_new(CLOCK_RATE);
	gint64 before = -1;

	for (unsigned i = 0; i < 400; i++) {
		gint64 now = MAX(0, (int)i - 100) * 40 * MS;
		gint64 time = pace_packet(pace, i * PICTURE, true, BEGIN + now) - BEGIN;

		g_assert_cmpint(time, >, before);
		g_assert_cmpint(time, <=, now + 1200 * MS);
		before = time;
	}
	g_assert_false(pace_is_odd(pace));
}

/* Whatever a camera says, its pictures are of about now. */
static void test_hostile(void)
{
	static const guint32 STEPS[] = {0x7fffffff, 0x80000000, 1, 81000, 0xffff0000, 0x40000000};
	static const unsigned RATES[] = {0, 1, 8000, 90000, 999999};

	for (unsigned i = 0; i < G_N_ELEMENTS(STEPS) * G_N_ELEMENTS(RATES); i++) {
		g_autoptr(Pace) pace = pace_new(RATES[i / G_N_ELEMENTS(STEPS)]);
		guint32 stamp = 0;

		for (unsigned n = 0; n < 1000; n++, stamp += STEPS[i % G_N_ELEMENTS(STEPS)]) {
			gint64 now = BEGIN + n * 40 * MS;

			g_assert_cmpint(ABS(pace_packet(pace, stamp, true, now) - now), <,
					11 * SECOND);
			pace_lead(pace, n % 2 ? G_MAXINT64 / 4 - n
					      : now + (n % 4 ? 900 : -900) * MS);
		}
	}
}

static void test_clock_that_runs_fast(void)
{
	g_autoptr(Pace) pace = pace_new(CLOCK_RATE);

	/* A tenth of a percent: a stamp of 3603.6 for 3600. Four minutes. */
	for (unsigned i = 0; i < 6000; i++) {
		gint64 now = i * 40 * MS;
		gint64 time = pace_packet(pace, (guint32)((guint64)i * 36036 / 10), true,
					  BEGIN + now) - BEGIN;

		g_assert_cmpint(ABS(time - now), <, 20 * MS);
	}
}

static void test_clock_that_jumps(void)
{
	static const gint64 JUMPS_S[] = {5, -5, 3600, -3600, 40000, -2};

	for (unsigned i = 0; i < G_N_ELEMENTS(JUMPS_S); i++) {
		g_autoptr(Pace) pace = pace_new(CLOCK_RATE);
		guint32 stamp = 12345;
		gint64 before = 0;

		for (unsigned n = 0; n < 500; n++, stamp += PICTURE) {
			gint64 time;

			if (n > 0 && n % 100 == 0)
				stamp += (guint32)(JUMPS_S[i] * CLOCK_RATE);
			time = pace_packet(pace, stamp, true, BEGIN + n * 40 * MS) - BEGIN;
			g_assert_true(n == 0 || time - before == 40 * MS);
			before = time;
		}
		g_assert_false(pace_is_odd(pace));
	}
}

static void test_reordered(void)
{
	static const int ORDER[] = {4, -2, 1}; /* P B B, in pictures */
	g_autoptr(Pace) pace = pace_new(CLOCK_RATE);
	guint32 stamp = 0;
	gint64 shown = 0;

	pace_packet(pace, stamp, true, BEGIN);
	for (unsigned n = 0; n < 300; n++) {
		int step = ORDER[n % G_N_ELEMENTS(ORDER)];

		stamp += (guint32)(step * PICTURE);
		shown += step;
		g_assert_cmpint(ABS(pace_packet(pace, stamp, true,
						BEGIN + (n + 4) * 40 * MS) -
				    BEGIN - shown * 40 * MS),
				<, 130 * MS);
	}
	g_assert_false(pace_is_odd(pace));
}

/* Stamps without sense: time goes on as pictures come, whatever they are. */
static void test_no_sense(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(17);

	for (unsigned kind = 0; kind < 3; kind++) {
		g_autoptr(Pace) pace = pace_new(CLOCK_RATE);
		gint64 before = -1;

		for (unsigned n = 0; n < 400; n++) {
			const guint32 stamps[] = {77, g_rand_int(rand), -n * PICTURE};
			guint32 stamp = stamps[kind];
			gint64 now = n * 40 * MS;
			gint64 time = pace_packet(pace, stamp, true, BEGIN + now) - BEGIN;

			g_assert_cmpint(ABS(time - now), <, 2 * SECOND);
			g_assert_true(n < 40 || time > before);
			before = time;
		}
		g_assert_true(pace_is_odd(pace));
	}
}

static void test_led(void)
{
	g_autoptr(Pace) pace = pace_new(8000);
	gint64 time = 0;

	for (unsigned i = 0; i < 100; i++)
		time = pace_packet(pace, i * 160, true, BEGIN + i * 20 * MS);
	pace_lead(pace, BEGIN - 300 * MS);
	g_assert_cmpint(pace_packet(pace, 100 * 160, true, BEGIN + 2 * SECOND), ==,
			time + 20 * MS - 300 * MS);
	/* What is told is bounded like what is measured. */
	pace_lead(pace, BEGIN + 3600 * SECOND);
	g_assert_cmpint(pace_packet(pace, 101 * 160, true, BEGIN + 2020 * MS), <=,
			BEGIN + 2020 * MS);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pace/regular", test_regular);
	g_test_add_func("/pace/packets-of-a-picture", test_packets_of_a_picture);
	g_test_add_func("/pace/late-is-not-taken-late", test_late_is_not_taken_late);
	g_test_add_func("/pace/very-late-is-not-odd", test_very_late_is_not_odd);
	g_test_add_func("/pace/pause-is-one", test_pause_is_one);
	g_test_add_func("/pace/first-pictures-were-kept", test_first_pictures_were_kept);
	g_test_add_func("/pace/many-first-pictures-were-kept", test_many_first_pictures_were_kept);
	g_test_add_func("/pace/hostile", test_hostile);
	g_test_add_func("/pace/clock-that-runs-fast", test_clock_that_runs_fast);
	g_test_add_func("/pace/clock-that-jumps", test_clock_that_jumps);
	g_test_add_func("/pace/reordered", test_reordered);
	g_test_add_func("/pace/no-sense", test_no_sense);
	g_test_add_func("/pace/led", test_led);
	return g_test_run();
}
