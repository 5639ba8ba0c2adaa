/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as a camera's description of its streams: GStreamer takes it apart as rtspsrc does, we
 * read what comes out of it. */
#include "streams.h"

#include <gst/sdp/gstsdpmessage.h>
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
const char *__asan_default_options(void);
int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

/* That table is made by the loader: only the slow way sees who asked for it (tests/lib/leaks.supp). */
const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}

static GLogWriterOutput say_nothing(GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                                    gpointer data)
{
	return G_LOG_WRITER_HANDLED;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	g_log_set_writer_func(say_nothing, NULL, NULL);
	__lsan_disable();
	gst_init(NULL, NULL);
	__lsan_enable();
	return 0;
}

static void check(const Stream *stream)
{
	g_assert_true(stream->codec && strlen(stream->codec) <= 32);
	g_assert_true(g_utf8_validate(stream->codec, -1, NULL));
	g_assert_cmpuint(stream->rate, <, 1000000);
	if (!stream->video)
		g_assert_cmpuint(stream->channels, >=, 1);
}

/* A name of a field becomes a word of GLib's for ever, whose table is left behind when it grows:
 * that is no leak of ours. */
static GstCaps *caps_of(const GstSDPMessage *message, const GstSDPMedia *media, int format)
{
	GstCaps *caps;

	__lsan_disable();
	caps = gst_sdp_media_get_caps_from_media(media, format);
	if (caps) {
		gst_sdp_message_attributes_to_caps(message, caps);
		gst_sdp_media_attributes_to_caps(media, caps);
	}
	__lsan_enable();
	return caps;
}

static void try_format(const GstSDPMessage *message, const GstSDPMedia *media, int format)
{
	g_autoptr(GstCaps) caps = caps_of(message, media, format);
	g_autoptr(Stream) stream = caps ? stream_from_caps(caps) : NULL;

	if (stream)
		check(stream);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	GstSDPMessage *message;

	gst_sdp_message_new(&message);
	if (gst_sdp_message_parse_buffer(data, (guint)size, message) == GST_SDP_OK) {
		for (unsigned i = 0; i < gst_sdp_message_medias_len(message); i++) {
			const GstSDPMedia *media = gst_sdp_message_get_media(message, i);

			for (unsigned j = 0; j < gst_sdp_media_formats_len(media); j++)
				try_format(message, media,
				           atoi(gst_sdp_media_get_format(media, j)));
		}
	}
	gst_sdp_message_free(message);
	return 0;
}
