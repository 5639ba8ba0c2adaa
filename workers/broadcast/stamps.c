/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Probes in the threads of the streams. A camera says in RTCP which of its stamps of sound and
 * picture are of one moment; without it each stream goes by the arrival of its own packets. */
#include "stamps.h"

#include "pace.h"

#include <gst/rtp/gstrtpbuffer.h>
#include <time.h>

/* RFC 3550 §4: seconds since 1900 in 32 bits, here in nanoseconds. */
#define NTP_MAX_NS (G_MAXINT64 / 2)

typedef struct {
	Stamps *stamps;
	bool video;
	Pace *pace;
	bool has_ntp;
	gint64 ntp_ns; /* of the camera's clock at its zero */
} Track;

struct Stamps {
	GMutex lock;
	GstElement *pipeline;
	gint64 boot_offset_ns;
	GPtrArray *tracks; /* all that there were; a camera that begins another source has one more */
	Track *picture;	   /* the newest; NULL: none */
	bool odd;
	void (*on_odd)(void *data);
	void *data;
};

static void track_free(void *data)
{
	Track *self = data;

	pace_free(self->pace);
	g_free(self);
}

static gint64 boot_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (gint64)now.tv_sec * G_GINT64_CONSTANT(1000000000) + now.tv_nsec;
}

static void learn_ntp(Track *self, GstBuffer *packet)
{
	const GstReferenceTimestampMeta *meta =
		gst_buffer_get_reference_timestamp_meta(packet, NULL);

	if (!meta || !GST_CLOCK_TIME_IS_VALID(meta->timestamp) || meta->timestamp > NTP_MAX_NS)
		return;
	self->has_ntp = true;
	self->ntp_ns = (gint64)meta->timestamp - pace_camera_ns(self->pace);
}

/* One moment of the camera is one moment here. */
static void follow_picture(Track *sound, const Track *picture)
{
	if (picture && picture->has_ntp && sound->has_ntp && !pace_is_odd(picture->pace))
		pace_lead(sound->pace,
			  pace_offset(picture->pace) + sound->ntp_ns - picture->ntp_ns);
}

static bool read_packet(GstBuffer *packet, guint32 *ret_stamp, bool *ret_marker)
{
	GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

	if (!gst_rtp_buffer_map(packet, GST_MAP_READ, &rtp))
		return false;
	*ret_stamp = gst_rtp_buffer_get_timestamp(&rtp);
	*ret_marker = gst_rtp_buffer_get_marker(&rtp);
	gst_rtp_buffer_unmap(&rtp);
	return true;
}

/* Only pictures are of several packets. True: the clock was found to make no sense. */
static bool time_packet(Track *self, GstBuffer *packet, gint64 *ret_time_ns)
{
	Stamps *stamps = self->stamps;
	guint32 stamp = 0;
	bool marker = true;
	bool was_odd;

	if (!read_packet(packet, &stamp, &marker))
		return false;
	g_mutex_lock(&stamps->lock);
	*ret_time_ns = pace_packet(self->pace, stamp, marker || !self->video, boot_ns());
	learn_ntp(self, packet);
	if (!self->video)
		follow_picture(self, stamps->picture);
	was_odd = stamps->odd;
	stamps->odd = was_odd || (self->video && pace_is_odd(self->pace));
	g_mutex_unlock(&stamps->lock);
	return stamps->odd && !was_odd;
}

static GstPadProbeReturn on_packet(GstPad *pad, GstPadProbeInfo *info, void *data)
{
	Track *self = data;
	const Stamps *stamps = self->stamps;
	GstBuffer *packet = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
	gint64 base_ns =
		(gint64)gst_element_get_base_time(stamps->pipeline) + stamps->boot_offset_ns;
	gint64 time_ns = base_ns;

	if (time_packet(self, packet, &time_ns))
		stamps->on_odd(stamps->data);
	/* rtspsrc's segments of a live stream begin at zero: running time is what stands there. */
	GST_BUFFER_PTS(packet) = (GstClockTime)MAX(time_ns - base_ns, 0);
	GST_BUFFER_DTS(packet) = GST_CLOCK_TIME_NONE;
	info->data = packet;
	return GST_PAD_PROBE_OK;
}

void stamps_watch(Stamps *self, GstPad *pad, bool video, unsigned clock_rate)
{
	Track *track = g_new0(Track, 1);

	track->stamps = self;
	track->video = video;
	track->pace = pace_new(clock_rate);
	g_mutex_lock(&self->lock);
	g_ptr_array_add(self->tracks, track);
	if (video)
		self->picture = track;
	g_mutex_unlock(&self->lock);
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_packet, track, NULL);
}

Stamps *stamps_new(GstElement *pipeline, gint64 boot_offset_ns, void (*on_odd)(void *data),
		   void *data)
{
	Stamps *self = g_new0(Stamps, 1);

	g_mutex_init(&self->lock);
	self->tracks = g_ptr_array_new_with_free_func(track_free);
	self->pipeline = pipeline;
	self->boot_offset_ns = boot_offset_ns;
	self->on_odd = on_odd;
	self->data = data;
	return self;
}

void stamps_free(Stamps *self)
{
	if (!self)
		return;
	g_ptr_array_unref(self->tracks);
	g_mutex_clear(&self->lock);
	g_free(self);
}
