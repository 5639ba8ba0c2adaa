/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A small pipeline of its own: the key frame, the end, and what comes out before it. */
#include "still.h"

#include "branch.h"
#include "headers.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#define PATIENCE_MS 5000

struct Still {
	GstElement *pipeline;
	unsigned bus_id;
	unsigned deadline_id;
	char *missing_package;
	StillDone done;
	void *data;
};

static void finish(Still *self, GBytes *jpeg)
{
	StillDone done = self->done;

	if (!done)
		return;
	self->done = NULL;
	done(self->data, jpeg, self->missing_package);
}

static GBytes *take_picture(Still *self)
{
	g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(self->pipeline), "out");
	g_autoptr(GstSample) sample =
		sink ? gst_app_sink_try_pull_sample(GST_APP_SINK(sink), 0) : NULL;
	GstBuffer *buffer = sample ? gst_sample_get_buffer(sample) : NULL;
	gsize size = buffer ? gst_buffer_get_size(buffer) : 0;
	g_autofree char *data = g_malloc(size + 1);

	if (size == 0)
		return NULL;
	gst_buffer_extract(buffer, 0, data, size);
	return g_bytes_new_take(g_steal_pointer(&data), size);
}

static gboolean on_message(GstBus *bus, GstMessage *message, void *data)
{
	Still *self = data;

	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
		g_autoptr(GBytes) jpeg = take_picture(self);

		finish(self, jpeg);
	} else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
		finish(self, NULL);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean give_up(void *data)
{
	Still *self = data;

	self->deadline_id = 0;
	finish(self, NULL);
	return G_SOURCE_REMOVE;
}

static GstBuffer *buffer_of(GBytes *bytes)
{
	return gst_buffer_new_wrapped_bytes(bytes);
}

static void feed(GstElement *source, const Unit *unit)
{
	VideoHeader header = {0};
	g_autoptr(GstBuffer) codec_data = buffer_of(unit->header);
	g_autoptr(GstCaps) caps = gst_caps_new_simple(
		"video/x-h264", "stream-format", G_TYPE_STRING, "avc", "alignment", G_TYPE_STRING,
		"au", "codec_data", GST_TYPE_BUFFER, codec_data, NULL);

	if (video_header_parse(unit->header, &header))
		gst_caps_set_simple(caps, "width", G_TYPE_INT, (int)header.width, "height",
				    G_TYPE_INT, (int)header.height, NULL);
	g_object_set(source, "caps", caps, "format", GST_FORMAT_TIME, NULL);
	gst_app_src_push_buffer(GST_APP_SRC(source), buffer_of(unit->data));
	gst_app_src_end_of_stream(GST_APP_SRC(source));
}

static bool build(Still *self, const char *pipelines, const Unit *unit)
{
	GstElement *branch = branch_load(pipelines, "still", &self->missing_package, NULL);
	g_autoptr(GstBus) bus = gst_pipeline_get_bus(GST_PIPELINE(self->pipeline));
	/* Made only when there is what takes it over: it would be nobody's. */
	GstElement *source = branch ? gst_element_factory_make("appsrc", NULL) : NULL;
	g_autoptr(GstElement) sink = branch ? gst_bin_get_by_name(GST_BIN(branch), "out") : NULL;

	if (!source || !sink)
		return false;
	/* The picture is taken when the end is told: the end must not wait for that. */
	g_object_set(sink, "wait-on-eos", FALSE, NULL);
	gst_bin_add_many(GST_BIN(self->pipeline), source, branch, NULL);
	if (!gst_element_link(source, branch))
		return false;
	self->bus_id = gst_bus_add_watch(bus, on_message, self);
	gst_element_set_state(self->pipeline, GST_STATE_PLAYING);
	feed(source, unit);
	return true;
}

Still *still_start(const char *pipelines, const Unit *key_frame, StillDone done, void *data)
{
	Still *self = g_new0(Still, 1);
	bool built;

	self->done = done;
	self->data = data;
	self->pipeline = gst_pipeline_new(NULL);
	built = build(self, pipelines, key_frame);
	/* What cannot be built is told from the loop, too: one way for all outcomes. */
	self->deadline_id = g_timeout_add(built ? PATIENCE_MS : 0, give_up, self);
	return self;
}

void still_free(Still *self)
{
	if (!self)
		return;
	g_clear_handle_id(&self->deadline_id, g_source_remove);
	g_clear_handle_id(&self->bus_id, g_source_remove);
	gst_element_set_state(self->pipeline, GST_STATE_NULL);
	gst_object_unref(self->pipeline);
	g_free(self->missing_package);
	g_free(self);
}
