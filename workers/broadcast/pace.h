/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A camera's clock put on ours: when was this picture, this sound? */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Pace Pace;

/* One stream of one connection; `clock_rate` is that of its RTP time stamps. */
Pace *pace_new(unsigned clock_rate);
void pace_free(Pace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pace, pace_free)

/* CLOCK_BOOTTIME of the unit that a packet belongs to; `arrived_ns` is of the same clock. Packets
 * in their order; with `last` the next one begins another unit. */
gint64 pace_packet(Pace *self, guint32 stamp, bool last, gint64 arrived_ns);

/* The camera's stamps make no sense: times are those of arrival, to the connection's end. */
bool pace_is_odd(const Pace *self);

/* Our clock minus the camera's, and that time of the camera's for the last packet. Where it counts
 * from changes when the stamps jump. */
gint64 pace_offset(const Pace *self);
gint64 pace_camera_ns(const Pace *self);

/* The offset that was found by other means (RTCP) and is gone after from now on. */
void pace_lead(Pace *self, gint64 offset_ns);
