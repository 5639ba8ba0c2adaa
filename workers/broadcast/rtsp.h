/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One connection to a camera: rtspsrc and the branches behind it. GStreamer's threads end here:
 * everything is told from the loop, in order. */
#pragma once

#include "streams.h"
#include "unit.h"

typedef struct Rtsp Rtsp;

typedef struct {
	const char *url; /* by an address that was judged */
	const char *login;
	const char *password;
	const char *const *networks; /* for redirects */
	const char *pipelines;
	bool udp;
	bool reordered; /* takes the branch for B-frames */
	unsigned answer_ms;
} RtspOptions;

/* Rtsp may be freed in each of them. */
typedef struct {
	/* Each announced stream; `taken`: its units will come. */
	void (*on_stream)(void *data, const Stream *stream, bool taken);
	/* All streams were told. Before the first unit. */
	void (*on_streams_known)(void *data);
	void (*on_unit)(void *data, const Unit *unit);
	/* Something to know about the camera: "odd-clock". */
	void (*on_note)(void *data, const char *note);
	/* The last call. A "camera-*" reason; package: what is to be installed, or NULL. */
	void (*on_failed)(void *data, const char *reason, const char *detail, const char *package);
	/* The camera speaks no TCP (RTSP status 461): the last call. */
	void (*on_only_udp)(void *data);
} RtspListener;

Rtsp *rtsp_new(const RtspOptions *options, const RtspListener *listener, void *data);
void rtsp_free(Rtsp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rtsp, rtsp_free)
