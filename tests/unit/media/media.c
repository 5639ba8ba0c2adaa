/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The room against made-up workers: sockets of the test's own that speak the protocol. */
#include "media/media.h"

#include "base/lines.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

/* A worker of one name: it listens while it lives. */
typedef struct {
	char *name;
	char *folder;
	GSocketService *service;
	Lines *lines;	       /* the last connection; NULL: none */
	GPtrArray *heard;      /* of Wire */
	const char *broadcast; /* what it says it holds when it is connected to */
} FakeWorker;

typedef struct {
	Launcher launcher; /* first: it is the same address */
	char *folder;
	Media *media;
	GPtrArray *workers; /* of FakeWorker: living ones */
	unsigned starts;
	unsigned stops;
	unsigned adopted;
	bool starts_fail;
	unsigned states;
	unsigned parts;
	unsigned gone;
	unsigned results;
	char *reason;
	GBytes *still;
	unsigned steps;
} Fixture;

static void on_heard(void *data, const char *line, size_t length)
{
	FakeWorker *worker = data;
	Wire *wire = wire_parse(line, length, NULL);

	g_assert_nonnull(wire);
	g_ptr_array_add(worker->heard, wire);
}

static void on_hung_up(void *data, const GError *error)
{
	FakeWorker *worker = data;

	g_clear_pointer(&worker->lines, lines_free);
}

static void say_state(FakeWorker *worker, const char *broadcast)
{
	const Wire state = {.word = WIRE_STATE,
			    .state = {.broadcast = (char *)broadcast, .epoch_us = 1}};
	g_autofree char *line = wire_format(&state);

	lines_send(worker->lines, line);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
			    void *data)
{
	FakeWorker *worker = data;
	const LinesLimits limits = {WIRE_LINE_MAX, WIRE_LINE_MAX};
	const LinesListener listener = {on_heard, on_hung_up};

	lines_free(worker->lines);
	worker->lines = lines_new(G_IO_STREAM(connection), &limits, &listener, worker);
	say_state(worker, worker->broadcast);
	return TRUE;
}

static FakeWorker *fake_new(Fixture *fixture, const char *name, const char *broadcast)
{
	FakeWorker *worker = g_new0(FakeWorker, 1);
	g_autofree char *control = NULL;
	g_autoptr(GSocketAddress) address = NULL;

	worker->name = g_strdup(name);
	worker->broadcast = broadcast;
	worker->folder = g_build_filename(fixture->folder, name, NULL);
	worker->heard = g_ptr_array_new_with_free_func((GDestroyNotify)wire_free);
	g_mkdir_with_parents(worker->folder, 0700);
	control = g_build_filename(worker->folder, "control", NULL);
	unlink(control);
	address = g_unix_socket_address_new(control);
	worker->service = g_socket_service_new();
	g_assert_true(g_socket_listener_add_address(G_SOCKET_LISTENER(worker->service), address,
						    G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
						    NULL, NULL, NULL));
	g_signal_connect(worker->service, "incoming", G_CALLBACK(on_incoming), worker);
	g_socket_service_start(worker->service);
	g_ptr_array_add(fixture->workers, worker);
	return worker;
}

static void fake_free(void *data)
{
	FakeWorker *worker = data;
	g_autofree char *control = g_build_filename(worker->folder, "control", NULL);
	g_autofree char *still = g_build_filename(worker->folder, "still.jpg", NULL);

	g_socket_service_stop(worker->service);
	g_socket_listener_close(G_SOCKET_LISTENER(worker->service));
	g_object_unref(worker->service);
	lines_free(worker->lines);
	unlink(control);
	unlink(still);
	rmdir(worker->folder);
	g_ptr_array_unref(worker->heard);
	g_free(worker->folder);
	g_free(worker->name);
	g_free(worker);
}

/* --- The launcher --- */

static bool start(Launcher *launcher, const char *name, GError **error)
{
	Fixture *fixture = (Fixture *)launcher;

	fixture->starts++;
	if (fixture->starts_fail)
		return error_set(error, ERROR_INTERNAL, "made to fail");
	fake_new(fixture, name, NULL);
	return true;
}

static void stop(Launcher *launcher, const char *name)
{
	((Fixture *)launcher)->stops++;
}

static void adopt(Launcher *launcher, const char *name, GPid pid)
{
	g_assert_cmpint(pid, ==, getpid());
	((Fixture *)launcher)->adopted++;
}

static void free_nothing(Launcher *launcher)
{
}

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

	fixture->launcher = (Launcher){start, stop, adopt, free_nothing, NULL, NULL};
	fixture->folder = g_dir_make_tmp("media-XXXXXX", NULL);
	fixture->workers = g_ptr_array_new_with_free_func(fake_free);
	options.launcher = &fixture->launcher;
	options.folder = fixture->folder;
	fixture->media = media_new(&options, NULL);
	g_assert_nonnull(fixture->media);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	media_free(fixture->media);
	g_ptr_array_unref(fixture->workers);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_assert_no_errno(rmdir(fixture->folder));
	g_clear_pointer(&fixture->still, g_bytes_unref);
	g_free(fixture->reason);
	g_free(fixture->folder);
}

#define WAIT(condition)                                                                            \
	while (!(condition))                                                                       \
	g_main_context_iteration(NULL, TRUE)

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

static FakeWorker *worker(Fixture *fixture, unsigned index)
{
	WAIT(fixture->workers->len > index);
	return fixture->workers->pdata[index];
}

static const Wire *heard(FakeWorker *one, unsigned index)
{
	WAIT(one->heard->len > index);
	return one->heard->pdata[index];
}

static void test_starts(Fixture *fixture, gconstpointer data)
{
	FakeWorker *one;
	const Wire *wire;

	begin(fixture, "b1");
	one = worker(fixture, 0);
	wire = heard(one, 0);
	g_assert_cmpuint(wire->word, ==, WIRE_START);
	g_assert_cmpstr(wire->start.broadcast, ==, "b1");
	g_assert_cmpstr(wire->start.source.password, ==, "secret");
	g_assert_cmpstr(wire->start.source.networks[0], ==, "10.20.0.0/16");
	g_assert_cmpuint(fixture->states, ==, 0);
	say_state(one, "b1");
	WAIT(fixture->states == 1);
	lines_send(one->lines, "{\"word\":\"part\",\"msn\":0,\"index\":0,\"generation\":1,"
			       "\"discontinuity\":false,\"start_us\":1,\"duration_us\":1,"
			       "\"independent\":true}");
	WAIT(fixture->parts == 1);
	g_assert_cmpuint(fixture->starts, ==, 1);
	g_assert_cmpuint(fixture->adopted, ==, 0);
}

static void test_adopts(Fixture *fixture, gconstpointer data)
{
	FakeWorker *one = fake_new(fixture, "kabinet-12", "b1");

	begin(fixture, "b1");
	heard(one, 0);
	WAIT(fixture->states == 1);
	g_assert_cmpuint(fixture->starts, ==, 0);
	g_assert_cmpuint(fixture->adopted, ==, 1);
}

/* What a worker holds of another broadcast is not for this one's listener. */
static void test_another_broadcast(Fixture *fixture, gconstpointer data)
{
	FakeWorker *one = fake_new(fixture, "kabinet-12", "b0");

	begin(fixture, "b1");
	heard(one, 0);
	g_assert_cmpuint(fixture->states, ==, 0);
	say_state(one, "b1");
	WAIT(fixture->states == 1);
}

static void test_crash(Fixture *fixture, gconstpointer data)
{
	begin(fixture, "b1");
	heard(worker(fixture, 0), 0);
	g_ptr_array_set_size(fixture->workers, 0);
	fixture->launcher.on_exit(fixture->launcher.media, "kabinet-12");
	WAIT(fixture->gone == 1);
	heard(worker(fixture, 0), 0);
	g_assert_cmpuint(fixture->starts, ==, 2);
}

/* A daemon's connection that breaks is made again; the worker is not started twice. */
static void test_reconnects(Fixture *fixture, gconstpointer data)
{
	FakeWorker *one;

	begin(fixture, "b1");
	one = worker(fixture, 0);
	heard(one, 0);
	g_clear_pointer(&one->lines, lines_free);
	WAIT(fixture->gone == 1);
	heard(one, 1);
	g_assert_cmpuint(fixture->starts, ==, 1);
}

static void test_nonsense(Fixture *fixture, gconstpointer data)
{
	FakeWorker *one;

	begin(fixture, "b1");
	one = worker(fixture, 0);
	heard(one, 0);
	lines_send(one->lines, "{\"word\":\"sing\"}");
	WAIT(fixture->gone == 1);
}

static void test_start_fails(Fixture *fixture, gconstpointer data)
{
	fixture->starts_fail = true;
	begin(fixture, "b1");
	WAIT(fixture->starts == 3);
	fixture->starts_fail = false;
	heard(worker(fixture, 0), 0);
}

static void test_stop(Fixture *fixture, gconstpointer data)
{
	FakeWorker *one;

	begin(fixture, "b1");
	one = worker(fixture, 0);
	heard(one, 0);
	media_stop(fixture->media, "kabinet-12");
	g_assert_cmpuint(heard(one, 1)->word, ==, WIRE_STOP);
	/* The same name at once: it waits until the last one has ended. */
	begin(fixture, "b2");
	g_ptr_array_set_size(fixture->workers, 0);
	g_assert_cmpstr(heard(worker(fixture, 0), 0)->start.broadcast, ==, "b2");
	g_assert_cmpuint(fixture->stops, ==, 1);
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
	FakeWorker *left = fake_new(fixture, "left-over", "b0");
	FakeWorker *mine = fake_new(fixture, "kabinet-12", "b1");

	begin(fixture, "b1");
	media_sweep(fixture->media);
	g_assert_cmpuint(heard(left, 0)->word, ==, WIRE_STOP);
	g_assert_cmpuint(heard(mine, 0)->word, ==, WIRE_START);
	g_assert_cmpuint(fixture->starts, ==, 0);
}

/* --- Probes --- */

static MediaProbe *look(Fixture *fixture, GError **error)
{
	const WireSource source = {.url = (char *)"rtsp://10.20.0.5/live"};

	return media_probe(fixture->media, &source, &PROBE_LISTENER, fixture, error);
}

static void test_probe(Fixture *fixture, gconstpointer data)
{
	FakeWorker *one;
	g_autofree char *still = NULL;

	g_assert_nonnull(look(fixture, NULL));
	one = worker(fixture, 0);
	g_assert_cmpuint(heard(one, 0)->word, ==, WIRE_PROBE);
	g_assert_true(g_str_has_prefix(one->name, "probe-"));
	still = g_build_filename(one->folder, "still.jpg", NULL);
	g_assert_true(g_file_set_contents(still, "jpeg", -1, NULL));
	lines_send(one->lines, "{\"word\":\"step\",\"step\":\"receiving\"}");
	lines_send(one->lines, "{\"word\":\"result\",\"has_still\":true}");
	WAIT(fixture->results == 1);
	g_assert_cmpuint(fixture->steps, ==, 1);
	g_assert_null(fixture->reason);
	g_assert_cmpmem(g_bytes_get_data(fixture->still, NULL), g_bytes_get_size(fixture->still),
			"jpeg", 4);
	g_assert_cmpuint(heard(one, 1)->word, ==, WIRE_STOP);
}

static void test_probe_cancelled(Fixture *fixture, gconstpointer data)
{
	MediaProbe *probe = look(fixture, NULL);
	FakeWorker *one = worker(fixture, 0);

	heard(one, 0);
	media_probe_cancel(probe);
	g_assert_cmpuint(heard(one, 1)->word, ==, WIRE_STOP);
	g_assert_cmpuint(fixture->results, ==, 0);
}

static void test_probe_crashes(Fixture *fixture, gconstpointer data)
{
	fixture->starts_fail = true;
	g_assert_nonnull(look(fixture, NULL));
	WAIT(fixture->results == 1);
	g_assert_cmpstr(fixture->reason, ==, "camera-no-answer");
	g_assert_cmpuint(fixture->starts, ==, 2);
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
