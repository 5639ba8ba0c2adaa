/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Streams that a camera announces: what they are called, and which branch takes them. */
#pragma once

#include <gst/gst.h>
#include <stdbool.h>

typedef struct {
	bool video;
	char *codec; /* "H.264", "G.711 A-law": for people */
	const char *branch; /* a file of gst-pipelines/ without its ending; NULL: not taken */
	bool converted;	    /* the branch makes another codec of it */
	char *missing_package; /* why the branch cannot be had here; NULL: it can */
	unsigned clock_rate; /* of RTP's time stamps; 0: not announced */
	unsigned rate;	     /* of sound; 0: not announced */
	unsigned channels;
} Stream;

/* From the caps of an RTP stream (application/x-rtp). NULL: neither picture nor sound. */
Stream *stream_from_caps(const GstCaps *caps);
void stream_free(Stream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stream, stream_free)
