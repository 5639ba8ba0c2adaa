/* SPDX-License-Identifier: LGPL-2.1-or-later
 * GStreamer calls from its own threads. What they have to say goes through one queue to the loop;
 * the queue's source is woken by its ready time, which needs no allocation a picture. */
#include "rtsp.h"

#include "base/log.h"
#include "branch.h"
#include "stamps.h"
#include "wire/wire.h"

#include <gst/app/gstappsink.h>
#include <gst/rtsp/gstrtspmessage.h>
#include <gst/rtsp/gstrtspurl.h>
#include <string.h>
#include <time.h>

#define PROTOCOL_UDP 1 /* GstRTSPLowerTrans */
#define PROTOCOL_TCP 4
#define BUFFER_SLAVE 1 /* rtspsrc's buffer-mode: follow the camera's clock */
#define JITTER_MS    200
#define QUEUE_MAX    2000

typedef enum { NEWS_STREAM, NEWS_STREAMS_KNOWN, NEWS_UNIT, NEWS_NOTE, NEWS_FAILED } NewsKind;

typedef struct {
	NewsKind kind;
	Stream *stream;
	bool taken;
	Unit unit;
	const char *note; /* static */
	char *reason;
	char *detail;
	char *package;
} News;

/* A GSource that gives the queue to the loop. */
typedef struct {
	GSource source;
	Rtsp *rtsp;
} NewsSource;

/* What the callbacks of an appsink need; lives as long as the sink. */
typedef struct {
	Rtsp *rtsp;
	UnitKind kind;
	GstCaps *caps; /* that `header` was taken from */
	GBytes *header;
} Tap;

struct Rtsp {
	GstElement *pipeline;
	GstElement *source;
	char *pipelines;
	char **networks;
	bool reordered;
	bool video_taken; /* by threads of rtspsrc only, one at a time */
	bool audio_taken;
	gint64 boot_offset_ns; /* CLOCK_BOOTTIME minus the pipeline's clock */
	Stamps *stamps;
	GAsyncQueue *news;
	GSource *news_source;
	unsigned bus_id;
	bool streams_told;
	bool ended;
	bool *freed; /* set while a listener is called */
	RtspListener listener;
	void *data;
};

static void news_free(void *data)
{
	News *news = data;

	stream_free(news->stream);
	g_clear_pointer(&news->unit.data, g_bytes_unref);
	g_clear_pointer(&news->unit.header, g_bytes_unref);
	g_free(news->reason);
	g_free(news->detail);
	g_free(news->package);
	g_free(news);
}

static void tell(Rtsp *self, News news)
{
	bool can_wait = news.kind == NEWS_UNIT && news.unit.kind == UNIT_AUDIO;

	g_async_queue_push(self->news, g_memdup2(&news, sizeof news));
	/* Sound is needed when a picture closes a part: it comes along with the next one, which
	 * spares two of three wake-ups. */
	if (!can_wait)
		g_source_set_ready_time(self->news_source, 0);
}

static void tell_failed(Rtsp *self, const char *reason, const char *detail, const char *package)
{
	tell(self, (News){.kind = NEWS_FAILED,
			  .reason = g_strdup(reason),
			  .detail = g_strdup(detail),
			  .package = g_strdup(package)});
}

static gint64 clock_ns(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (gint64)now.tv_sec * G_GINT64_CONSTANT(1000000000) + now.tv_nsec;
}

/* --- In the loop --- */

static void hear(Rtsp *self, const News *news)
{
	switch (news->kind) {
	case NEWS_STREAM:
		self->listener.on_stream(self->data, news->stream, news->taken);
		break;
	case NEWS_STREAMS_KNOWN:
		if (self->streams_told)
			break;
		self->streams_told = true;
		self->listener.on_streams_known(self->data);
		break;
	case NEWS_UNIT:
		self->listener.on_unit(self->data, &news->unit);
		break;
	case NEWS_NOTE:
		self->listener.on_note(self->data, news->note);
		break;
	case NEWS_FAILED:
		self->ended = true;
		self->listener.on_failed(self->data, news->reason, news->detail, news->package);
		break;
	}
}

static gboolean hear_news(GSource *source, GSourceFunc unused, void *data)
{
	Rtsp *self = ((NewsSource *)source)->rtsp;
	bool freed = false;
	News *news;

	g_source_set_ready_time(source, -1);
	self->freed = &freed;
	while (!freed && (news = g_async_queue_try_pop(self->news))) {
		/* The first unit may overtake "no more pads", which says that all are known. */
		if (news->kind == NEWS_UNIT && !self->streams_told)
			hear(self, &(News){.kind = NEWS_STREAMS_KNOWN});
		if (!freed && !self->ended)
			hear(self, news);
		news_free(news);
	}
	if (!freed)
		self->freed = NULL;
	return G_SOURCE_CONTINUE;
}

static void fail_from_loop(Rtsp *self, const char *reason, const char *detail)
{
	if (self->ended)
		return;
	self->ended = true;
	self->listener.on_failed(self->data, reason, detail, NULL);
}

static void hear_error(Rtsp *self, const GError *error, const char *debug)
{
	log_failure(LOG_DEBUG, error, "GStreamer, with %s", debug ? debug : "nothing more");
	if (g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED))
		fail_from_loop(self, "camera-wrong-password",
			       "The camera does not accept this login and password");
	else if (g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND))
		fail_from_loop(self, "camera-no-such-path",
			       "The camera has no stream at this path");
	else if (g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND) &&
		 self->video_taken && !self->ended) {
		/* It announced a stream that we want and then offered no transport for it. */
		self->ended = true;
		self->listener.on_only_udp(self->data);
	} else if (g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ) ||
		   g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE))
		fail_from_loop(self, "camera-no-answer", "The camera does not answer");
	else
		fail_from_loop(self, "camera-no-video", "The camera's stream broke off");
}

static gboolean on_message(GstBus *bus, GstMessage *message, void *data)
{
	Rtsp *self = data;

	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
		g_autoptr(GError) error = NULL;
		g_autofree char *debug = NULL;

		gst_message_parse_error(message, &error, &debug);
		hear_error(self, error, debug);
	} else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
		fail_from_loop(self, "camera-no-answer", "The camera closed the connection");
	}
	return G_SOURCE_CONTINUE;
}

/* --- In GStreamer's threads --- */

static void unmap_buffer(void *data)
{
	GstMapInfo *map = data;
	GstMemory *memory = map->memory;

	gst_memory_unmap(memory, map);
	gst_memory_unref(memory);
	g_free(map);
}

/* The buffer's bytes without a copy, if they lie in one piece. */
static GBytes *bytes_of(GstBuffer *buffer)
{
	GstMapInfo *map = g_new0(GstMapInfo, 1);
	GstMemory *memory = gst_buffer_get_all_memory(buffer);

	if (!memory || !gst_memory_map(memory, map, GST_MAP_READ)) {
		g_clear_pointer(&memory, gst_memory_unref);
		g_free(map);
		return NULL;
	}
	return g_bytes_new_with_free_func(map->data, map->size, unmap_buffer, map);
}

static void learn_header(Tap *tap, GstCaps *caps)
{
	const GstStructure *structure;
	const GValue *value;
	GstBuffer *header;

	if (!caps || caps == tap->caps)
		return;
	gst_caps_replace(&tap->caps, caps);
	structure = gst_caps_get_structure(caps, 0);
	value = gst_structure_get_value(structure, "codec_data");
	header = value ? gst_value_get_buffer(value) : NULL;
	g_clear_pointer(&tap->header, g_bytes_unref);
	if (header)
		tap->header = bytes_of(header);
}

static gint64 boot_time(Rtsp *self, const GstSegment *segment, GstClockTime time)
{
	guint64 running = 0;
	int sign;

	if (!GST_CLOCK_TIME_IS_VALID(time))
		return UNIT_NO_TIME;
	sign = gst_segment_to_running_time_full(segment, GST_FORMAT_TIME, time, &running);
	/* Seventy years: sums of such would not fit. */
	if (sign == 0 || running > G_MAXINT64 / 4)
		return UNIT_NO_TIME;
	return sign * (gint64)running + (gint64)gst_element_get_base_time(self->pipeline) +
	       self->boot_offset_ns;
}

static void tell_sample(Tap *tap, GstSample *sample)
{
	GstBuffer *buffer = gst_sample_get_buffer(sample);
	const GstSegment *segment = gst_sample_get_segment(sample);
	Unit unit = {.kind = tap->kind, .arrived_ns = clock_ns(CLOCK_BOOTTIME)};

	learn_header(tap, gst_sample_get_caps(sample));
	if (!tap->header || g_async_queue_length(tap->rtsp->news) > QUEUE_MAX)
		return;
	unit.pts_ns = boot_time(tap->rtsp, segment, GST_BUFFER_PTS(buffer));
	unit.dts_ns = tap->rtsp->reordered ? boot_time(tap->rtsp, segment, GST_BUFFER_DTS(buffer))
					   : unit.pts_ns;
	unit.key = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
	if (unit.kind == UNIT_VIDEO && (unit.pts_ns == UNIT_NO_TIME || unit.dts_ns == UNIT_NO_TIME))
		return;
	unit.data = bytes_of(buffer);
	if (!unit.data)
		return;
	unit.header = g_bytes_ref(tap->header);
	tell(tap->rtsp, (News){.kind = NEWS_UNIT, .unit = unit});
}

static GstFlowReturn on_sample(GstAppSink *sink, void *data)
{
	GstSample *sample = gst_app_sink_pull_sample(sink);

	if (!sample)
		return GST_FLOW_EOS;
	tell_sample(data, sample);
	gst_sample_unref(sample);
	return GST_FLOW_OK;
}

static void tap_free(void *data)
{
	Tap *tap = data;

	gst_caps_replace(&tap->caps, NULL);
	g_clear_pointer(&tap->header, g_bytes_unref);
	g_free(tap);
}

static bool tap_branch(Rtsp *self, GstElement *branch, UnitKind kind)
{
	g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(branch), "out");
	GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
	Tap *tap;

	if (!sink || !GST_IS_APP_SINK(sink))
		return false;
	tap = g_new0(Tap, 1);
	tap->rtsp = self;
	tap->kind = kind;
	gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, tap, tap_free);
	return true;
}

static void add_branch(Rtsp *self, GstPad *pad, const Stream *stream)
{
	bool reordered = self->reordered && stream->video;
	g_autofree char *package = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GstPad) entry = NULL;
	GstElement *branch = branch_load(
		self->pipelines, reordered ? "h264-reordered" : stream->branch, &package, &error);

	if (!branch) {
		tell_failed(self, package ? "camera-plugin-missing" : "camera-no-video",
			    error->message, package);
		return;
	}
	gst_bin_add(GST_BIN(self->pipeline), branch);
	entry = gst_element_get_static_pad(branch, "sink");
	stamps_watch(self->stamps, entry, stream->video, stream->clock_rate);
	if (!tap_branch(self, branch, stream->video ? UNIT_VIDEO : UNIT_AUDIO) ||
	    !gst_element_sync_state_with_parent(branch) ||
	    gst_pad_link(pad, entry) != GST_PAD_LINK_OK)
		tell_failed(self, "camera-no-video", "The pipeline's description does not fit",
			    NULL);
}

static void on_pad(GstElement *source, GstPad *pad, void *data)
{
	g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
	g_autoptr(Stream) stream = NULL;

	if (!caps)
		caps = gst_pad_query_caps(pad, NULL);
	stream = stream_from_caps(caps);
	if (stream && stream->branch)
		add_branch(data, pad, stream);
}

static void on_odd_clock(void *data)
{
	tell(data, (News){.kind = NEWS_NOTE, .note = "odd-clock"});
}

static void on_no_more_pads(GstElement *source, void *data)
{
	tell(data, (News){.kind = NEWS_STREAMS_KNOWN});
}

/* A camera whose sound needs a plugin that is not installed is seen all the same. */
static bool can_be_heard(const Rtsp *self, Stream *stream)
{
	GstElement *branch =
		branch_load(self->pipelines, stream->branch, &stream->missing_package, NULL);

	if (branch)
		gst_object_unref(gst_object_ref_sink(branch));
	return branch != NULL;
}

/* The first picture and the first sound that can be passed through are taken. */
static gboolean on_select(GstElement *source, unsigned number, GstCaps *caps, void *data)
{
	Rtsp *self = data;
	Stream *stream = stream_from_caps(caps);
	bool *taken;
	bool take;

	if (!stream)
		return FALSE;
	taken = stream->video ? &self->video_taken : &self->audio_taken;
	take = stream->branch && !*taken && (stream->video || can_be_heard(self, stream));
	*taken = *taken || take;
	tell(self, (News){.kind = NEWS_STREAM, .stream = stream, .taken = take});
	return take;
}

static bool host_may_be(Rtsp *self, const char *host)
{
	g_autoptr(GResolver) resolver = g_resolver_get_default();
	GList *addresses = g_resolver_lookup_by_name(resolver, host, NULL, NULL);
	bool may = true;

	for (GList *link = addresses; link; link = link->next)
		may = may && camera_may_be_at(link->data, (const char *const *)self->networks);
	g_resolver_free_addresses(addresses);
	return may;
}

/* A camera that answers the stream's own connection with a redirect is followed by rtspsrc:
 * nothing is said to an address that is not allowed. The address is read as rtspsrc reads it: what
 * is too odd for us would be followed all the same. */
static gboolean on_before_send(GstElement *source, GstRTSPMessage *message, void *data)
{
	GstRTSPMethod method;
	const char *uri = NULL;
	GstRTSPUrl *url = NULL;
	bool may;

	if (gst_rtsp_message_parse_request(message, &method, &uri, NULL) != GST_RTSP_OK || !uri ||
	    gst_rtsp_url_parse(uri, &url) != GST_RTSP_OK)
		return TRUE;
	may = host_may_be(data, url->host);
	gst_rtsp_url_free(url);
	if (!may)
		tell_failed(data, "camera-forbidden-address",
			    "The camera redirects to a forbidden address", NULL);
	return may;
}

/* --- Life --- */

static void make_source(Rtsp *self, const RtspOptions *options)
{
	guint64 patience_us = (guint64)options->answer_ms * 1000;

	self->source = gst_element_factory_make("rtspsrc", NULL);
	if (!self->source) {
		tell_failed(self, "camera-plugin-missing", "GStreamer's rtspsrc is missing",
			    "gstreamer1.0-plugins-good");
		return;
	}
	g_object_set(self->source, "location", options->url, "protocols",
		     options->udp ? PROTOCOL_UDP : PROTOCOL_TCP, "latency", JITTER_MS,
		     "buffer-mode", BUFFER_SLAVE, "tcp-timeout", patience_us, "timeout",
		     patience_us, "user-agent", "urok", "add-reference-timestamp-meta", TRUE, NULL);
	if (options->login)
		g_object_set(self->source, "user-id", options->login, "user-pw",
			     options->password ? options->password : "", NULL);
	g_signal_connect(self->source, "select-stream", G_CALLBACK(on_select), self);
	g_signal_connect(self->source, "pad-added", G_CALLBACK(on_pad), self);
	g_signal_connect(self->source, "no-more-pads", G_CALLBACK(on_no_more_pads), self);
	g_signal_connect(self->source, "before-send", G_CALLBACK(on_before_send), self);
	gst_bin_add(GST_BIN(self->pipeline), self->source);
}

static void make_pipeline(Rtsp *self)
{
	g_autoptr(GstClock) clock = gst_system_clock_obtain();
	g_autoptr(GstBus) bus = NULL;

	self->pipeline = gst_pipeline_new(NULL);
	gst_pipeline_use_clock(GST_PIPELINE(self->pipeline), clock);
	self->boot_offset_ns = clock_ns(CLOCK_BOOTTIME) - (gint64)gst_clock_get_time(clock);
	self->stamps = stamps_new(self->pipeline, self->boot_offset_ns, on_odd_clock, self);
	bus = gst_pipeline_get_bus(GST_PIPELINE(self->pipeline));
	self->bus_id = gst_bus_add_watch(bus, on_message, self);
}

static void make_news_source(Rtsp *self)
{
	static GSourceFuncs functions = {.dispatch = hear_news};

	self->news = g_async_queue_new_full(news_free);
	self->news_source = g_source_new(&functions, sizeof(NewsSource));
	((NewsSource *)self->news_source)->rtsp = self;
	g_source_attach(self->news_source, NULL);
}

Rtsp *rtsp_new(const RtspOptions *options, const RtspListener *listener, void *data)
{
	Rtsp *self = g_new0(Rtsp, 1);

	self->pipelines = g_strdup(options->pipelines);
	self->networks = g_strdupv((char **)options->networks);
	self->reordered = options->reordered;
	self->listener = *listener;
	self->data = data;
	make_news_source(self);
	make_pipeline(self);
	make_source(self, options);
	gst_element_set_state(self->pipeline, GST_STATE_PLAYING);
	return self;
}

void rtsp_free(Rtsp *self)
{
	if (!self)
		return;
	if (self->freed)
		*self->freed = true;
	g_source_remove(self->bus_id);
	gst_element_set_state(self->pipeline, GST_STATE_NULL);
	gst_object_unref(self->pipeline);
	stamps_free(self->stamps);
	g_source_destroy(self->news_source);
	g_source_unref(self->news_source);
	g_async_queue_unref(self->news);
	g_strfreev(self->networks);
	g_free(self->pipelines);
	g_free(self);
}
