/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pad probes between source, encoder and payloader. They run in streaming threads, so what a
 * command sets is atomic. */
#include "faults.h"

#include <gst/rtp/gstrtpbuffer.h>
#include <stdio.h>
#include <string.h>

#define RTP_CLOCK 90000

/* ITU-T H.264 §D.1.6: user_data_unregistered begins with a UUID; ours is readable. */
#define STAMP_UUID "UROKWALLCLOCKUS:"

typedef enum { CLOCK_RIGHT, CLOCK_CONSTANT, CLOCK_BACKWARD, CLOCK_RANDOM } Clock;

static const char *const CLOCKS[] = {"right", "constant", "backward", "random"};

struct Faults {
	bool stamps;
	gint64 stall_ns;	 /* begins with the next picture or sound; 0: it has begun */
	gint64 stalled_until_ns; /* of the media's time, which no busy machine holds up */
	gint64 trickle_us;	 /* a packet in so long; 0: all of them */
	gint64 trickled_us;	 /* of the monotonic clock; by one streaming thread */
	guint jump;		 /* added to the RTP time stamps of the picture */
	int clock;
	bool switched;		 /* to the second encoder, also in the next media */
	bool waits_for_key;
	GstElement *size;	 /* the capsfilter behind the source; NULL: no media yet */
	GstElement *choice;	 /* between two encoders; NULL: there is one */
};

static GstPadProbeReturn drop_while_stalled(GstPad *pad, GstPadProbeInfo *info, void *data)
{
	Faults *self = data;
	gint64 now = (gint64)GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
	gint64 begins = __atomic_exchange_n(&self->stall_ns, 0, __ATOMIC_ACQ_REL);

	if (begins > 0)
		__atomic_store_n(&self->stalled_until_ns, now + begins, __ATOMIC_RELEASE);
	return now < __atomic_load_n(&self->stalled_until_ns, __ATOMIC_ACQUIRE)
		       ? GST_PAD_PROBE_DROP
		       : GST_PAD_PROBE_OK;
}

/* The time stamp of a picture that was taken at `stamp`: the same for all its packets. */
static guint32 wrong_stamp(const Faults *self, guint32 stamp)
{
	switch ((Clock)g_atomic_int_get(&self->clock)) {
	case CLOCK_CONSTANT:
		return 4711;
	case CLOCK_BACKWARD:
		return -stamp;
	case CLOCK_RANDOM:
		return stamp * 2654435761u;
	case CLOCK_RIGHT:
		break;
	}
	return stamp + (guint32)g_atomic_int_get(&self->jump);
}

static void stamp_packet(const Faults *self, GstBuffer *buffer)
{
	GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

	if (gst_rtp_buffer_map(buffer, GST_MAP_READWRITE, &rtp)) {
		guint32 stamp = gst_rtp_buffer_get_timestamp(&rtp);

		gst_rtp_buffer_set_timestamp(&rtp, wrong_stamp(self, stamp));
		gst_rtp_buffer_unmap(&rtp);
	}
}

static gboolean stamp_each(GstBuffer **buffer, guint index, void *data)
{
	*buffer = gst_buffer_make_writable(*buffer);
	stamp_packet(data, *buffer);
	return TRUE;
}

static GstPadProbeReturn set_clock_wrong(GstPad *pad, GstPadProbeInfo *info, void *data)
{
	if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
		info->data = gst_buffer_list_make_writable(info->data);
		gst_buffer_list_foreach(info->data, stamp_each, data);
	} else {
		info->data = gst_buffer_make_writable(info->data);
		stamp_packet(data, info->data);
	}
	return GST_PAD_PROBE_OK;
}

/* A packet, or the few of one picture, in so long. */
static GstPadProbeReturn drop_most(GstPad *pad, GstPadProbeInfo *info, void *data)
{
	Faults *self = data;
	gint64 pause_us = __atomic_load_n(&self->trickle_us, __ATOMIC_RELAXED);
	gint64 now_us = g_get_monotonic_time();

	if (pause_us > 0 && now_us < self->trickled_us + pause_us)
		return GST_PAD_PROBE_DROP;
	self->trickled_us = now_us;
	return GST_PAD_PROBE_OK;
}

/* The other encoder begins with a key frame, as a camera whose settings were changed. */
static GstPadProbeReturn wait_for_key(GstPad *pad, GstPadProbeInfo *info, void *data)
{
	Faults *self = data;
	bool key = !GST_BUFFER_FLAG_IS_SET(info->data, GST_BUFFER_FLAG_DELTA_UNIT);

	if (!__atomic_load_n(&self->waits_for_key, __ATOMIC_ACQUIRE))
		return GST_PAD_PROBE_OK;
	if (!key)
		return GST_PAD_PROBE_DROP;
	__atomic_store_n(&self->waits_for_key, false, __ATOMIC_RELEASE);
	return GST_PAD_PROBE_OK;
}

/* Puts an SEI with the wall clock behind the access unit delimiter that x264 begins with. */
static GstPadProbeReturn stamp_picture(GstPad *pad, GstPadProbeInfo *info, void *data)
{
	static const guint8 HEAD[] = {0, 0, 0, 1, 6, 5, 32};
	const gsize delimiter = 6;
	GstBuffer *picture = info->data;
	GstBuffer *stamped;
	char sei[sizeof HEAD + 32 + 2];

	if (gst_buffer_get_size(picture) < delimiter)
		return GST_PAD_PROBE_OK;
	memcpy(sei, HEAD, sizeof HEAD);
	g_snprintf(sei + sizeof HEAD, 33, STAMP_UUID "%016" G_GINT64_FORMAT, g_get_real_time());
	sei[sizeof HEAD + 32] = (char)0x80;
	stamped = gst_buffer_copy_region(picture,
					 GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS |
						 GST_BUFFER_COPY_MEMORY,
					 0, delimiter);
	stamped = gst_buffer_append(stamped, gst_buffer_new_memdup(sei, sizeof sei - 1));
	stamped = gst_buffer_append(
		stamped, gst_buffer_copy_region(picture, GST_BUFFER_COPY_MEMORY, delimiter, -1));
	GST_BUFFER_PTS(stamped) = GST_BUFFER_PTS(picture);
	GST_BUFFER_DTS(stamped) = GST_BUFFER_DTS(picture);
	GST_BUFFER_DURATION(stamped) = GST_BUFFER_DURATION(picture);
	gst_buffer_unref(picture);
	info->data = stamped;
	return GST_PAD_PROBE_OK;
}

static void probe(GstElement *media, const char *name, GstPadProbeCallback callback, Faults *self)
{
	g_autoptr(GstElement) element = gst_bin_get_by_name_recurse_up(GST_BIN(media), name);
	g_autoptr(GstPad) pad = element ? gst_element_get_static_pad(element, "src") : NULL;

	if (pad)
		gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
				  callback, self, NULL);
}

static void choose(Faults *self)
{
	g_autoptr(GstPad) chosen = NULL;

	if (!self->choice)
		return;
	chosen = gst_element_get_static_pad(self->choice, self->switched ? "sink_1" : "sink_0");
	__atomic_store_n(&self->waits_for_key, true, __ATOMIC_RELEASE);
	g_object_set(self->choice, "active-pad", chosen, NULL);
}

void faults_watch(Faults *self, GstElement *media)
{
	__atomic_store_n(&self->stalled_until_ns, 0, __ATOMIC_RELEASE); /* time begins anew */
	g_clear_object(&self->size);
	g_clear_object(&self->choice);
	self->size = gst_bin_get_by_name_recurse_up(GST_BIN(media), "size");
	self->choice = gst_bin_get_by_name_recurse_up(GST_BIN(media), "choice");
	choose(self);
	probe(media, "raw0", drop_while_stalled, self);
	probe(media, "raw1", drop_while_stalled, self);
	probe(media, "chosen", wait_for_key, self);
	probe(media, "pay0", drop_most, self);
	probe(media, "pay0", set_clock_wrong, self);
	if (self->stamps)
		probe(media, "encoded0", stamp_picture, self);
}

static void resize(Faults *self, int width, int height)
{
	g_autoptr(GstCaps) caps = NULL;

	if (!self->size)
		return;
	g_object_get(self->size, "caps", &caps, NULL);
	caps = gst_caps_make_writable(caps);
	gst_caps_set_simple(caps, "width", G_TYPE_INT, width, "height", G_TYPE_INT, height, NULL);
	g_object_set(self->size, "caps", caps, NULL);
}


static bool set_clock(Faults *self, const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(CLOCKS); i++) {
		if (strcmp(name, CLOCKS[i]) == 0) {
			g_atomic_int_set(&self->clock, (int)i);
			return true;
		}
	}
	return false;
}

bool faults_obey(Faults *self, const char *command)
{
	double seconds;
	int width;
	int height;

	if (strcmp(command, "switch") == 0) {
		self->switched = true;
		choose(self);
		return self->choice != NULL;
	}
	if (g_str_has_prefix(command, "clock "))
		return set_clock(self, command + strlen("clock "));

	if (sscanf(command, "stall %lf", &seconds) == 1)
		__atomic_store_n(&self->stall_ns, (gint64)(seconds * 1e9), __ATOMIC_RELEASE);
	else if (sscanf(command, "jump %lf", &seconds) == 1)
		g_atomic_int_add(&self->jump, (int)(seconds * RTP_CLOCK));
	else if (sscanf(command, "trickle %lf", &seconds) == 1)
		__atomic_store_n(&self->trickle_us, (gint64)(seconds * 1e6), __ATOMIC_RELAXED);
	else if (sscanf(command, "size %dx%d", &width, &height) == 2)
		resize(self, width, height);
	else
		return false;
	return true;
}

Faults *faults_new(bool stamps)
{
	Faults *self = g_new0(Faults, 1);

	self->stamps = stamps;
	return self;
}

void faults_free(Faults *self)
{
	if (!self)
		return;
	g_clear_object(&self->size);
	g_clear_object(&self->choice);
	g_free(self);
}
