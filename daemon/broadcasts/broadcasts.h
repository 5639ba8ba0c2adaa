/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cameras, broadcasts to an audience, their playlists. */
#pragma once

#include "classes/classes.h"
#include "media/media.h"

typedef struct Broadcasts Broadcasts;

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	People *people;
	Classes *classes;
	Media *media;
	const char *runtime_directory; /* holds broadcast/SLUG/ */
} BroadcastsOptions;

Broadcasts *broadcasts_new(const BroadcastsOptions *options);
/* After the log is open: compares the rows with what really runs, starts or adopts workers. */
bool broadcasts_start(Broadcasts *self, GError **error);
void broadcasts_free(Broadcasts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Broadcasts, broadcasts_free)

/* Those that run now, and who watches them. */
typedef struct {
	unsigned live;
	unsigned viewers;
} BroadcastsNow;
BroadcastsNow broadcasts_now(const Broadcasts *self);

extern const Migration BROADCASTS_MIGRATION;
extern const Route BROADCASTS_ROUTES[]; /* cameras, probes, broadcasts, /live/, /api/internal/media */

/* Gates: "broadcast-visible" (path parameter :broadcast; else NOT_FOUND). */

typedef struct {
	const char *name;
	const char *url; /* rtsp:// or rtsps://, without credentials */
	const char *login;
	const char *password;
} NewCamera;

typedef struct {
	bool school;
	bool staff;
	const char *const *classes;    /* ids, NULL at the end; may be NULL */
	const char *const *parents_of;
} AudienceOf;

bool broadcasts_add_camera(Broadcasts *self, const Actor *actor, const NewCamera *camera,
                           Id *ret_id, GError **error);
bool broadcasts_begin(Broadcasts *self, const Actor *actor, const char *camera, const char *title,
                      const AudienceOf *audience, Id *ret_id, GError **error);
bool broadcasts_end(Broadcasts *self, const Actor *actor, const char *broadcast, GError **error);
