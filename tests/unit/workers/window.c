/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The window slides in order, and a new one takes up where a killed one was. */
#include "window.h"

#include <string.h>
#include <unistd.h>

#define PART_NS 400000000

typedef struct {
	char *path;
	Folder *folder;
	Window *window;
	unsigned parts;
	unsigned segments;
	gint64 now_ns;
} Fixture;

static void on_part(void *data, const WirePart *part)
{
	((Fixture *)data)->parts++;
}

static void on_segment(void *data, const WireSegment *segment)
{
	((Fixture *)data)->segments++;
}

static void open_window(Fixture *fixture)
{
	const WindowListener listener = {on_part, on_segment};

	fixture->folder = folder_open(fixture->path, NULL);
	g_assert_nonnull(fixture->folder);
	fixture->window = window_new(fixture->folder, &listener, fixture);
}

/* As a killed worker leaves it. */
static void drop_window(Fixture *fixture)
{
	window_free(fixture->window);
	folder_free(fixture->folder);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
	fixture->path = g_dir_make_tmp("window-XXXXXX", NULL);
	open_window(fixture);
	window_begin(fixture->window, "one");
	window_set_part_target(fixture->window, 410000);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	folder_sweep(fixture->folder, NULL, NULL);
	folder_discard(fixture->folder);
	drop_window(fixture);
	g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
	g_free(fixture->path);
}

static bool exists(Fixture *fixture, const char *name)
{
	g_autofree char *path = g_build_filename(fixture->path, name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void add_part(Fixture *fixture, const char *text, bool discontinuity)
{
	g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
	const WindowPart part = {bytes, fixture->now_ns, fixture->now_ns + PART_NS, true,
				 discontinuity};

	g_assert_true(window_add_part(fixture->window, &part, NULL));
	fixture->now_ns += PART_NS;
}

static void add_init(Fixture *fixture, const char *text)
{
	g_autoptr(GBytes) init = g_bytes_new_static(text, strlen(text));

	g_assert_true(window_add_init(fixture->window, init, NULL));
}

static void add_segment(Fixture *fixture, bool discontinuity)
{
	add_part(fixture, "a", discontinuity);
	add_part(fixture, "b", false);
	g_assert_true(window_close_segment(fixture->window, NULL));
}

static void test_slides(Fixture *fixture, gconstpointer data)
{
	const WireState *state = window_state(fixture->window);
	const WireStateSegment *first;

	add_init(fixture, "init");
	for (unsigned i = 0; i < 30; i++)
		add_segment(fixture, i == 3 || i == 20);
	g_assert_cmpuint(state->segments->len, ==, WINDOW_SEGMENTS);
	first = state->segments->pdata[0];
	g_assert_cmpuint(first->msn, ==, 18);
	g_assert_cmpuint(state->discontinuity_sequence, ==, 1);
	g_assert_false(exists(fixture, "part_17_0.m4s"));
	g_assert_true(exists(fixture, "part_18_0.m4s"));
	g_assert_true(exists(fixture, "part_29_1.m4s"));
	/* Who has an old playlist may still fetch a whole segment. */
	g_assert_false(exists(fixture, "seg_5.m4s"));
	g_assert_true(exists(fixture, "seg_6.m4s"));
	g_assert_cmpuint(fixture->parts, ==, 60);
	g_assert_cmpuint(fixture->segments, ==, 30);
}

static void test_same_init(Fixture *fixture, gconstpointer data)
{
	add_init(fixture, "first");
	add_init(fixture, "first");
	g_assert_cmpuint(window_state(fixture->window)->generation, ==, 1);
	add_init(fixture, "second");
	g_assert_cmpuint(window_state(fixture->window)->generation, ==, 2);
	g_assert_true(exists(fixture, "init_1.mp4"));
	g_assert_true(exists(fixture, "init_2.mp4"));
}

static void test_taken_up(Fixture *fixture, gconstpointer data)
{
	const WireState *state;
	const WireStateSegment *open;
	g_autoptr(GBytes) whole = NULL;

	add_init(fixture, "init");
	add_segment(fixture, false);
	add_part(fixture, "c", false);
	add_part(fixture, "d", false);
	g_assert_true(folder_write(fixture->folder, "part_1_2.m4s", "untold", 6, NULL));
	drop_window(fixture);
	open_window(fixture);
	state = window_state(fixture->window);
	g_assert_cmpstr(state->broadcast, ==, "one");
	g_assert_cmpuint(state->part_target_us, ==, 410000);
	g_assert_cmpuint(state->segments->len, ==, 2);
	open = state->segments->pdata[1];
	g_assert_true(open->complete);
	g_assert_cmpuint(open->duration_us, ==, 800000);
	whole = folder_read(fixture->folder, "seg_1.m4s", 100, NULL);
	g_assert_cmpmem(g_bytes_get_data(whole, NULL), g_bytes_get_size(whole), "cd", 2);
	g_assert_false(exists(fixture, "part_1_2.m4s"));
	/* The state tells whole microseconds, rounded down. */
	g_assert_cmpint(window_end_ns(fixture->window), ==, 4 * (gint64)PART_NS + 1000);
	add_part(fixture, "e", true);
	g_assert_cmpuint(((WireStateSegment *)state->segments->pdata[2])->msn, ==, 2);
}

/* A part file is lost: what is there before it makes the segment. */
static void test_taken_up_in_part(Fixture *fixture, gconstpointer data)
{
	const WireStateSegment *segment;

	add_init(fixture, "init");
	add_part(fixture, "a", false);
	add_part(fixture, "b", false);
	add_part(fixture, "c", false);
	folder_remove(fixture->folder, "part_0_1.m4s");
	drop_window(fixture);
	open_window(fixture);
	segment = window_state(fixture->window)->segments->pdata[0];
	g_assert_cmpuint(segment->parts->len, ==, 1);
	g_assert_cmpuint(segment->duration_us, ==, 400000);
}

static void test_broken_state(Fixture *fixture, gconstpointer data)
{
	add_init(fixture, "init");
	add_segment(fixture, false);
	g_assert_true(folder_write(fixture->folder, "state", "{\"word\":", 8, NULL));
	drop_window(fixture);
	open_window(fixture);
	g_assert_null(window_state(fixture->window)->broadcast);
	g_assert_false(exists(fixture, "seg_0.m4s"));
}

static void test_another_broadcast(Fixture *fixture, gconstpointer data)
{
	add_init(fixture, "init");
	add_segment(fixture, false);
	window_begin(fixture->window, "two");
	g_assert_cmpuint(window_state(fixture->window)->segments->len, ==, 0);
	g_assert_cmpuint(window_state(fixture->window)->generation, ==, 0);
	g_assert_false(exists(fixture, "seg_0.m4s"));
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
	ADD("/window/slides", test_slides);
	ADD("/window/same-init", test_same_init);
	ADD("/window/taken-up", test_taken_up);
	ADD("/window/taken-up-in-part", test_taken_up_in_part);
	ADD("/window/broken-state", test_broken_state);
	ADD("/window/another-broadcast", test_another_broadcast);
	return g_test_run();
}
