/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Joins control, camera, segmenter and window; holds no rule of theirs. */
#include "broadcaster.h"

#include "base/log.h"
#include "control.h"
#include "probe.h"
#include "segmenter.h"

#define STILL_FILE "still.jpg"

struct Broadcaster {
	BroadcasterOptions options;
	Folder *folder;
	Window *window;
	Segmenter *segmenter; /* NULL: not started */
	Camera *camera;
	Control *control;
	Probe *probe;
	unsigned orphan_id;
	unsigned failed_writes;
	bool stopped;
	void (*on_end)(void *data);
	void *data;
};

/* --- What is told --- */

static char *first_line(void *data)
{
	Broadcaster *self = data;
	Wire wire = {.word = WIRE_STATE, .state = *window_state(self->window)};

	wire.state.camera = *camera_state(self->camera);
	if (!self->segmenter)
		wire.state.broadcast = NULL;
	return wire_format(&wire);
}

static void say_state(Broadcaster *self)
{
	Wire wire = {.word = WIRE_STATE, .state = *window_state(self->window)};

	wire.state.camera = *camera_state(self->camera);
	control_say(self->control, &wire);
}

static void on_part(void *data, const WirePart *part)
{
	Broadcaster *self = data;

	/* The part target is fixed with the first part, and only a state tells it. */
	if (part->msn == 0 && part->index == 0)
		say_state(self);
	else
		control_say(self->control, &(Wire){.word = WIRE_PART, .part = *part});
}

static void on_segment(void *data, const WireSegment *segment)
{
	Broadcaster *self = data;

	if (self->control)
		control_say(self->control, &(Wire){.word = WIRE_SEGMENT, .segment = *segment});
}

static void on_write(void *data, const GError *error)
{
	Broadcaster *self = data;
	const char *reason = error && !error_is(error, ERROR_NO_SPACE) ? "internal" : "no-space";
	Wire wire = {.word = WIRE_FAULT};

	if (error && self->failed_writes++ == 0)
		log_failure(LOG_ERROR, error, "The stream cannot be written");
	wire.fault = (WireFault){(char *)reason, error == NULL, self->failed_writes};
	control_say(self->control, &wire);
	if (!error) {
		log_write(LOG_NOTICE, "The stream can be written again after %u failures",
			  self->failed_writes);
		self->failed_writes = 0;
	}
}

static void on_note(void *data, const char *note)
{
	camera_note(((Broadcaster *)data)->camera, note);
}

static void on_change(void *data, const WireCamera *camera)
{
	Broadcaster *self = data;

	if (camera->state == CAMERA_LOST)
		log_write(LOG_WARNING, "The camera is lost: %s", camera->detail);
	if (self->control)
		control_say(self->control, &(Wire){.word = WIRE_CAMERA, .camera = *camera});
}

/* --- The camera --- */

static void on_step(void *data, const char *step)
{
}

static void on_begin(void *data, bool with_audio)
{
	segmenter_begin(((Broadcaster *)data)->segmenter, with_audio);
}

static void on_unit(void *data, const Unit *unit)
{
	segmenter_add(((Broadcaster *)data)->segmenter, unit);
}

static void on_camera_end(void *data)
{
	segmenter_end(((Broadcaster *)data)->segmenter);
}

/* --- What is commanded --- */

static void begin(Broadcaster *self, const WireStart *start)
{
	const SegmenterOptions options = {start->part_ms, start->segment_ms};
	const SegmenterListener listener = {on_write, on_note};

	if (g_strcmp0(window_state(self->window)->broadcast, start->broadcast) != 0) {
		camera_stop(self->camera);
		g_clear_pointer(&self->segmenter, segmenter_free);
		window_begin(self->window, start->broadcast);
	}
	if (!self->segmenter) {
		self->segmenter = segmenter_new(self->window, &options, &listener, self);
		log_write(LOG_INFO, "Broadcasting");
		say_state(self);
	}
	camera_start(self->camera, &start->source);
}

static gboolean stop(void *data)
{
	Broadcaster *self = data;

	self->on_end(self->data);
	return G_SOURCE_REMOVE;
}

static void stop_soon(Broadcaster *self)
{
	self->stopped = true;
	camera_stop(self->camera);
	g_idle_add(stop, self);
}

static void on_probe_says(void *data, const Wire *wire, GBytes *still)
{
	Broadcaster *self = data;
	g_autoptr(GError) error = NULL;

	if (still && !folder_write(self->folder, STILL_FILE, g_bytes_get_data(still, NULL),
				   g_bytes_get_size(still), &error))
		log_failure(LOG_WARNING, error, "The picture was not written");
	control_say(self->control, wire);
	if (wire->word == WIRE_RESULT)
		g_clear_pointer(&self->probe, probe_free);
}

static void on_word(void *data, const Wire *wire)
{
	Broadcaster *self = data;

	if (self->stopped)
		return;
	if (wire->word == WIRE_START && !self->probe)
		begin(self, &wire->start);
	else if (wire->word == WIRE_PROBE && !self->segmenter && !self->probe)
		self->probe = probe_start(&self->options.camera, &wire->probe, on_probe_says, self);
	else if (wire->word == WIRE_STOP)
		stop_soon(self);
	else
		log_write(LOG_WARNING, "The control socket was told something out of place");
}

static gboolean end_as_orphan(void *data)
{
	Broadcaster *self = data;

	self->orphan_id = 0;
	log_write(LOG_WARNING, "No daemon came back: the broadcast ends");
	stop_soon(self);
	return G_SOURCE_REMOVE;
}

static void on_connections(void *data, unsigned count)
{
	Broadcaster *self = data;

	g_clear_handle_id(&self->orphan_id, g_source_remove);
	if (count == 0 && self->options.orphan_s > 0)
		self->orphan_id =
			g_timeout_add_seconds(self->options.orphan_s, end_as_orphan, self);
}

/* --- Life --- */

Broadcaster *broadcaster_new(const BroadcasterOptions *options, void (*on_end)(void *data),
			     void *data, GError **error)
{
	const ControlListener control = {first_line, on_word, on_connections};
	const CameraListener camera = {on_step, on_change, on_begin, on_unit, on_camera_end};
	const WindowListener window = {on_part, on_segment};
	g_autoptr(Broadcaster) self = g_new0(Broadcaster, 1);

	self->options = *options;
	self->on_end = on_end;
	self->data = data;
	self->camera = camera_new(&options->camera, &camera, self);
	self->folder = folder_open(options->folder, error);
	if (!self->folder)
		return NULL;
	/* The socket first: it says whether another worker lives here, before a file is touched. */
	self->control = control_new(options->folder, &control, self, error);
	if (!self->control)
		return NULL;
	self->window = window_new(self->folder, &window, self);
	on_connections(self, 0);
	return g_steal_pointer(&self);
}

void broadcaster_free(Broadcaster *self)
{
	if (!self)
		return;
	g_clear_handle_id(&self->orphan_id, g_source_remove);
	probe_free(self->probe);
	camera_free(self->camera);
	segmenter_free(self->segmenter);
	window_free(self->window);
	/* The files first: while the socket is there no other worker takes this folder. */
	if (self->stopped)
		folder_sweep(self->folder, NULL, NULL);
	control_free(self->control);
	if (self->stopped)
		folder_discard(self->folder);
	folder_free(self->folder);
	g_free(self);
}
