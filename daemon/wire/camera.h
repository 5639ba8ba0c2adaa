/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a worker says of its camera. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define WIRE_NOTES_MAX 8

typedef enum { CAMERA_IDLE, CAMERA_CONNECTING, CAMERA_LIVE, CAMERA_LOST } WireCameraState;

typedef struct {
	char *video_codec; /* "H.264"; NULL: no video */
	char *profile;	   /* NULL: not known */
	unsigned width;	   /* 0: not known */
	unsigned height;
	unsigned frame_rate_milli; /* 25000 = 25 frames a second; 0: not known */
	char *audio_codec;	   /* NULL: no audio */
	unsigned audio_rate;
	unsigned audio_channels;
	bool playable;		   /* a browser can play the picture */
	bool audible;		   /* and the sound */
	char *not_playable_reason; /* "camera-codec" or "camera-plugin-missing" */
	char *missing_package;	   /* of Debian, e.g. "gstreamer1.0-plugins-bad" */
	char *transport;	   /* "tcp", "udp" */
} WireFound;

typedef struct {
	WireCameraState state;
	char *reason;	  /* LOST: a "camera-*" slug of the API; else NULL */
	char *detail;	  /* an English sentence, or NULL */
	WireFound *found; /* what is known of the camera, or NULL */
	char **notes;	  /* slugs: "long-gop", "audio-codec", "no-audio"; or NULL */
} WireCamera;

typedef struct {
	char *step; /* "resolving", "connecting", "receiving" */
} WireStep;

typedef struct {
	char *reason;		     /* NULL: the camera answers; else a "camera-*" slug */
	char *detail;		     /* an English sentence, or NULL */
	WireFound *found;	     /* may be there with a reason too (camera-codec) */
	bool has_still;		     /* still.jpg was written */
	char *still_missing_package; /* why there is no still, or NULL */
} WireResult;

void wire_camera_clear(WireCamera *camera);
void wire_camera_copy(const WireCamera *from, WireCamera *to);
void wire_result_clear(WireResult *result);
void wire_found_free(WireFound *found);
WireFound *wire_found_copy(const WireFound *found); /* NULL gives NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WireFound, wire_found_free)
