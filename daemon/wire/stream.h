/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a worker says of the stream: parts, segments, the whole window. */
#pragma once

#include "wire/camera.h"

#define WIRE_SEGMENTS_MAX 16 /* in one state */
#define WIRE_PARTS_MAX	  64 /* in one segment */

/* A part is part_MSN_INDEX.m4s, its segment seg_MSN.m4s, its init segment init_GENERATION.mp4.
 * The file is readable before the word is said. */
typedef struct {
	guint64 msn;
	unsigned index;
	unsigned generation;
	bool discontinuity;   /* its segment starts with EXT-X-DISCONTINUITY */
	gint64 start_us;      /* wall clock of its first frame, from a clock that never steps */
	unsigned duration_us; /* never above the state's part_target_us */
	bool independent;     /* holds a key frame */
} WirePart;

/* The segment is whole: all its parts, in one file. */
typedef struct {
	guint64 msn;
	unsigned duration_us;
} WireSegment;

typedef struct {
	guint64 msn;
	unsigned generation;
	bool discontinuity;
	bool complete; /* false: the open one, always the last */
	gint64 start_us;
	unsigned duration_us; /* sum of its parts */
	GArray *parts;	      /* of WirePart, in order */
} WireStateSegment;

typedef struct {
	char *broadcast; /* NULL: this worker was not started yet and waits for `start` */
	unsigned generation;
	unsigned part_target_us;    /* EXT-X-PART-INF; fixed for a broadcast; 0: not known yet */
	unsigned target_duration_s; /* EXT-X-TARGETDURATION; fixed */
	guint64 discontinuity_sequence; /* EXT-X-DISCONTINUITY-SEQUENCE of the first segment */
	GPtrArray *segments;		/* of WireStateSegment, oldest first: the window */
	gint64 epoch_us;		/* wall clock at media time 0 */
	gint64 epoch_boot_us;		/* CLOCK_BOOTTIME at the same moment */
	WireCamera camera;
} WireState;

typedef struct {
	char *reason;	/* "no-space", "internal" */
	bool over;	/* it ended */
	unsigned count; /* writes that failed since it began */
} WireFault;

WireStateSegment *wire_state_segment_new(void);
void wire_state_segment_free(WireStateSegment *segment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WireStateSegment, wire_state_segment_free)
void wire_state_clear(WireState *state);
