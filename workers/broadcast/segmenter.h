/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cuts access units into parts and segments: decides where, and on which time line. */
#pragma once

#include "unit.h"
#include "window.h"

typedef struct Segmenter Segmenter;

typedef struct {
	unsigned part_ms;
	unsigned segment_ms;
} SegmenterOptions;

typedef struct {
	/* A part could not be written (NO_SPACE), or can be again (NULL). The stream goes on by
	 * itself. */
	void (*on_write)(void *data, const GError *error);
	/* "long-gop", "no-audio": something to know about the camera; said once a connection. */
	void (*on_note)(void *data, const char *note);
} SegmenterListener;

/* Borrows the window. */
Segmenter *segmenter_new(Window *window, const SegmenterOptions *options,
			 const SegmenterListener *listener, void *data);
void segmenter_free(Segmenter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Segmenter, segmenter_free)

/* A camera was connected: a discontinuity if there was a stream before. `with_audio`: sound was
 * announced and is waited for, for two seconds. */
void segmenter_begin(Segmenter *self, bool with_audio);

void segmenter_add(Segmenter *self, const Unit *unit);

/* The camera is lost: closes what is open. */
void segmenter_end(Segmenter *self);

/* Of the pictures that came last, in thousandths; 0: not known yet. */
unsigned segmenter_frame_rate_milli(const Segmenter *self);
