/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A camera that is held on to: reached, connected, watched, and connected again when it is lost. */
#pragma once

#include "unit.h"
#include "wire/wire.h"

typedef struct Camera Camera;

typedef struct {
	const char *pipelines;
	unsigned retry_ms;   /* the first back-off; then twice, four and eight times that */
	unsigned silence_ms; /* no picture for so long: lost */
	unsigned answer_ms;  /* for each step of connecting */
	bool once;	     /* a probe: lost is the end */
} CameraOptions;

typedef struct {
	void (*on_step)(void *data, const char *step);
	/* State, reason, what was found or notes are other than before. */
	void (*on_change)(void *data, const WireCamera *camera);
	/* Units follow, on a new connection. */
	void (*on_begin)(void *data, bool with_audio);
	void (*on_unit)(void *data, const Unit *unit);
	/* No more units: the camera is lost. Comes before on_change. */
	void (*on_end)(void *data);
} CameraListener;

Camera *camera_new(const CameraOptions *options, const CameraListener *listener, void *data);
void camera_free(Camera *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Camera, camera_free)

/* Connects; with another source than before, anew. */
void camera_start(Camera *self, const WireSource *source);
void camera_stop(Camera *self);

const WireCamera *camera_state(const Camera *self);

/* Adds a slug to the notes until the next connection. */
void camera_note(Camera *self, const char *note);
