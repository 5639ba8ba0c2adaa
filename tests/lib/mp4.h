/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A strict walker over the boxes of init segments and parts: anything that it does not expect
 * aborts the test. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	guint32 id;
	guint32 timescale;
	char handler[5]; /* "vide", "soun" */
	char codec[5];	 /* "avc1", "mp4a" */
	unsigned width;
	unsigned height;
} Mp4Track;

typedef struct {
	unsigned tracks;
	Mp4Track track[2];
} Mp4Init;

typedef struct {
	guint32 track;
	gint64 dts;
	gint64 duration;
	gint64 last_dts; /* of its last sample */
	gint64 bytes;
	unsigned samples;
	bool first_is_key;
	unsigned keys;
	gint32 least_composition;
} Mp4Run;

typedef struct {
	guint32 sequence;
	unsigned runs;
	Mp4Run run[2];
	gsize payload; /* bytes of samples */
} Mp4Part;

Mp4Init mp4_read_init(const void *data, gsize size);

/* One moof and its mdat from `data` on; *ret_used is their size. Every sample must lie in the mdat,
 * one behind the other, the first track's first. */
Mp4Part mp4_read_part(const void *data, gsize size, gsize *ret_used);
