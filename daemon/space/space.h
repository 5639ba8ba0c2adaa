/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What uses the school's disk, by what it is, and how much a kind may take at most. It is counted in a
 * thread when somebody asks; nothing is removed here: who writes a kind keeps its limit. */
#pragma once

#include "events/events.h"
#include "files/files.h"
#include "health/health.h"
#include "http/http.h"
#include "space/limits.h"

typedef struct Space Space;

/* A folder, or with a prefix what in it begins so. It need not be there. Several of one kind, one behind the
 * other, are told as one. */
typedef struct {
	const char *kind; /* "history", a literal */
	const char *path;
	const char *prefix;  /* NULL: all below */
	const char *without; /* what in it begins so is left out; NULL: nothing */
} SpacePlace;

#define SPACE_PLACES_MAX 12

typedef struct {
	Store *store;
	Events *events;
	Files *files;             /* is told its limit */
	const SpacePlace *places; /* copied; ended by {0}. What has links in two is counted in the first */
	const char *disk;         /* a path on it */
	/* What urok-backup reported last, or NULL; owned by who asks. */
	json_t *(*load_copies)(void *room);
	void *room;
	bool elsewhere; /* the disk is the school's, and this is not its server */
} SpaceOptions;

Space *space_new(const SpaceOptions *options);
/* Once the log is open: what has a limit is counted. */
bool space_start(Space *self, GError **error);
void space_free(Space *self);

/* The item of health: which kinds come near their limits. */
void space_say(void *room, Health *health);

extern const Migration SPACE_MIGRATION;
extern const Route SPACE_ROUTES[];
