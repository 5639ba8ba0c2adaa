/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The LL-HLS playlist: its text, its deltas, what is held, refused and ended. */
#include "broadcasts/playlist.h"

#include <string.h>

#define PART_US	   400000
#define SEGMENT_US 2000000
#define START_US   (G_GINT64_CONSTANT(1780000000) * G_USEC_PER_SEC)

/* 2 s segments of five 400 ms parts, target duration 4 s. */
static WirePart part_at(guint64 msn, unsigned index)
{
	return (WirePart){.msn = msn,
			  .index = index,
			  .generation = 1,
			  .start_us = START_US + (gint64)msn * SEGMENT_US + index * PART_US,
			  .duration_us = PART_US,
			  .independent = index == 0};
}

static Playlist *playlist_started(void)
{
	Playlist *playlist = playlist_new();
	WireState state = {.part_target_us = 440000, .target_duration_s = 4};

	playlist_set_state(playlist, &state);
	return playlist;
}

static void add_parts(Playlist *playlist, guint64 msn, unsigned from, unsigned count)
{
	for (unsigned i = from; i < from + count; i++) {
		WirePart part = part_at(msn, i);

		g_assert_true(playlist_add_part(playlist, &part));
	}
}

static void add_whole(Playlist *playlist, guint64 msn)
{
	WireSegment segment = {.msn = msn, .duration_us = SEGMENT_US};

	add_parts(playlist, msn, 0, 5);
	g_assert_true(playlist_complete_segment(playlist, &segment));
}

static Playlist *playlist_with(unsigned whole, unsigned parts)
{
	Playlist *playlist = playlist_started();

	for (unsigned i = 0; i < whole; i++)
		add_whole(playlist, i);
	if (parts)
		add_parts(playlist, whole, 0, parts);
	return playlist;
}

static char *text_of(Playlist *playlist, bool skip)
{
	GBytes *text = playlist_get_text(playlist, skip);
	gsize size;
	const char *data = g_bytes_get_data(text, &size);

	return g_strndup(data, size);
}

static unsigned count_of(const char *text, const char *needle)
{
	unsigned count = 0;

	for (const char *at = text; (at = strstr(at, needle)); at += strlen(needle))
		count++;
	return count;
}

static PlaylistVerdict verdict(Playlist *playlist, const char *msn, const char *part)
{
	g_autoptr(GError) error = NULL;
	PlaylistQuery query;

	g_assert_true(playlist_query_parse(msn, part, NULL, &query, &error));
	g_assert_no_error(error);
	return playlist_judge(playlist, &query);
}

static PlaylistVerdict part_verdict(Playlist *playlist, guint64 msn, unsigned index)
{
	return playlist_judge_part(playlist, &(PlaylistPart){.msn = msn, .index = index});
}

static void test_text(void)
{
	g_autoptr(Playlist) playlist = playlist_with(1, 2);
	g_autofree char *text = text_of(playlist, false);

	g_assert_cmpstr(text, ==,
			"#EXTM3U\n"
			"#EXT-X-VERSION:9\n"
			"#EXT-X-TARGETDURATION:4\n"
			"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.320000,"
			"CAN-SKIP-UNTIL=24\n"
			"#EXT-X-PART-INF:PART-TARGET=0.440000\n"
			"#EXT-X-MEDIA-SEQUENCE:0\n"
			"#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
			"#EXT-X-MAP:URI=\"init_1.mp4\"\n"
			"#EXT-X-PROGRAM-DATE-TIME:2026-05-28T20:26:40.000Z\n"
			"#EXT-X-PART:DURATION=0.400000,URI=\"part_0_0.m4s\",INDEPENDENT=YES\n"
			"#EXT-X-PART:DURATION=0.400000,URI=\"part_0_1.m4s\"\n"
			"#EXT-X-PART:DURATION=0.400000,URI=\"part_0_2.m4s\"\n"
			"#EXT-X-PART:DURATION=0.400000,URI=\"part_0_3.m4s\"\n"
			"#EXT-X-PART:DURATION=0.400000,URI=\"part_0_4.m4s\"\n"
			"#EXTINF:2.000000,\n"
			"seg_0.m4s\n"
			"#EXT-X-PROGRAM-DATE-TIME:2026-05-28T20:26:42.000Z\n"
			"#EXT-X-PART:DURATION=0.400000,URI=\"part_1_0.m4s\",INDEPENDENT=YES\n"
			"#EXT-X-PART:DURATION=0.400000,URI=\"part_1_1.m4s\"\n"
			"#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part_1_2.m4s\"\n");
}

static void test_nothing_yet(void)
{
	g_autoptr(Playlist) playlist = playlist_new();

	g_assert_false(playlist_has_parts(playlist));
	g_assert_cmpint(verdict(playlist, NULL, NULL), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "0", "0"), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "99", NULL), ==, PLAYLIST_HOLD);
	g_assert_cmpint(part_verdict(playlist, 0, 0), ==, PLAYLIST_REFUSE);
	g_assert_cmpuint(playlist_hold_ms(playlist), ==, 12000);
}

/* The same bytes for all who wait, until something changes. */
static void test_rendered_once(void)
{
	g_autoptr(Playlist) playlist = playlist_with(1, 1);
	GBytes *first = g_bytes_ref(playlist_get_text(playlist, false));

	g_assert_true(playlist_get_text(playlist, false) == first);
	add_parts(playlist, 1, 1, 1);
	g_assert_false(g_bytes_equal(playlist_get_text(playlist, false), first));
	g_bytes_unref(first);
}

static void test_parts_of_last_targets(void)
{
	g_autoptr(Playlist) playlist = playlist_with(10, 1);
	g_autofree char *text = text_of(playlist, false);

	/* 3 targets of 4 s reach over the open part and six segments of 2 s. */
	g_assert_cmpuint(count_of(text, "#EXT-X-PART:"), ==, 6 * 5 + 1);
	g_assert_nonnull(strstr(text, "URI=\"part_4_0.m4s\""));
	g_assert_null(strstr(text, "URI=\"part_3_4.m4s\""));
	g_assert_cmpuint(count_of(text, "#EXTINF:"), ==, 10);
}

static void test_window_slides(void)
{
	g_autoptr(Playlist) playlist = playlist_with(PLAYLIST_SEGMENTS_MAX + 5, 0);
	g_autofree char *text = text_of(playlist, false);

	g_assert_cmpuint(count_of(text, "#EXTINF:"), ==, PLAYLIST_SEGMENTS_MAX);
	g_assert_nonnull(strstr(text, "#EXT-X-MEDIA-SEQUENCE:5\n"));
	g_assert_nonnull(strstr(text, "URI=\"part_18_0.m4s\"\n"));
	g_assert_cmpuint(count_of(text, "#EXT-X-MAP:"), ==, 1);
}

/* A camera with a key frame every 4 s: segments of 4 s in parts of 0.4 s. */
static Playlist *playlist_of_long_segments(unsigned whole)
{
	Playlist *playlist = playlist_started();

	for (unsigned msn = 0; msn < whole; msn++) {
		add_parts(playlist, msn, 0, 10);
		g_assert_true(playlist_complete_segment(
			playlist, &(WireSegment){.msn = msn, .duration_us = 10 * PART_US}));
	}
	return playlist;
}

static void test_delta(void)
{
	g_autoptr(Playlist) playlist = playlist_of_long_segments(10);
	g_autofree char *text = text_of(playlist, true);
	g_autofree char *whole = text_of(playlist, false);

	/* 24 s reach over six segments. */
	g_assert_nonnull(strstr(text, "#EXT-X-MEDIA-SEQUENCE:0\n"));
	g_assert_nonnull(strstr(text, "#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n#EXT-X-MAP:"));
	g_assert_null(strstr(text, "seg_3.m4s"));
	g_assert_nonnull(strstr(text, "seg_4.m4s"));
	g_assert_cmpuint(count_of(text, "#EXTINF:"), ==, 6);
	g_assert_cmpuint(count_of(text, "#EXT-X-MAP:"), ==, 1);
	g_assert_null(strstr(whole, "#EXT-X-SKIP"));
	g_assert_cmpuint(count_of(whole, "#EXTINF:"), ==, 10);
}

static void test_delta_of_short_window(void)
{
	g_autoptr(Playlist) playlist = playlist_with(5, 2);
	g_autofree char *delta = text_of(playlist, true);
	g_autofree char *whole = text_of(playlist, false);

	g_assert_cmpstr(delta, ==, whole);
}

static void test_holds(void)
{
	g_autoptr(Playlist) playlist = playlist_with(3, 2); /* the edge is part 2 of segment 3 */

	g_assert_cmpint(verdict(playlist, NULL, NULL), ==, PLAYLIST_READY);
	g_assert_cmpint(verdict(playlist, "2", NULL), ==, PLAYLIST_READY);
	g_assert_cmpint(verdict(playlist, "3", NULL), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "4", NULL), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "3", "1"), ==, PLAYLIST_READY);
	g_assert_cmpint(verdict(playlist, "3", "2"), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "4", "0"), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "0", "0"), ==, PLAYLIST_READY);

	add_parts(playlist, 3, 2, 1);
	g_assert_cmpint(verdict(playlist, "3", "2"), ==, PLAYLIST_READY);
}

static void test_long_gone(void)
{
	g_autoptr(Playlist) playlist = playlist_with(PLAYLIST_SEGMENTS_MAX + 20, 1);

	g_assert_cmpint(verdict(playlist, "1", NULL), ==, PLAYLIST_READY);
	g_assert_cmpint(verdict(playlist, "1", "400"), ==, PLAYLIST_READY);
}

/* A part beyond a segment's last one is the first of the next segment. */
static void test_part_past_segment(void)
{
	g_autoptr(Playlist) playlist = playlist_with(3, 0);

	g_assert_cmpint(verdict(playlist, "2", "4"), ==, PLAYLIST_READY);
	g_assert_cmpint(verdict(playlist, "2", "5"), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "1", "5"), ==, PLAYLIST_READY);
	add_parts(playlist, 3, 0, 1);
	g_assert_cmpint(verdict(playlist, "2", "5"), ==, PLAYLIST_READY);
	g_assert_cmpint(verdict(playlist, "2", "7"), ==, PLAYLIST_READY);
}

static void test_too_far(void)
{
	g_autoptr(Playlist) playlist = playlist_with(3, 2); /* last whole segment: 2 */

	g_assert_cmpint(verdict(playlist, "4", NULL), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "5", NULL), ==, PLAYLIST_REFUSE);
	g_assert_cmpint(verdict(playlist, "999999999999999", NULL), ==, PLAYLIST_REFUSE);
	/* 3 s of parts of 0.44 s: seven of them. */
	g_assert_cmpint(verdict(playlist, "3", "8"), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "3", "9"), ==, PLAYLIST_REFUSE);
	g_assert_cmpint(verdict(playlist, "4", "6"), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "4", "7"), ==, PLAYLIST_REFUSE);
	g_assert_cmpint(verdict(playlist, "3", "999999999999999"), ==, PLAYLIST_REFUSE);
}

static void test_long_parts_limit(void)
{
	g_autoptr(Playlist) playlist = playlist_new();
	WireState state = {.part_target_us = 1100000, .target_duration_s = 4};
	WirePart part = part_at(0, 0);

	playlist_set_state(playlist, &state);
	g_assert_true(playlist_add_part(playlist, &part));
	g_assert_cmpint(verdict(playlist, "0", "3"), ==, PLAYLIST_HOLD);
	g_assert_cmpint(verdict(playlist, "0", "4"), ==, PLAYLIST_REFUSE);
}

static void refuse_query(const char *msn, const char *part, const char *field)
{
	g_autoptr(GError) error = NULL;
	PlaylistQuery query;

	g_assert_false(playlist_query_parse(msn, part, NULL, &query, &error));
	g_assert_true(error_is(error, ERROR_INVALID));
	g_assert_cmpstr(error_field_of(error), ==, field);
}

static void test_bad_queries(void)
{
	refuse_query(NULL, "1", "_HLS_part");
	refuse_query("", NULL, "_HLS_msn");
	refuse_query("-1", NULL, "_HLS_msn");
	refuse_query("+1", NULL, "_HLS_msn");
	refuse_query("1.5", NULL, "_HLS_msn");
	refuse_query("0x10", NULL, "_HLS_msn");
	refuse_query("1 ", NULL, "_HLS_msn");
	refuse_query("99999999999999999999", NULL, "_HLS_msn");
	refuse_query("1", "x", "_HLS_part");
}

static void test_skip_values(void)
{
	PlaylistQuery query;

	g_assert_true(playlist_query_parse(NULL, NULL, "YES", &query, NULL));
	g_assert_true(query.skip);
	g_assert_true(playlist_query_parse(NULL, NULL, "v2", &query, NULL));
	g_assert_true(query.skip);
	g_assert_true(playlist_query_parse(NULL, NULL, "maybe", &query, NULL));
	g_assert_false(query.skip);
}

static void test_ended(void)
{
	g_autoptr(Playlist) playlist = playlist_with(12, 2);
	WirePart late = part_at(12, 2);
	g_autofree char *text = NULL;
	g_autofree char *delta = NULL;

	playlist_end(playlist);
	text = text_of(playlist, false);
	delta = text_of(playlist, true);
	g_assert_true(playlist_has_ended(playlist));
	g_assert_true(g_str_has_suffix(text, "seg_11.m4s\n#EXT-X-ENDLIST\n"));
	g_assert_null(strstr(text, "PRELOAD-HINT"));
	g_assert_cmpstr(delta, ==, text);
	g_assert_cmpint(verdict(playlist, "12", "2"), ==, PLAYLIST_READY);
	g_assert_cmpint(verdict(playlist, "5000", NULL), ==, PLAYLIST_READY);
	g_assert_cmpint(part_verdict(playlist, 12, 2), ==, PLAYLIST_REFUSE);
	g_assert_false(playlist_add_part(playlist, &late));
}

static void test_ended_before_it_began(void)
{
	g_autoptr(Playlist) playlist = playlist_new();
	g_autofree char *text = NULL;

	playlist_end(playlist);
	text = text_of(playlist, false);
	g_assert_cmpint(verdict(playlist, NULL, NULL), ==, PLAYLIST_READY);
	g_assert_cmpstr(text, ==,
			"#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n"
			"#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
			"#EXT-X-ENDLIST\n");
}

static void test_discontinuity(void)
{
	g_autoptr(Playlist) playlist = playlist_with(2, 3);
	WirePart part = part_at(3, 0);
	g_autofree char *text = NULL;
	const char *mark;

	/* The worker closes the open segment and goes on behind it with a new init segment. */
	g_assert_true(playlist_complete_segment(
		playlist, &(WireSegment){.msn = 2, .duration_us = 3 * PART_US}));
	part.generation = 2;
	part.discontinuity = true;
	g_assert_true(playlist_add_part(playlist, &part));
	text = text_of(playlist, false);
	mark = strstr(text, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init_2.mp4\"\n"
			    "#EXT-X-PROGRAM-DATE-TIME:");
	g_assert_nonnull(mark);
	g_assert_true(mark < strstr(text, "URI=\"part_3_0.m4s\""));
	g_assert_cmpuint(count_of(text, "#EXT-X-DISCONTINUITY\n"), ==, 1);
	g_assert_nonnull(strstr(text, "#EXT-X-DISCONTINUITY-SEQUENCE:0\n"));
}

/* The mark leaves the window into the sequence, and not twice. */
static void test_discontinuity_leaves(void)
{
	g_autoptr(Playlist) playlist = playlist_with(2, 0);
	WirePart part = part_at(2, 0);

	part.generation = 2;
	part.discontinuity = true;
	g_assert_true(playlist_add_part(playlist, &part));
	for (unsigned msn = 3; msn < PLAYLIST_SEGMENTS_MAX + 10; msn++) {
		g_autofree char *text = NULL;
		bool listed;

		part = part_at(msn, 0);
		part.generation = 2;
		g_assert_true(playlist_add_part(playlist, &part));
		text = text_of(playlist, false);
		listed = strstr(text, "#EXT-X-DISCONTINUITY\n");
		g_assert_true(listed != !!strstr(text, "#EXT-X-DISCONTINUITY-SEQUENCE:1\n"));
	}
}

static void test_judge_parts(void)
{
	g_autoptr(Playlist) playlist = playlist_with(PLAYLIST_SEGMENTS_MAX + 2, 2);

	g_assert_cmpint(part_verdict(playlist, 15, 1), ==, PLAYLIST_READY);
	g_assert_cmpint(part_verdict(playlist, 15, 2), ==, PLAYLIST_HOLD);
	g_assert_cmpint(part_verdict(playlist, 15, 3), ==, PLAYLIST_REFUSE);
	g_assert_cmpint(part_verdict(playlist, 16, 0), ==, PLAYLIST_REFUSE);
	g_assert_cmpint(part_verdict(playlist, 14, 4), ==, PLAYLIST_READY);
	g_assert_cmpint(part_verdict(playlist, 14, 5), ==, PLAYLIST_REFUSE);
	g_assert_cmpint(part_verdict(playlist, 0, 0), ==, PLAYLIST_REFUSE);

	/* A hint that did not come true: the segment ended before it. */
	g_assert_true(playlist_complete_segment(
		playlist, &(WireSegment){.msn = 15, .duration_us = 2 * PART_US}));
	g_assert_cmpint(part_verdict(playlist, 15, 2), ==, PLAYLIST_REFUSE);
	g_assert_cmpint(part_verdict(playlist, 16, 0), ==, PLAYLIST_HOLD);
}

static void test_part_names(void)
{
	static const char *const BAD[] = {
		"part_1.m4s",	  "part_1_.m4s",      "part__1.m4s",
		"part_01_1.m4s",  "part_1_01.m4s",    "part_1_1_1.m4s",
		"part_-1_1.m4s",  "part_1_1.mp4",     "part_1_64.m4s",
		"seg_1.m4s",	  "init_1.mp4",	      "../part_1_1.m4s",
		"part_1_1.m4s/x", "part_1_1.m4s.m4s", "",
		"part_.m4s",
	};
	PlaylistPart part;

	g_assert_true(playlist_part_parse("part_120_7.m4s", &part));
	g_assert_cmpuint(part.msn, ==, 120);
	g_assert_cmpuint(part.index, ==, 7);
	for (guint i = 0; i < G_N_ELEMENTS(BAD); i++)
		g_assert_false(playlist_part_parse(BAD[i], &part));
}

static void test_parts_out_of_order(void)
{
	g_autoptr(Playlist) playlist = playlist_with(2, 2);
	WirePart again = part_at(2, 1), hole = part_at(2, 3), middle = part_at(3, 1);

	g_assert_false(playlist_add_part(playlist, &again));
	g_assert_false(playlist_add_part(playlist, &hole));
	g_assert_false(playlist_add_part(playlist, &middle));
	g_assert_false(playlist_complete_segment(playlist, &(WireSegment){.msn = 1}));
	g_assert_false(playlist_complete_segment(playlist, &(WireSegment){.msn = 7}));
}

static void test_window_stays_contiguous(void)
{
	g_autoptr(Playlist) playlist = playlist_with(5, 2);
	g_autofree char *text = NULL;

	add_parts(playlist, 9, 0, 2);
	text = text_of(playlist, false);
	g_assert_nonnull(strstr(text, "#EXT-X-MEDIA-SEQUENCE:9\n"));
	g_assert_nonnull(strstr(text, "#EXT-X-DISCONTINUITY-SEQUENCE:0\n#EXT-X-DISCONTINUITY\n"));
	g_assert_null(strstr(text, "seg_4.m4s"));
}

/* What the worker says after it came back replaces the window; the targets stay. */
static void test_state_again(void)
{
	g_autoptr(Playlist) playlist = playlist_with(3, 2);
	g_autoptr(GPtrArray) segments =
		g_ptr_array_new_with_free_func((GDestroyNotify)wire_state_segment_free);
	WireState state = {.part_target_us = 999, .target_duration_s = 9, .segments = segments};
	WireStateSegment *segment = wire_state_segment_new();
	g_autofree char *text = NULL;

	for (unsigned i = 0; i < 3; i++) {
		WirePart part = part_at(3, i);

		g_array_append_val(segment->parts, part);
	}
	segment->msn = 3;
	segment->generation = 1;
	segment->complete = true;
	segment->start_us = START_US;
	segment->duration_us = 3 * PART_US;
	g_ptr_array_add(segments, segment);
	state.discontinuity_sequence = 4;
	playlist_set_state(playlist, &state);
	text = text_of(playlist, false);
	g_assert_nonnull(strstr(text, "#EXT-X-TARGETDURATION:4\n"));
	g_assert_nonnull(strstr(text, "PART-TARGET=0.440000\n"));
	g_assert_nonnull(strstr(text, "#EXT-X-MEDIA-SEQUENCE:3\n"));
	g_assert_nonnull(strstr(text, "#EXT-X-DISCONTINUITY-SEQUENCE:4\n"));
	g_assert_nonnull(strstr(text, "#EXTINF:1.200000,\nseg_3.m4s\n"));
	g_assert_nonnull(strstr(text, "URI=\"part_4_0.m4s\"\n"));
}

static void test_state_of_a_fresh_worker(void)
{
	g_autoptr(Playlist) playlist = playlist_with(3, 2);
	WireState state = {0};
	g_autofree char *before = text_of(playlist, false);
	g_autofree char *after = NULL;

	playlist_set_state(playlist, &state);
	after = text_of(playlist, false);
	g_assert_cmpstr(before, ==, after);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/playlist/text", test_text);
	g_test_add_func("/playlist/nothing-yet", test_nothing_yet);
	g_test_add_func("/playlist/rendered-once", test_rendered_once);
	g_test_add_func("/playlist/parts-of-last-targets", test_parts_of_last_targets);
	g_test_add_func("/playlist/window-slides", test_window_slides);
	g_test_add_func("/playlist/delta", test_delta);
	g_test_add_func("/playlist/delta-of-short-window", test_delta_of_short_window);
	g_test_add_func("/playlist/holds", test_holds);
	g_test_add_func("/playlist/long-gone", test_long_gone);
	g_test_add_func("/playlist/part-past-segment", test_part_past_segment);
	g_test_add_func("/playlist/too-far", test_too_far);
	g_test_add_func("/playlist/long-parts-limit", test_long_parts_limit);
	g_test_add_func("/playlist/bad-queries", test_bad_queries);
	g_test_add_func("/playlist/skip-values", test_skip_values);
	g_test_add_func("/playlist/ended", test_ended);
	g_test_add_func("/playlist/ended-before-it-began", test_ended_before_it_began);
	g_test_add_func("/playlist/discontinuity", test_discontinuity);
	g_test_add_func("/playlist/discontinuity-leaves", test_discontinuity_leaves);
	g_test_add_func("/playlist/judge-parts", test_judge_parts);
	g_test_add_func("/playlist/part-names", test_part_names);
	g_test_add_func("/playlist/parts-out-of-order", test_parts_out_of_order);
	g_test_add_func("/playlist/window-stays-contiguous", test_window_stays_contiguous);
	g_test_add_func("/playlist/state-again", test_state_again);
	g_test_add_func("/playlist/state-of-a-fresh-worker", test_state_of_a_fresh_worker);
	return g_test_run();
}
