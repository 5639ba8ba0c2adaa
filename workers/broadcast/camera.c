/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The life of a connection: reach, connect, live, lost, wait, and again. rtspsrc says nothing of a
 * camera that is frozen, so pictures are watched here. */
#include "camera.h"

#include "headers.h"
#include "reach.h"
#include "rtsp.h"

#include <string.h>

#define BACKOFF_MOST	  8
#define PASSWORD_BACKOFF  30 /* many cameras lock an account after a few wrong passwords */
#define WATCH_TURNS	  4
#define MEASURED_PICTURES 24
#define RATE_MAX_MILLI	  240000
#define STEADY_PICTURE	  125 /* by then the camera's clock is known */
#define CODEC_DETAIL	  "The camera sends %s, which no browser plays"

struct Camera {
	CameraOptions options;
	char *pipelines;
	CameraListener listener;
	void *data;
	bool running;
	WireSource source;
	Reach *reach;
	Rtsp *rtsp;
	char *url; /* by its judged address */
	unsigned retry_id;
	unsigned watch_id;
	unsigned backoff; /* in units of retry_ms */
	bool udp;	  /* found out: this camera has no TCP */
	bool reordered;	  /* found out: it sends B-frames */
	bool begun;
	bool has_video; /* of this connection */
	bool has_audio;
	bool converted; /* the sound is not as the camera sends it */
	unsigned quiet;	  /* turns of the watch without a picture */
	GBytes *header;		/* avcC that `video` was read from */
	VideoHeader video;
	gint64 last_pts_ns;
	gint64 first_pts_ns;
	unsigned pictures;
	WireCamera said;
};

static void connect_now(Camera *self);

static void say(Camera *self)
{
	self->listener.on_change(self->data, &self->said);
}

static void set_state(Camera *self, WireCameraState state, const char *reason, const char *detail)
{
	bool same = self->said.state == state && g_strcmp0(self->said.reason, reason) == 0;

	self->said.state = state;
	g_free(self->said.reason);
	self->said.reason = g_strdup(reason);
	g_free(self->said.detail);
	self->said.detail = g_strdup(detail);
	if (!same)
		say(self);
}

static void add_note(Camera *self, const char *note)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	char **notes = self->said.notes;

	if (notes && (g_strv_contains((const char *const *)notes, note) ||
		      g_strv_length(notes) >= WIRE_NOTES_MAX))
		return;
	if (notes)
		g_strv_builder_addv(builder, (const char **)notes);
	g_strv_builder_add(builder, note);
	g_strfreev(notes);
	self->said.notes = g_strv_builder_end(builder);
}

void camera_note(Camera *self, const char *note)
{
	add_note(self, note);
	if (self->said.state == CAMERA_LIVE)
		say(self);
}

/* --- Losing it --- */

static void disconnect(Camera *self)
{
	g_clear_handle_id(&self->watch_id, g_source_remove);
	g_clear_pointer(&self->reach, reach_free);
	g_clear_pointer(&self->rtsp, rtsp_free);
	g_clear_pointer(&self->header, g_bytes_unref);
	if (self->begun) {
		self->begun = false;
		self->listener.on_end(self->data);
	}
}

static gboolean retry(void *data)
{
	Camera *self = data;

	self->retry_id = 0;
	connect_now(self);
	return G_SOURCE_REMOVE;
}

static void lose(Camera *self, const char *reason, const char *detail)
{
	bool password = strcmp(reason, "camera-wrong-password") == 0;
	unsigned wait = self->options.retry_ms * (password ? PASSWORD_BACKOFF : self->backoff);

	disconnect(self);
	self->backoff = MIN(self->backoff * 2, BACKOFF_MOST);
	if (!self->options.once)
		self->retry_id = g_timeout_add(wait, retry, self);
	set_state(self, CAMERA_LOST, reason, detail);
}

/* Before its first picture a camera is connected, and may wait for its next key frame. */
static unsigned patience_turns(const Camera *self)
{
	unsigned silence_ms = MAX(self->options.silence_ms, 1);

	if (self->pictures > 0)
		return WATCH_TURNS;
	return WATCH_TURNS * (silence_ms + self->options.answer_ms) / silence_ms;
}

/* Counted in turns and not by the clock: while this machine stood still nobody listened. */
static gboolean watch(void *data)
{
	Camera *self = data;

	if (++self->quiet <= patience_turns(self))
		return G_SOURCE_CONTINUE;
	self->watch_id = 0;
	lose(self, "camera-no-video", "The camera sends no picture");
	return G_SOURCE_REMOVE;
}

/* Found out how it must be connected. A camera needs a moment to let its stream go. */
static void connect_otherwise(Camera *self)
{
	disconnect(self);
	self->retry_id = g_timeout_add(MAX(self->options.retry_ms / 4, 1), retry, self);
}

/* --- What is found --- */

static WireFound *found(Camera *self)
{
	if (!self->said.found)
		self->said.found = g_new0(WireFound, 1);
	return self->said.found;
}

static void forget(Camera *self)
{
	g_clear_pointer(&self->said.found, wire_found_free);
	g_clear_pointer(&self->said.notes, g_strfreev);
	self->has_video = false;
	self->has_audio = false;
	self->pictures = 0;
}

static void on_stream(void *data, const Stream *stream, bool taken)
{
	Camera *self = data;
	WireFound *what = found(self);
	bool *has = stream->video ? &self->has_video : &self->has_audio;
	char **codec = stream->video ? &what->video_codec : &what->audio_codec;

	if (*has || (*codec && !taken))
		return;
	g_free(*codec);
	*codec = g_strdup(stream->codec);
	*has = taken;
	if (stream->video) {
		what->playable = taken;
	} else {
		what->audible = taken;
		self->converted = stream->converted;
		g_free(what->missing_package);
		what->missing_package = g_strdup(stream->missing_package);
		what->audio_rate = stream->rate;
		what->audio_channels = stream->channels;
	}
}

static void refuse_codec(Camera *self)
{
	WireFound *what = found(self);
	g_autofree char *detail = what->video_codec
					  ? g_strdup_printf(CODEC_DETAIL, what->video_codec)
					  : g_strdup("The camera sends no picture");

	if (what->video_codec)
		what->not_playable_reason = g_strdup("camera-codec");
	lose(self, what->video_codec ? "camera-codec" : "camera-no-video", detail);
}

static void on_streams_known(void *data)
{
	Camera *self = data;
	WireFound *what = found(self);

	g_clear_pointer(&self->reach, reach_free);
	g_free(what->transport);
	what->transport = g_strdup(self->udp ? "udp" : "tcp");
	if (!self->has_video) {
		refuse_codec(self);
		return;
	}
	if (what->audio_codec && !self->has_audio)
		add_note(self, "audio-codec");
	self->begun = true;
	self->quiet = 0;
	self->listener.on_step(self->data, "receiving");
	self->listener.on_begin(self->data, self->has_audio);
}

/* Whether it is another header than before. */
static bool learn_video(Camera *self, const Unit *unit)
{
	WireFound *what = found(self);

	if (self->header == unit->header ||
	    (self->header && g_bytes_equal(self->header, unit->header)))
		return false;
	g_clear_pointer(&self->header, g_bytes_unref);
	self->header = g_bytes_ref(unit->header);
	if (!video_header_parse(unit->header, &self->video))
		self->video = (VideoHeader){.profile = "other", .may_reorder = true};
	g_free(what->profile);
	what->profile = g_strdup(self->video.profile);
	what->width = self->video.width;
	what->height = self->video.height;
	if (self->video.frame_rate_milli)
		what->frame_rate_milli = self->video.frame_rate_milli;
	return true;
}

/* False: a kind of AAC that browsers do not play. */
static bool learn_audio(Camera *self, const Unit *unit)
{
	WireFound *what = found(self);
	AudioHeader header;
	bool known = audio_header_parse(unit->header, &header);

	if (known && !self->converted) {
		what->audio_rate = header.rate;
		what->audio_channels = header.channels;
	}
	if (known && header.low_complexity)
		return true;
	if (what->audible) {
		what->audible = false;
		camera_note(self, "audio-codec");
	}
	return false;
}

/* From the last MEASURED_PICTURES; 0: no camera is so fast, their times make no sense. */
static gint64 measured_milli(const Camera *self, const Unit *unit)
{
	gint64 took_ns = unit->pts_ns - self->first_pts_ns;
	gint64 milli;

	if (took_ns <= 0)
		return 0;
	milli = MEASURED_PICTURES * G_GINT64_CONSTANT(1000000000000) / took_ns;
	milli = milli > 2000 ? (milli + 250) / 500 * 500 : milli;
	return milli <= RATE_MAX_MILLI ? milli : 0;
}

/* Cameras announce rates that they do not send, so they are measured. The first second runs too
 * fast or too slow: it counts only when nothing was announced. What comes later corrects what is
 * far off. True: there is something new to tell. */
static bool measure_rate(Camera *self, const Unit *unit)
{
	WireFound *what = found(self);
	gint64 known = what->frame_rate_milli;
	unsigned picture = self->pictures++;
	gint64 milli;

	if (picture == 0 || picture == STEADY_PICTURE)
		self->first_pts_ns = unit->pts_ns;
	if (picture != MEASURED_PICTURES && picture != STEADY_PICTURE + MEASURED_PICTURES)
		return false;
	milli = measured_milli(self, unit);
	if (milli == 0 || (known && (picture < STEADY_PICTURE || ABS(milli - known) * 4 < known)))
		return false;
	what->frame_rate_milli = (unsigned)milli;
	return true;
}

static bool is_reordered(Camera *self, const Unit *unit)
{
	bool back = self->pictures > 0 && unit->pts_ns < self->last_pts_ns;

	self->last_pts_ns = unit->pts_ns;
	return back && !self->reordered && self->video.may_reorder;
}

static void on_unit(void *data, const Unit *unit)
{
	Camera *self = data;
	bool changed;

	if (unit->kind == UNIT_AUDIO) {
		if (learn_audio(self, unit))
			self->listener.on_unit(self->data, unit);
		return;
	}
	self->quiet = 0;
	changed = learn_video(self, unit);
	if (is_reordered(self, unit)) {
		self->reordered = true;
		connect_otherwise(self);
		return;
	}
	changed = measure_rate(self, unit) || changed;
	self->backoff = 1;
	if (self->said.state != CAMERA_LIVE)
		set_state(self, CAMERA_LIVE, NULL, NULL);
	else if (changed)
		say(self);
	self->listener.on_unit(self->data, unit);
}

static void on_rtsp_note(void *data, const char *note)
{
	camera_note(data, note);
}

static void on_failed(void *data, const char *reason, const char *detail, const char *package)
{
	Camera *self = data;
	bool none_taken = !self->begun && self->said.found && !self->has_video;

	if (package) {
		WireFound *what = found(self);

		what->playable = false;
		g_free(what->not_playable_reason);
		what->not_playable_reason = g_strdup("camera-plugin-missing");
		g_free(what->missing_package);
		what->missing_package = g_strdup(package);
	}
	/* rtspsrc calls a camera of which no stream was taken a failure of its own. */
	if (none_taken && !package && strcmp(reason, "camera-wrong-password") != 0)
		refuse_codec(self);
	else
		lose(self, reason, detail);
}

/* --- Connecting --- */

static void on_only_udp(void *data)
{
	Camera *self = data;

	if (g_strcmp0(self->source.transport, "tcp") == 0 || self->udp) {
		lose(self, "camera-no-video", "The camera does not send over this transport");
		return;
	}
	self->udp = true;
	connect_otherwise(self);
}

static void open_stream(Camera *self)
{
	const RtspOptions options = {
		.url = self->url,
		.login = self->source.login,
		.password = self->source.password,
		.networks = (const char *const *)self->source.networks,
		.pipelines = self->pipelines,
		.udp = self->udp,
		.reordered = self->reordered,
		.answer_ms = self->options.answer_ms,
	};
	const RtspListener listener = {on_stream,    on_streams_known, on_unit,
				       on_rtsp_note, on_failed,	       on_only_udp};

	self->quiet = 0;
	self->watch_id =
		g_timeout_add(MAX(self->options.silence_ms / WATCH_TURNS, 20), watch, self);
	self->rtsp = rtsp_new(&options, &listener, self);
}

static void on_reach_step(void *data, const char *step)
{
	Camera *self = data;

	self->listener.on_step(self->data, step);
}

static void on_reached(void *data, const char *url, const char *reason, const char *detail)
{
	Camera *self = data;

	if (reason) {
		lose(self, reason, detail);
		return;
	}
	g_free(self->url);
	self->url = g_strdup(url);
	open_stream(self);
}

static void connect_now(Camera *self)
{
	const ReachListener listener = {on_reach_step, on_reached};

	forget(self);
	self->reach = reach_start(&self->source, self->options.answer_ms, &listener, self);
}

static bool same_source(const WireSource *a, const WireSource *b)
{
	return g_strcmp0(a->url, b->url) == 0 && g_strcmp0(a->login, b->login) == 0 &&
	       g_strcmp0(a->password, b->password) == 0 &&
	       g_strcmp0(a->transport, b->transport) == 0 && a->networks && b->networks &&
	       g_strv_equal((const char *const *)a->networks, (const char *const *)b->networks);
}

void camera_start(Camera *self, const WireSource *source)
{
	if (self->running && same_source(source, &self->source))
		return;
	camera_stop(self);
	wire_source_clear(&self->source);
	wire_source_copy(source, &self->source);
	self->running = true;
	self->udp = g_strcmp0(source->transport, "udp") == 0;
	self->reordered = false;
	self->backoff = 1;
	set_state(self, CAMERA_CONNECTING, NULL, NULL);
	connect_now(self);
}

void camera_stop(Camera *self)
{
	g_clear_handle_id(&self->retry_id, g_source_remove);
	disconnect(self);
	self->running = false;
}

const WireCamera *camera_state(const Camera *self)
{
	return &self->said;
}

Camera *camera_new(const CameraOptions *options, const CameraListener *listener, void *data)
{
	Camera *self = g_new0(Camera, 1);

	self->options = *options;
	self->pipelines = g_strdup(options->pipelines);
	self->listener = *listener;
	self->data = data;
	self->backoff = 1;
	return self;
}

void camera_free(Camera *self)
{
	if (!self)
		return;
	self->begun = false;
	camera_stop(self);
	wire_source_clear(&self->source);
	wire_camera_clear(&self->said);
	g_free(self->url);
	g_free(self->pipelines);
	g_free(self);
}
