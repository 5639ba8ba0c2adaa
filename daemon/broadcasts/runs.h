/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What runs now: for each broadcast its worker's words, its playlist, who waits and who watches.
 * All of it in memory; rows and workers make it anew after a restart. */
#pragma once

#include "broadcasts/broadcasts-private.h"

typedef struct Run Run;

typedef enum { RUN_STARTING, RUN_LIVE, RUN_CAMERA_LOST, RUN_NO_SPACE, RUN_ENDED } RunState;

struct Run {
	Broadcasts *room;
	Id broadcast;
	Id camera;
	char *slug; /* its name in paths, its folder and its worker's name */
	char *author;
	RunState state;
	int64_t since_ms; /* of the state */
	bool stuck;       /* the worker cannot write what it gets */
	Playlist *playlist;
	GQueue holds;	     /* of Hold, by age; playlist-api.c */
	GQueue waking;	     /* of Hold: what they waited for is there */
	guint holds_timer;   /* 0: nobody waits */
	GHashTable *viewers; /* session → Viewer */
	guint viewers_said;
	PlaylistPart loaded; /* which part's bytes are kept */
	GBytes *loaded_bytes;
	guint gone;   /* 0: the worker is there; else the timer that gives it up for lost */
	guint linger; /* 0: it runs; else the timer that forgets it */
};

typedef struct {
	gint64 seen_ms; /* asked last, CLOCK_BOOTTIME */
	unsigned holds; /* requests that wait */
} Viewer;

/* Starts or adopts the worker of a broadcast that is in the rows. */
bool run_start(Broadcasts *self, const char *broadcast, const char *slug, const char *camera,
	       const char *author, GError **error);
/* The worker stops, those who wait get the end; it is forgotten after a while. */
void run_end(Broadcasts *self, const char *broadcast);
Run *run_find(Broadcasts *self, const char *slug);
Run *run_of_broadcast(Broadcasts *self, const char *broadcast); /* NULL: it does not run here */
Run *run_of_camera(Broadcasts *self, const char *camera);
void run_free(void *run);
const char *run_state_name(RunState state);

/* This session asks. NULL: there are too many, or it has ended. */
Viewer *run_note_viewer(Run *self, const char *session);
Viewer *run_find_viewer(Run *self, const char *session);

/* Requests that wait for the playlist: playlist-api.c. */
void run_wake(Run *self);
void run_drop_holds(Run *self);
