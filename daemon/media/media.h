/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Media workers: started, found again, watched and commanded. Knows nothing of people or rows.
 * A worker's name is its folder's name and its unit's instance, [a-z0-9-]{1,36}. */
#pragma once

#include "wire/wire.h"

typedef struct Media Media;
typedef struct MediaProbe MediaProbe;
typedef struct Launcher Launcher;

/* Starts and stops the program behind a name. All are quick; an outcome comes by on_exit. */
struct Launcher {
	bool (*start)(Launcher *self, const char *name, GError **error);
	/* For good: it was told to stop, or does not hear. No on_exit follows. */
	void (*stop)(Launcher *self, const char *name);
	/* A worker that was found living is as if it had been started. */
	void (*adopt)(Launcher *self, const char *name, GPid pid);
	void (*free)(Launcher *self);
	/* Set by its Media. The program ended without stop(): a crash, or a unit that failed. */
	void (*on_exit)(void *media, const char *name);
	void *media;
};

typedef struct {
	const char *program;	      /* urok-broadcast */
	const char *folder;	      /* each worker's folder is made in it */
	const char *pipelines;	      /* gst-pipelines/ */
	const char *const *arguments; /* more of them (tests: short back-offs), or NULL */
	/* They live on when the daemon is killed, to be found by its next start; a worker that no
	 * daemon came back to within two minutes ends. False: they die with the daemon. A clean
	 * launcher free() ends them in both cases. */
	bool lives_on;
} LauncherChildrenOptions;

Launcher *launcher_children_new(const LauncherChildrenOptions *options);
/* systemd's urok-broadcast@NAME.service over the system bus; the units live on. */
Launcher *launcher_units_new(void);
void launcher_free(Launcher *launcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Launcher, launcher_free)

typedef struct {
	Launcher *launcher; /* taken over */
	const char *folder; /* the launcher's */
	/* Networks (CIDR) of cameras that IT lists; the box's own networks are added, without
	 * loopback and link-local, which must be listed (the demo does). NULL: none. */
	const char *const *networks;
} MediaOptions;

Media *media_new(const MediaOptions *options, GError **error);
void media_set_networks(Media *self, const char *const *networks); /* for cameras from now on */
/* Disconnects. Workers live on or end as the launcher does. */
void media_free(Media *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Media, media_free)

/* May cameras be at this address? Shape and literal addresses are judged here, names by the
 * worker after resolving. INVALID camera-bad-address or camera-forbidden-address, field url. */
bool media_check_url(Media *self, const char *url, GError **error);

/* What a worker says, from the loop. Everything is borrowed for the call. The listener may call
 * media_stop() on the same name from any of them. */
typedef struct {
	/* Connected, first or again: the whole truth; replaces what was known before. */
	void (*on_state)(void *data, const char *name, const WireState *state);
	void (*on_part)(void *data, const char *name, const WirePart *part);
	void (*on_segment)(void *data, const char *name, const WireSegment *segment);
	void (*on_camera)(void *data, const char *name, const WireCamera *camera);
	void (*on_fault)(void *data, const char *name, const WireFault *fault);
	/* The connection is lost; the worker is being started or reached again. */
	void (*on_gone)(void *data, const char *name);
} MediaListener;

/* All text is copied. `source.networks` is filled by the room: leave it NULL. */
typedef struct {
	const char *name;
	WireStart start;
} MediaStart;

/* Adopts a living worker of that name, else starts one; kept alive until media_stop(). The word
 * `start` is sent again after every reconnection. CONFLICT if the name is in use. */
bool media_start(Media *self, const MediaStart *start, const MediaListener *listener, void *data,
		 GError **error);
/* Ends the worker, which removes its files. No callback follows. Unknown names are ignored. */
void media_stop(Media *self, const char *name);

/* Once, after all media_start() of the daemon's start: ends workers that are still living in the
 * folder and that nobody started. */
void media_sweep(Media *self);

typedef struct {
	void (*on_step)(void *data, const char *step);
	/* The last call; the probe is freed after it. */
	void (*on_result)(void *data, const WireResult *result, GBytes *still);
} MediaProbeListener;

/* Looks at a camera in a worker of its own. BUSY with more than 4 at once. NULL: error. */
MediaProbe *media_probe(Media *self, const WireSource *source, const MediaProbeListener *listener,
			void *data, GError **error);
/* No callback follows; frees it. */
void media_probe_cancel(MediaProbe *probe);
