/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The times of a connection's packets: put on them before they are made units, instead of
 * GStreamer's, which jump with every packet that comes late. */
#pragma once

#include <gst/gst.h>
#include <stdbool.h>

typedef struct Stamps Stamps;

/* `boot_offset_ns`: CLOCK_BOOTTIME minus the pipeline's clock. `on_odd` is called once, in a thread
 * of GStreamer's, when the camera's clock makes no sense. Borrows the pipeline. */
Stamps *stamps_new(GstElement *pipeline, gint64 boot_offset_ns, void (*on_odd)(void *data),
		   void *data);
/* After the pipeline has stopped. */
void stamps_free(Stamps *self);

/* RTP packets that go into this pad. With the camera's RTCP the sound follows the picture. */
void stamps_watch(Stamps *self, GstPad *pad, bool video, unsigned clock_rate);
