/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Each word said and heard; and what is refused. */
#include "wire/wire.h"

#include <string.h>

static const char *seeds; /* the folder of one good line a word: what the fuzzer starts from */

static Wire *parse(const char *line, GError **error)
{
	return wire_parse(line, strlen(line), error);
}

static void test_seeds(void)
{
	static const char *const NAMES[] = {"start",   "probe",	 "stop",  "state", "part",
					    "segment", "camera", "fault", "step",  "result"};

	for (unsigned i = 0; i < G_N_ELEMENTS(NAMES); i++) {
		g_autofree char *path = g_build_filename(seeds, NAMES[i], NULL);
		g_autofree char *line = NULL;
		g_autofree char *first = NULL;
		g_autofree char *second = NULL;
		g_autoptr(GError) error = NULL;
		g_autoptr(Wire) wire = NULL;
		g_autoptr(Wire) again = NULL;

		g_file_get_contents(path, &line, NULL, &error);
		g_assert_no_error(error);
		wire = parse(line, &error);
		g_assert_no_error(error);
		g_assert_cmpuint(wire->word, ==, i);
		first = wire_format(wire);
		again = parse(first, &error);
		g_assert_no_error(error);
		second = wire_format(again);
		g_assert_cmpstr(first, ==, second);
		g_assert_null(strchr(first, '\n'));
	}
}

static void test_start(void)
{
	char *networks[] = {"127.0.0.0/8", NULL};
	const Wire said = {
		.word = WIRE_START,
		.start = {.broadcast = "b",
			  .part_ms = 400,
			  .segment_ms = 2000,
			  .source = {.url = "rtsp://[::1]:554/x?y=1",
				     .login = "учитель",
				     .password = "\"\\\n",
				     .networks = networks}},
	};
	g_autofree char *line = wire_format(&said);
	g_autoptr(GError) error = NULL;
	g_autoptr(Wire) heard = parse(line, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(heard->start.broadcast, ==, "b");
	g_assert_cmpstr(heard->start.source.url, ==, "rtsp://[::1]:554/x?y=1");
	g_assert_cmpstr(heard->start.source.login, ==, "учитель");
	g_assert_cmpstr(heard->start.source.password, ==, "\"\\\n");
	g_assert_cmpstr(heard->start.source.transport, ==, "auto");
	g_assert_cmpstr(heard->start.source.networks[0], ==, "127.0.0.0/8");
	g_assert_null(heard->start.source.networks[1]);
	g_assert_cmpuint(heard->start.part_ms, ==, 400);
}

/* The largest state that the limits allow is one line. */
static void test_largest_state(void)
{
	Wire said = {.word = WIRE_STATE,
		     .state = {.broadcast = "b",
			       .generation = 999999,
			       .part_target_us = 410000,
			       .target_duration_s = 4,
			       .epoch_us = 1795408799000000}};
	g_autofree char *line = NULL;
	g_autoptr(GPtrArray) segments =
		g_ptr_array_new_with_free_func((GDestroyNotify)wire_state_segment_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(Wire) heard = NULL;

	for (unsigned i = 0; i < WIRE_SEGMENTS_MAX; i++) {
		WireStateSegment *segment = wire_state_segment_new();

		segment->msn = 4000000000u + i;
		segment->generation = 999999;
		segment->complete = true;
		segment->start_us = 1795408799000000;
		for (unsigned k = 0; k < WIRE_PARTS_MAX; k++) {
			WirePart part = {.start_us = segment->start_us + 59999999,
					 .duration_us = 59999999};

			g_array_append_val(segment->parts, part);
		}
		g_ptr_array_add(segments, segment);
	}
	said.state.segments = segments;
	line = wire_format(&said);
	g_assert_cmpuint(strlen(line), <, WIRE_LINE_MAX);
	heard = parse(line, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(heard->state.segments->len, ==, WIRE_SEGMENTS_MAX);
}

static void test_state_parts(void)
{
	g_autofree char *path = g_build_filename(seeds, "state", NULL);
	g_autofree char *line = NULL;
	g_autoptr(Wire) wire = NULL;
	const WireStateSegment *segment;
	const WirePart *part;

	g_file_get_contents(path, &line, NULL, NULL);
	wire = parse(line, NULL);
	g_assert_nonnull(wire);
	segment = wire->state.segments->pdata[0];
	part = &g_array_index(segment->parts, WirePart, 1);
	g_assert_cmpint(part->start_us, ==, segment->start_us + 400000);
	g_assert_cmpuint(part->index, ==, 1);
	g_assert_cmpuint(part->msn, ==, segment->msn);
	g_assert_false(part->independent);
}

typedef struct {
	const char *name;
	const char *line;
	const char *field;
} Refused;

static const Refused REFUSED[] = {
	{"unknown-word", "{\"word\":\"sing\"}", "word"},
	{"no-word", "{\"msn\":1}", "word"},
	{"unknown-field", "{\"word\":\"stop\",\"now\":true}", "now"},
	{"no-object", "[1]", "word"},
	{"no-json", "start", NULL},
	{"two-objects", "{\"word\":\"stop\"}{\"word\":\"stop\"}", NULL},
	{"duplicate", "{\"word\":\"stop\",\"word\":\"stop\"}", NULL},
	{"missing", "{\"word\":\"segment\",\"msn\":1}", "duration_us"},
	{"negative", "{\"word\":\"segment\",\"msn\":-1,\"duration_us\":1}", "msn"},
	{"huge", "{\"word\":\"segment\",\"msn\":1,\"duration_us\":4294967296}", "duration_us"},
	{"text-for-number", "{\"word\":\"segment\",\"msn\":\"1\",\"duration_us\":1}", "msn"},
	{"no-transport",
	 "{\"word\":\"probe\",\"url\":\"rtsp://a/\",\"transport\":\"pigeon\",\"networks\":[]}",
	 "transport"},
	{"network-no-text",
	 "{\"word\":\"probe\",\"url\":\"rtsp://a/\",\"transport\":\"tcp\",\"networks\":[1]}",
	 "networks"},
	{"camera-state", "{\"word\":\"camera\",\"state\":\"asleep\"}", "state"},
	{"step", "{\"word\":\"step\",\"step\":\"dancing\"}", "step"},
};

static void test_refused(gconstpointer data)
{
	const Refused *refused = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Wire) wire = parse(refused->line, &error);

	g_assert_null(wire);
	g_assert_true(error_is(error, ERROR_INVALID));
	g_assert_cmpstr(error_field_of(error), ==, refused->field);
}

static void test_too_long(void)
{
	g_autofree char *line = g_strnfill(WIRE_LINE_MAX + 1, ' ');
	g_autoptr(GError) error = NULL;

	g_assert_null(parse(line, &error));
	g_assert_true(error_is(error, ERROR_TOO_LARGE));
}

/* A hole in the window would be a hole in every playlist. */
static void test_state_order(void)
{
	g_autofree char *path = g_build_filename(seeds, "state", NULL);
	g_autofree char *line = NULL;
	g_autoptr(GError) error = NULL;
	char *place;

	g_file_get_contents(path, &line, NULL, NULL);
	place = strstr(line, "\"msn\":1");
	g_assert_nonnull(place);
	place[6] = '2';
	g_assert_null(parse(line, &error));
	g_assert_cmpstr(error_field_of(error), ==, "segments");
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_assert_cmpint(argc, ==, 2);
	seeds = argv[1];
	g_test_add_func("/wire/seeds", test_seeds);
	g_test_add_func("/wire/start", test_start);
	g_test_add_func("/wire/largest-state", test_largest_state);
	g_test_add_func("/wire/state-parts", test_state_parts);
	g_test_add_func("/wire/state-order", test_state_order);
	g_test_add_func("/wire/too-long", test_too_long);
	for (unsigned i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
		g_autofree char *path = g_strconcat("/wire/refused/", REFUSED[i].name, NULL);

		g_test_add_data_func(path, &REFUSED[i], test_refused);
	}
	return g_test_run();
}
