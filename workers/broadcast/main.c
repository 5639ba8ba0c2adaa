/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urok-broadcast: reads the command line, runs the loop.
 *
 *   urok-broadcast --directory DIR      serves: waits on DIR/control for `start`
 *   urok-broadcast probe [--still FILE] one line `probe` on standard input; `step`s and the
 * `result` on standard output (docs/worker-protocol.md) */
#include "base/log.h"
#include "broadcaster.h"
#include "probe.h"

#include <glib-unix.h>
#include <gst/gst.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

typedef struct {
	char *directory;
	char *pipelines;
	char *still;
	int orphan_s;
	int retry_ms;
	int silence_ms;
	int answer_ms;
	gboolean with_parent;
	char **rest;
} Options;

typedef struct {
	GMainLoop *loop;
	const Options *options;
	bool failed;
} Program;

static gboolean on_signal(void *data)
{
	g_main_loop_quit(data);
	return G_SOURCE_CONTINUE;
}

static void on_broadcaster_end(void *data)
{
	g_main_loop_quit(((Program *)data)->loop);
}

static CameraOptions camera_options(const Options *options)
{
	return (CameraOptions){
		.pipelines = options->pipelines,
		.retry_ms = (unsigned)options->retry_ms,
		.silence_ms = (unsigned)options->silence_ms,
		.answer_ms = (unsigned)options->answer_ms,
	};
}

static bool serve(Program *program, GError **error)
{
	const BroadcasterOptions options = {
		.folder = program->options->directory,
		.camera = camera_options(program->options),
		.orphan_s = (unsigned)program->options->orphan_s,
	};
	g_autoptr(Broadcaster) broadcaster =
		broadcaster_new(&options, on_broadcaster_end, program, error);

	if (!broadcaster)
		return false;
	g_main_loop_run(program->loop);
	return true;
}

static void write_still(const char *file, GBytes *still)
{
	g_autoptr(GError) error = NULL;

	if (!g_file_set_contents_full(file, g_bytes_get_data(still, NULL),
				      (gssize)g_bytes_get_size(still), G_FILE_SET_CONTENTS_NONE,
				      0640, &error))
		log_failure(LOG_ERROR, error, "The picture was not written");
}

static void on_probe_says(void *data, const Wire *wire, GBytes *still)
{
	Program *program = data;
	g_autofree char *line = wire_format(wire);

	if (still && program->options->still)
		write_still(program->options->still, still);
	puts(line);
	fflush(stdout);
	if (wire->word == WIRE_RESULT) {
		program->failed = wire->result.reason != NULL;
		g_main_loop_quit(program->loop);
	}
}

static Wire *read_word(GError **error)
{
	g_autofree char *line = g_malloc(WIRE_LINE_MAX + 2);

	if (!fgets(line, WIRE_LINE_MAX + 2, stdin))
		return error_null(error, ERROR_INVALID, "There is no line on standard input");
	return wire_parse(line, strcspn(line, "\n"), error);
}

static bool probe(Program *program, GError **error)
{
	const CameraOptions options = camera_options(program->options);
	g_autoptr(Wire) wire = read_word(error);
	g_autoptr(Probe) running = NULL;

	if (!wire)
		return false;
	if (wire->word != WIRE_PROBE)
		return error_set(error, ERROR_INVALID, "The line on standard input is no probe");
	running = probe_start(&options, &wire->probe, on_probe_says, program);
	g_main_loop_run(program->loop);
	return !program->failed;
}

/* A child ends with its parent, also if that died before we could say so. */
static void follow_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == 1)
		raise(SIGTERM);
}

/* A packet wakes three threads one after the other. As a batch none pushes another aside: they find
 * more to do when their turn comes, and it costs a twelfth less. Where it is not allowed, it is as it was. */
static void work_in_batches(void)
{
	const struct sched_param any = {0};

	(void)sched_setscheduler(0, SCHED_BATCH, &any);
}

static bool run(const Options *options, GError **error)
{
	bool probes = options->rest && g_strcmp0(options->rest[0], "probe") == 0;
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	Program program = {.loop = loop, .options = options};

	if (probes == (options->directory != NULL) ||
	    (options->rest && (!probes || options->rest[1])))
		return error_set(error, ERROR_INVALID, "Give either --directory DIR or probe");
	g_unix_signal_add(SIGTERM, on_signal, loop);
	g_unix_signal_add(SIGINT, on_signal, loop);
	if (options->with_parent)
		follow_parent();
	work_in_batches();
	gst_init(NULL, NULL);
	return probes ? probe(&program, error) : serve(&program, error);
}

static GOptionContext *context_new(Options *options)
{
	const GOptionEntry entries[] = {
		{"directory", 0, 0, G_OPTION_ARG_FILENAME, &options->directory,
		 "serve in this folder", "DIR"},
		{"pipelines", 0, 0, G_OPTION_ARG_FILENAME, &options->pipelines,
		 "where the pipeline descriptions are", "DIR"},
		{"still", 0, 0, G_OPTION_ARG_FILENAME, &options->still,
		 "probe: write a picture there", "FILE"},
		{"with-parent", 0, 0, G_OPTION_ARG_NONE, &options->with_parent,
		 "end when the parent process ends", NULL},
		{"orphan", 0, 0, G_OPTION_ARG_INT, &options->orphan_s,
		 "end when no daemon was connected for so long (0: never)", "SECONDS"},
		{"retry", 0, 0, G_OPTION_ARG_INT, &options->retry_ms,
		 "first pause before a lost camera is tried again (1000)", "MS"},
		{"silence", 0, 0, G_OPTION_ARG_INT, &options->silence_ms,
		 "a camera without pictures for so long is lost (6000)", "MS"},
		{"answer", 0, 0, G_OPTION_ARG_INT, &options->answer_ms,
		 "patience with each step of connecting (5000)", "MS"},
		{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->rest, NULL,
		 "[probe]"},
		{0},
	};
	GOptionContext *context = g_option_context_new(NULL);

	g_option_context_set_summary(context, "A camera's stream as parts for browsers.");
	g_option_context_add_main_entries(context, entries, NULL);
	return context;
}

int main(int argc, char *argv[])
{
	Options options = {.retry_ms = 1000, .silence_ms = 6000, .answer_ms = 5000};
	g_autoptr(GOptionContext) context = context_new(&options);
	g_autoptr(GError) error = NULL;
	bool done;

	log_open(g_getenv("UROK_DEBUG") ? LOG_DEBUG : LOG_INFO);
	signal(SIGPIPE, SIG_IGN);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "urok-broadcast: %s\n", error->message);
		return 2;
	}
	if (!options.pipelines)
		options.pipelines = g_strdup(PIPELINES);
	done = run(&options, &error);
	if (error)
		log_failure(LOG_ERROR, error, "urok-broadcast");
	g_free(options.directory);
	g_free(options.pipelines);
	g_free(options.still);
	g_strfreev(options.rest);
	return done ? 0 : 1;
}
