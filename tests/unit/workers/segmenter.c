/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where parts and segments are cut: pictures of made-up cameras, and the rules of low-latency HLS
 * over all that is told (draft-pantos-hls-rfc8216bis §4.4.4.9). */
#include "segmenter.h"
#include "mp4.h"
#include "samples.h"

#include <string.h>

#define SECOND G_GINT64_CONSTANT(1000000000)

typedef struct {
	char *path;
	Folder *folder;
	Window *window;
	Segmenter *segmenter;
	GArray *parts;	  /* of WirePart */
	GArray *segments; /* of WireSegment */
	GPtrArray *notes;
	unsigned failures;
	unsigned recoveries;
	GBytes *avcc;
	GBytes *asc;
	gint64 begin_ns; /* CLOCK_BOOTTIME of the test's time 0 */
} Fixture;

static void on_part(void *data, const WirePart *part)
{
	g_array_append_vals(((Fixture *)data)->parts, part, 1);
}

static void on_segment(void *data, const WireSegment *segment)
{
	g_array_append_vals(((Fixture *)data)->segments, segment, 1);
}

static void on_write(void *data, const GError *error)
{
	Fixture *fixture = data;

	if (error)
		fixture->failures++;
	else
		fixture->recoveries++;
}

static void on_note(void *data, const char *note)
{
	g_ptr_array_add(((Fixture *)data)->notes, g_strdup(note));
}

static void use_options(Fixture *fixture, unsigned part_ms, unsigned segment_ms)
{
	const SegmenterListener listener = {on_write, on_note};
	const SegmenterOptions options = {part_ms, segment_ms};

	segmenter_free(fixture->segmenter);
	fixture->segmenter = segmenter_new(fixture->window, &options, &listener, fixture);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
	const WindowListener window = {on_part, on_segment};

	fixture->path = g_dir_make_tmp("segmenter-XXXXXX", NULL);
	fixture->folder = folder_open(fixture->path, NULL);
	fixture->parts = g_array_new(FALSE, FALSE, sizeof(WirePart));
	fixture->segments = g_array_new(FALSE, FALSE, sizeof(WireSegment));
	fixture->notes = g_ptr_array_new_with_free_func(g_free);
	fixture->avcc = g_bytes_new_static(AVCC_SMALL, sizeof AVCC_SMALL);
	fixture->asc = g_bytes_new_static(ASC_48000_MONO, sizeof ASC_48000_MONO);
	fixture->window = window_new(fixture->folder, &window, fixture);
	window_begin(fixture->window, "one");
	fixture->begin_ns = window_epoch_ns(fixture->window);
	use_options(fixture, 400, 2000);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	segmenter_free(fixture->segmenter);
	window_free(fixture->window);
	folder_sweep(fixture->folder, NULL, NULL);
	folder_discard(fixture->folder);
	folder_free(fixture->folder);
	g_array_unref(fixture->parts);
	g_array_unref(fixture->segments);
	g_ptr_array_unref(fixture->notes);
	g_bytes_unref(fixture->avcc);
	g_bytes_unref(fixture->asc);
	g_free(fixture->path);
}

/* A picture of the camera's time `at_ns` that comes at `now_ns` of the test's time. */
static void picture_at(Fixture *fixture, gint64 at_ns, gint64 now_ns, bool key)
{
	g_autoptr(GBytes) data = g_bytes_new_static("picture", 7);
	const Unit unit = {
		.kind = UNIT_VIDEO,
		.data = data,
		.header = fixture->avcc,
		.pts_ns = fixture->begin_ns + at_ns,
		.dts_ns = fixture->begin_ns + at_ns,
		.arrived_ns = fixture->begin_ns + now_ns,
		.key = key,
	};

	segmenter_add(fixture->segmenter, &unit);
}

static void picture(Fixture *fixture, gint64 at_ns, bool key)
{
	picture_at(fixture, at_ns, at_ns, key);
}

static void sound(Fixture *fixture, gint64 at_ns)
{
	g_autoptr(GBytes) data = g_bytes_new_static("sound", 5);
	const Unit unit = {
		.kind = UNIT_AUDIO,
		.data = data,
		.header = fixture->asc,
		.pts_ns = fixture->begin_ns + at_ns,
		.dts_ns = fixture->begin_ns + at_ns,
		.arrived_ns = fixture->begin_ns + at_ns,
		.key = true,
	};

	segmenter_add(fixture->segmenter, &unit);
}

/* Pictures from `begin` on, a key frame every `gop` of them; gives where the next one would be. */
static gint64 run(Fixture *fixture, gint64 begin_ns, gint64 step_ns, unsigned count, unsigned gop)
{
	for (unsigned i = 0; i < count; i++)
		picture(fixture, begin_ns + i * step_ns, i % gop == 0);
	return begin_ns + count * step_ns;
}

static const WirePart *part(Fixture *fixture, unsigned index)
{
	g_assert_cmpuint(index, <, fixture->parts->len);
	return &g_array_index(fixture->parts, WirePart, index);
}

static gint64 end_us(const WirePart *one)
{
	return one->start_us + one->duration_us;
}

/* Every part as long as the rules want; numbers in order; its boxes as told. `short_allowed`: the
 * frame rate does not allow 85 %. */
static void check_rules(Fixture *fixture, bool short_allowed)
{
	unsigned target = window_state(fixture->window)->part_target_us;

	g_assert_cmpuint(target, >, 0);
	for (unsigned i = 0; i < fixture->parts->len; i++) {
		const WirePart *one = part(fixture, i);
		const WirePart *next = i + 1 < fixture->parts->len ? part(fixture, i + 1) : NULL;

		g_assert_cmpuint(one->duration_us, <=, target);
		g_assert_cmpuint(one->index, <, WIRE_PARTS_MAX);
		if (!next)
			continue;
		if (next->msn == one->msn) {
			g_assert_cmpuint(next->index, ==, one->index + 1);
			if (!short_allowed)
				g_assert_cmpuint(one->duration_us * 100, >=, target * 85);
		} else {
			g_assert_cmpuint(next->msn, ==, one->msn + 1);
			g_assert_cmpuint(next->index, ==, 0);
		}
		g_assert_cmpint(next->start_us, >=, end_us(one) - 1);
	}
	for (unsigned i = 0; i < fixture->segments->len; i++)
		g_assert_cmpuint(g_array_index(fixture->segments, WireSegment, i).duration_us, <=,
				 TARGET_DURATION_S * 1000 * 1000);
}

static Mp4Part boxes(Fixture *fixture, guint64 msn, unsigned index)
{
	g_autofree char *name = g_strdup_printf("part_%" G_GUINT64_FORMAT "_%u.m4s", msn, index);
	g_autoptr(GBytes) bytes = folder_read(fixture->folder, name, 1024 * 1024, NULL);

	g_assert_nonnull(bytes);
	return mp4_read_part(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), NULL);
}

static Mp4Init init(Fixture *fixture, unsigned generation)
{
	g_autofree char *name = g_strdup_printf("init_%u.mp4", generation);
	g_autoptr(GBytes) bytes = folder_read(fixture->folder, name, 1024 * 1024, NULL);

	g_assert_nonnull(bytes);
	return mp4_read_init(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

/* --- Cutting --- */

static void test_steady(Fixture *fixture, gconstpointer data)
{
	segmenter_begin(fixture->segmenter, false);
	run(fixture, 0, SECOND / 25, 251, 25);
	check_rules(fixture, false);
	g_assert_cmpuint(window_state(fixture->window)->part_target_us, ==, 410000);
	g_assert_cmpuint(part(fixture, 0)->duration_us, ==, 400000);
	g_assert_cmpuint(part(fixture, 5)->msn, ==, 1);
	g_assert_true(part(fixture, 5)->independent);
	g_assert_cmpuint(fixture->segments->len, ==, 5);
	g_assert_cmpuint(fixture->notes->len, ==, 0);
	g_assert_cmpuint(init(fixture, 1).tracks, ==, 1);
	g_assert_cmpuint(boxes(fixture, 0, 0).run[0].samples, ==, 10);
	g_assert_true(boxes(fixture, 1, 0).run[0].first_is_key);
	g_assert_cmpuint(segmenter_frame_rate_milli(fixture->segmenter), ==, 25000);
}

typedef struct {
	const char *name;
	gint64 step_ns;
	unsigned gop;
} Pace;

static const Pace PACES[] = {
	{"60", SECOND / 60, 60}, {"50", SECOND / 50, 100},	 {"30", SECOND / 30, 30},
	{"29.97", 33366667, 15}, {"25-gop-13", SECOND / 25, 13}, {"20", SECOND / 20, 40},
	{"15", SECOND / 15, 15}, {"12.5", SECOND * 2 / 25, 25},	 {"12", SECOND / 12, 24},
	{"10", SECOND / 10, 10}, {"8", SECOND / 8, 8},		 {"5", SECOND / 5, 5},
	{"2", SECOND / 2, 2},
};

/* The announced frame rate is 25: what cameras announce is often not what they send. */
static void test_pace(Fixture *fixture, gconstpointer data)
{
	const Pace *pace = data;

	segmenter_begin(fixture->segmenter, false);
	run(fixture, 0, pace->step_ns, (unsigned)(12 * SECOND / pace->step_ns), pace->gop);
	g_assert_cmpuint(fixture->parts->len, >, 10);
	check_rules(fixture, false);
}

static void test_unsteady(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(17);

	segmenter_begin(fixture->segmenter, false);
	for (unsigned i = 0; i < 1000; i++)
		picture(fixture, i * (SECOND / 25) + g_rand_int_range(random, -8000000, 8000000),
			i % 50 == 0);
	check_rules(fixture, false);
	g_assert_cmpuint(part(fixture, fixture->parts->len - 1)->msn, >=, 18);
}

/* A key frame only every ten seconds: cut without one, said once, never too long. */
static void test_long_gop(Fixture *fixture, gconstpointer data)
{
	segmenter_begin(fixture->segmenter, false);
	run(fixture, 0, SECOND / 25, 550, 250);
	check_rules(fixture, false);
	g_assert_cmpuint(fixture->notes->len, ==, 1);
	g_assert_cmpstr(fixture->notes->pdata[0], ==, "long-gop");
	g_assert_cmpuint(g_array_index(fixture->segments, WireSegment, 0).duration_us, ==, 4000000);
	g_assert_false(part(fixture, 10)->independent);
	g_assert_cmpuint(part(fixture, 10)->msn, ==, 1);
}

/* The camera speeds up after the part target was fixed, and has no key frame for long: so many
 * one-picture parts that a state could not hold them in one segment. */
static void test_most_parts(Fixture *fixture, gconstpointer data)
{
	gint64 next;

	g_bytes_unref(fixture->avcc);
	fixture->avcc = g_bytes_new_static(AVCC_SLOW, sizeof AVCC_SLOW);
	use_options(fixture, 100, 6000);
	segmenter_begin(fixture->segmenter, false);
	next = run(fixture, 0, SECOND / 10, 10, 1000);
	for (unsigned i = 0; i < 400; i++)
		picture(fixture, next + i * (SECOND / 17), false);
	check_rules(fixture, true);
	g_assert_cmpuint(fixture->segments->len, >=, 5);
}

/* --- Time --- */

static void test_gap(Fixture *fixture, gconstpointer data)
{
	gint64 next;
	const WirePart *last;
	const WirePart *back;
	unsigned before;

	segmenter_begin(fixture->segmenter, false);
	next = run(fixture, 0, SECOND / 25, 60, 25);
	before = fixture->parts->len;
	next += 3 * SECOND;
	picture(fixture, next, false); /* nothing to begin with */
	run(fixture, next + SECOND / 25, SECOND / 25, 60, 25);
	check_rules(fixture, false);
	last = part(fixture, before);
	back = part(fixture, before + 1);
	g_assert_true(back->discontinuity && back->independent && back->index == 0);
	g_assert_cmpint(back->start_us - end_us(last), >=, 3 * 1000 * 1000);
}

/* Longer than a part may be, shorter than a break: the picture is cut short, a hole is left. */
static void test_slow_picture(Fixture *fixture, gconstpointer data)
{
	gint64 next;

	segmenter_begin(fixture->segmenter, false);
	next = run(fixture, 0, SECOND / 25, 30, 25);
	for (unsigned i = 0; i < 60; i++)
		picture(fixture, next + SECOND * 7 / 10 + i * (SECOND / 25), i % 25 == 20);
	check_rules(fixture, true);
	for (unsigned i = 0; i < fixture->parts->len; i++)
		g_assert_false(part(fixture, i)->discontinuity);
}

typedef struct {
	const char *name;
	gint64 jump_ns;
} Jump;

static const Jump JUMPS[] = {{"forth", 5 * SECOND},
			     {"back", -5 * SECOND},
			     {"hour", 3600 * SECOND},
			     {"year", -SECOND * 31536000}};

static void test_jump(Fixture *fixture, gconstpointer data)
{
	const Jump *jump = data;
	gint64 epoch_us = window_state(fixture->window)->epoch_us;

	segmenter_begin(fixture->segmenter, false);
	for (unsigned i = 0; i < 250; i++) {
		gint64 now = i * (SECOND / 25);

		picture_at(fixture, now + (i >= 110 ? jump->jump_ns : 0), now, i % 25 == 0);
	}
	check_rules(fixture, false);
	for (unsigned i = 0; i < fixture->parts->len; i++) {
		gint64 at_us = part(fixture, i)->start_us - epoch_us;

		g_assert_cmpint(at_us, >=, 0);
		g_assert_cmpint(at_us, <=, 11 * 1000 * 1000);
	}
	g_assert_cmpuint(part(fixture, fixture->parts->len - 1)->msn, >=, 4);
}

static void test_camera_back(Fixture *fixture, gconstpointer data)
{
	gint64 next;
	unsigned before;

	segmenter_begin(fixture->segmenter, false);
	next = run(fixture, 0, SECOND / 25, 60, 25);
	segmenter_end(fixture->segmenter);
	before = fixture->parts->len;
	g_assert_cmpint(end_us(part(fixture, before - 1)), ==,
			window_state(fixture->window)->epoch_us + 60 * 40000);
	g_assert_cmpuint(fixture->segments->len, ==, part(fixture, before - 1)->msn + 1);
	segmenter_begin(fixture->segmenter, false);
	run(fixture, next + 10 * SECOND, SECOND / 25, 60, 25);
	check_rules(fixture, false);
	g_assert_true(part(fixture, before)->discontinuity);
	g_assert_cmpuint(part(fixture, before)->generation, ==, 1);
}

static void test_another_size(Fixture *fixture, gconstpointer data)
{
	gint64 next;

	segmenter_begin(fixture->segmenter, false);
	next = run(fixture, 0, SECOND / 25, 30, 25);
	g_bytes_unref(fixture->avcc);
	fixture->avcc = g_bytes_new_static(AVCC_SLOW, sizeof AVCC_SLOW);
	run(fixture, next, SECOND / 25, 60, 25);
	check_rules(fixture, false);
	g_assert_cmpuint(init(fixture, 1).track[0].width, ==, 320);
	g_assert_cmpuint(init(fixture, 2).track[0].width, ==, 640);
	g_assert_true(part(fixture, 3)->discontinuity);
	g_assert_cmpuint(part(fixture, 3)->generation, ==, 2);
}

/* --- Sound --- */

/* Pictures and sound together for `seconds`, the sound until `silent_from`. */
static void run_with_sound(Fixture *fixture, unsigned seconds, gint64 sound_from,
			   gint64 silent_from)
{
	gint64 frame_ns = SECOND * 1024 / 48000;
	gint64 heard_ns = sound_from;

	for (unsigned i = 0; i < seconds * 25; i++) {
		gint64 now = i * (SECOND / 25);

		for (; heard_ns <= now && heard_ns < silent_from; heard_ns += frame_ns)
			sound(fixture, heard_ns);
		picture(fixture, now, i % 25 == 0);
	}
}

static void test_sound(Fixture *fixture, gconstpointer data)
{
	gint64 heard = 0;
	gint64 next = -1;

	segmenter_begin(fixture->segmenter, true);
	run_with_sound(fixture, 8, 0, G_MAXINT64);
	check_rules(fixture, false);
	g_assert_cmpuint(init(fixture, 1).tracks, ==, 2);
	for (unsigned i = 0; i < fixture->parts->len; i++) {
		Mp4Part one = boxes(fixture, part(fixture, i)->msn, part(fixture, i)->index);

		g_assert_cmpuint(one.runs, ==, 2);
		if (next >= 0)
			g_assert_cmpint(one.run[1].dts, ==, next);
		next = one.run[1].dts + one.run[1].duration;
		heard += one.run[1].duration;
	}
	g_assert_cmpint(ABS(heard - 48000 * 76 / 10), <, 48000 / 5);
	g_assert_cmpuint(fixture->notes->len, ==, 0);
}

static void test_promised_sound(Fixture *fixture, gconstpointer data)
{
	segmenter_begin(fixture->segmenter, true);
	run_with_sound(fixture, 4, G_MAXINT64, 0);
	check_rules(fixture, false);
	g_assert_cmpuint(init(fixture, 1).tracks, ==, 1);
	g_assert_cmpuint(fixture->notes->len, ==, 1);
	g_assert_cmpstr(fixture->notes->pdata[0], ==, "no-audio");
	g_assert_cmpint(part(fixture, 0)->start_us, ==, window_state(fixture->window)->epoch_us);
}

static void test_late_sound(Fixture *fixture, gconstpointer data)
{
	segmenter_begin(fixture->segmenter, true);
	run_with_sound(fixture, 8, 3 * SECOND + SECOND / 2, G_MAXINT64);
	check_rules(fixture, false);
	g_assert_cmpuint(init(fixture, 1).tracks, ==, 1);
	g_assert_cmpuint(init(fixture, 2).tracks, ==, 2);
	g_assert_cmpuint(part(fixture, fixture->parts->len - 1)->generation, ==, 2);
}

static void test_sound_that_ends(Fixture *fixture, gconstpointer data)
{
	segmenter_begin(fixture->segmenter, true);
	run_with_sound(fixture, 10, 0, 3 * SECOND);
	check_rules(fixture, false);
	g_assert_cmpuint(init(fixture, 1).tracks, ==, 2);
	g_assert_cmpuint(init(fixture, 2).tracks, ==, 1);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
	ADD("/segmenter/steady", test_steady);
	ADD("/segmenter/unsteady", test_unsteady);
	ADD("/segmenter/long-gop", test_long_gop);
	ADD("/segmenter/most-parts", test_most_parts);
	ADD("/segmenter/gap", test_gap);
	ADD("/segmenter/slow-picture", test_slow_picture);
	ADD("/segmenter/camera-back", test_camera_back);
	ADD("/segmenter/another-size", test_another_size);
	ADD("/segmenter/sound", test_sound);
	ADD("/segmenter/promised-sound", test_promised_sound);
	ADD("/segmenter/late-sound", test_late_sound);
	ADD("/segmenter/sound-that-ends", test_sound_that_ends);
	for (unsigned i = 0; i < G_N_ELEMENTS(PACES); i++) {
		g_autofree char *path = g_strconcat("/segmenter/pace/", PACES[i].name, NULL);

		g_test_add(path, Fixture, &PACES[i], set_up, test_pace, tear_down);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(JUMPS); i++) {
		g_autofree char *path = g_strconcat("/segmenter/jump/", JUMPS[i].name, NULL);

		g_test_add(path, Fixture, &JUMPS[i], set_up, test_jump, tear_down);
	}
	return g_test_run();
}
