/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The room and its workers, whose side of the sockets the test plays. */
#include "played-workers.h"

#include <string.h>
#include <unistd.h>

typedef struct {
	char *folder;
	Media *media;
	PlayedWorkers *played;
	Launcher *launcher; /* the media's */
	unsigned states;
	unsigned parts;
	unsigned gone;
	unsigned results;
	char *reason;
	GBytes *still;
	unsigned steps;
} Fixture;

/* --- The listener --- */

static void on_state(void *data, const char *name, const WireState *state)
{
	((Fixture *)data)->states++;
}

static void on_part(void *data, const char *name, const WirePart *part)
{
	((Fixture *)data)->parts++;
}

static void on_segment(void *data, const char *name, const WireSegment *segment)
{
}

static void on_camera(void *data, const char *name, const WireCamera *camera)
{
}

static void on_fault(void *data, const char *name, const WireFault *fault)
{
}

static void on_gone(void *data, const char *name)
{
	((Fixture *)data)->gone++;
}

static void on_step(void *data, const char *step)
{
	((Fixture *)data)->steps++;
}

static void on_result(void *data, const WireResult *result, GBytes *still)
{
	Fixture *fixture = data;

	fixture->results++;
	g_free(fixture->reason);
	fixture->reason = g_strdup(result->reason);
	fixture->still = still ? g_bytes_ref(still) : NULL;
}

static const MediaListener LISTENER = {on_state, on_part, on_segment, on_camera, on_fault, on_gone};
static const MediaProbeListener PROBE_LISTENER = {on_step, on_result};

static void set_up(Fixture *fixture, gconstpointer data)
{
	const char *networks[] = {"10.20.0.0/16", NULL};
	MediaOptions options = {.networks = networks};

	fixture->folder = g_dir_make_tmp("media-XXXXXX", NULL);
	fixture->played = played_new(fixture->folder);
	options.launcher = fixture->launcher = played_launcher(fixture->played);
	options.folder = fixture->folder;
	fixture->media = media_new(&options, NULL);
	g_assert_nonnull(fixture->media);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	media_free(fixture->media);
	played_free(fixture->played);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_assert_no_errno(rmdir(fixture->folder));
	g_clear_pointer(&fixture->still, g_bytes_unref);
	g_free(fixture->reason);
	g_free(fixture->folder);
}

static void begin(Fixture *fixture, const char *broadcast)
{
	MediaStart what = {.name = "kabinet-12",
			   .start = {.broadcast = (char *)broadcast,
				     .source = {.url = (char *)"rtsp://10.20.0.5/live",
						.password = (char *)"secret"},
				     .part_ms = 400,
				     .segment_ms = 2000}};
	g_autoptr(GError) error = NULL;

	media_start(fixture->media, &what, &LISTENER, fixture, &error);
	g_assert_no_error(error);
}

static PlayedWorker *worker(Fixture *fixture, unsigned index)
{
	return played_nth(fixture->played, index);
}

static void say_state(PlayedWorker *one, const char *broadcast)
{
	const Wire state = {.word = WIRE_STATE,
			    .state = {.broadcast = (char *)broadcast, .epoch_us = 1}};

	played_say(one, &state);
}

static void test_starts(Fixture *fixture, gconstpointer data)
{
	PlayedWorker *one;
	const Wire *wire;

	begin(fixture, "b1");
	one = worker(fixture, 0);
	wire = played_heard(one, 0);
	g_assert_cmpuint(wire->word, ==, WIRE_START);
	g_assert_cmpstr(wire->start.broadcast, ==, "b1");
	g_assert_cmpstr(wire->start.source.password, ==, "secret");
	g_assert_cmpstr(wire->start.source.networks[0], ==, "10.20.0.0/16");
	g_assert_cmpuint(fixture->states, ==, 0);
	say_state(one, "b1");
	g_assert_cmpuint(fixture->states, ==, 1);
	played_say_line(one, "{\"word\":\"part\",\"msn\":0,\"index\":0,\"generation\":1,"
			       "\"discontinuity\":false,\"start_us\":1,\"duration_us\":1,"
			       "\"independent\":true}");
	PLAYED_WAIT(fixture->parts == 1);
	g_assert_cmpuint(fixture->played->starts, ==, 1);
	g_assert_cmpuint(fixture->played->adopted, ==, 0);
}

static void test_adopts(Fixture *fixture, gconstpointer data)
{
	PlayedWorker *one = played_add(fixture->played, "kabinet-12", "b1");

	begin(fixture, "b1");
	played_heard(one, 0);
	PLAYED_WAIT(fixture->states == 1);
	g_assert_cmpuint(fixture->played->starts, ==, 0);
	g_assert_cmpuint(fixture->played->adopted, ==, 1);
}

/* What a worker holds of another broadcast is not for this one's listener. */
static void test_another_broadcast(Fixture *fixture, gconstpointer data)
{
	PlayedWorker *one = played_add(fixture->played, "kabinet-12", "b0");

	begin(fixture, "b1");
	played_heard(one, 0);
	g_assert_cmpuint(fixture->states, ==, 0);
	say_state(one, "b1");
	g_assert_cmpuint(fixture->states, ==, 1);
}

static void test_crash(Fixture *fixture, gconstpointer data)
{
	begin(fixture, "b1");
	played_heard(worker(fixture, 0), 0);
	played_kill(worker(fixture, 0));
	fixture->launcher->on_exit(fixture->launcher->media, "kabinet-12");
	PLAYED_WAIT(fixture->gone == 1);
	played_heard(worker(fixture, 1), 0);
	g_assert_cmpuint(fixture->played->starts, ==, 2);
}

/* A daemon's connection that breaks is made again; the worker is not started twice. */
static void test_reconnects(Fixture *fixture, gconstpointer data)
{
	PlayedWorker *one;

	begin(fixture, "b1");
	one = worker(fixture, 0);
	played_heard(one, 0);
	played_hang_up(one);
	PLAYED_WAIT(fixture->gone == 1);
	played_heard(one, 1);
	g_assert_cmpuint(fixture->played->starts, ==, 1);
}

static void test_nonsense(Fixture *fixture, gconstpointer data)
{
	PlayedWorker *one;

	begin(fixture, "b1");
	one = worker(fixture, 0);
	played_heard(one, 0);
	played_say_line(one, "{\"word\":\"sing\"}");
	PLAYED_WAIT(fixture->gone == 1);
}

static void test_start_fails(Fixture *fixture, gconstpointer data)
{
	fixture->played->starts_fail = true;
	begin(fixture, "b1");
	PLAYED_WAIT(fixture->played->starts == 3);
	fixture->played->starts_fail = false;
	played_heard(worker(fixture, 0), 0);
}

static void test_stop(Fixture *fixture, gconstpointer data)
{
	PlayedWorker *one;

	begin(fixture, "b1");
	one = worker(fixture, 0);
	played_heard(one, 0);
	media_stop(fixture->media, "kabinet-12");
	g_assert_cmpuint(played_heard(one, 1)->word, ==, WIRE_STOP);
	/* The same name at once: it waits until the last one has ended. */
	begin(fixture, "b2");
	g_assert_cmpstr(played_heard(worker(fixture, 1), 0)->start.broadcast, ==, "b2");
	g_assert_cmpuint(fixture->played->stops, ==, 1);
	g_assert_cmpuint(fixture->gone, ==, 0);
	media_stop(fixture->media, "unknown");
}

static void test_conflict(Fixture *fixture, gconstpointer data)
{
	MediaStart what = {.name = "kabinet-12", .start = {.broadcast = (char *)"b2"}};
	g_autoptr(GError) error = NULL;

	begin(fixture, "b1");
	g_assert_false(media_start(fixture->media, &what, &LISTENER, fixture, &error));
	g_assert_true(error_is(error, ERROR_CONFLICT));
	g_clear_error(&error);
	what.name = "../etc";
	g_assert_false(media_start(fixture->media, &what, &LISTENER, fixture, &error));
	g_assert_true(error_is(error, ERROR_INVALID));
}

static void test_sweep(Fixture *fixture, gconstpointer data)
{
	PlayedWorker *left = played_add(fixture->played, "left-over", "b0");
	PlayedWorker *mine = played_add(fixture->played, "kabinet-12", "b1");

	begin(fixture, "b1");
	media_sweep(fixture->media);
	g_assert_cmpuint(played_heard(left, 0)->word, ==, WIRE_STOP);
	g_assert_cmpuint(played_heard(mine, 0)->word, ==, WIRE_START);
	g_assert_cmpuint(fixture->played->starts, ==, 0);
}

/* --- Probes --- */

static MediaProbe *look(Fixture *fixture, GError **error)
{
	const WireSource source = {.url = (char *)"rtsp://10.20.0.5/live"};

	return media_probe(fixture->media, &source, &PROBE_LISTENER, fixture, error);
}

static void test_probe(Fixture *fixture, gconstpointer data)
{
	PlayedWorker *one;
	g_autofree char *still = NULL;

	g_assert_nonnull(look(fixture, NULL));
	one = worker(fixture, 0);
	g_assert_cmpuint(played_heard(one, 0)->word, ==, WIRE_PROBE);
	g_assert_true(g_str_has_prefix(one->name, "probe-"));
	still = g_build_filename(one->folder, "still.jpg", NULL);
	g_assert_true(g_file_set_contents(still, "jpeg", -1, NULL));
	played_say_line(one, "{\"word\":\"step\",\"step\":\"receiving\"}");
	played_say_line(one, "{\"word\":\"result\",\"has_still\":true}");
	PLAYED_WAIT(fixture->results == 1);
	g_assert_cmpuint(fixture->steps, ==, 1);
	g_assert_null(fixture->reason);
	g_assert_cmpmem(g_bytes_get_data(fixture->still, NULL), g_bytes_get_size(fixture->still),
			"jpeg", 4);
	g_assert_cmpuint(played_heard(one, 1)->word, ==, WIRE_STOP);
}

static void test_probe_cancelled(Fixture *fixture, gconstpointer data)
{
	MediaProbe *probe = look(fixture, NULL);
	PlayedWorker *one = worker(fixture, 0);

	played_heard(one, 0);
	media_probe_cancel(probe);
	g_assert_cmpuint(played_heard(one, 1)->word, ==, WIRE_STOP);
	g_assert_cmpuint(fixture->results, ==, 0);
}

static void test_probe_crashes(Fixture *fixture, gconstpointer data)
{
	fixture->played->starts_fail = true;
	g_assert_nonnull(look(fixture, NULL));
	PLAYED_WAIT(fixture->results == 1);
	g_assert_cmpstr(fixture->reason, ==, "camera-no-answer");
	g_assert_cmpuint(fixture->played->starts, ==, 2);
}

static void test_probes_busy(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	for (unsigned i = 0; i < 4; i++)
		g_assert_nonnull(look(fixture, NULL));
	g_assert_null(look(fixture, &error));
	g_assert_true(error_is(error, ERROR_BUSY));
}

static void test_check_url(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(media_check_url(fixture->media, "rtsp://10.20.0.5/live", NULL));
	g_assert_true(media_check_url(fixture->media, "rtsp://camera.school.lan/live", NULL));
	g_assert_false(media_check_url(fixture->media, "rtsp://127.0.0.1/live", &error));
	g_assert_cmpstr(error_reason_of(error), ==, "camera-forbidden-address");
	g_clear_error(&error);
	g_assert_false(media_check_url(fixture->media, "http://10.20.0.5/", &error));
	g_assert_cmpstr(error_reason_of(error), ==, "camera-bad-address");
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
	ADD("/media/starts", test_starts);
	ADD("/media/adopts", test_adopts);
	ADD("/media/another-broadcast", test_another_broadcast);
	ADD("/media/crash", test_crash);
	ADD("/media/reconnects", test_reconnects);
	ADD("/media/nonsense", test_nonsense);
	ADD("/media/start-fails", test_start_fails);
	ADD("/media/stop", test_stop);
	ADD("/media/conflict", test_conflict);
	ADD("/media/sweep", test_sweep);
	ADD("/media/probe", test_probe);
	ADD("/media/probe-cancelled", test_probe_cancelled);
	ADD("/media/probe-crashes", test_probe_crashes);
	ADD("/media/probes-busy", test_probes_busy);
	ADD("/media/check-url", test_check_url);
	return g_test_run();
}
