/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of this room share: its object, rows, and who calls whom. */
#pragma once

#include "broadcasts/broadcasts.h"
#include "broadcasts/playlist.h"

#define TITLE_CHARACTERS_MAX   120
#define BROADCASTS_RUNNING_MAX 100
#define AUDIENCE_CLASSES_MAX   100 /* and as many of parents */
#define SLUG_SIZE	       37  /* 36 characters: a worker's name */
enum { AUDIENCE_SCHOOL = 1, AUDIENCE_STAFF, AUDIENCE_CLASS, AUDIENCE_PARENTS };

#define SCOPE_SIZE (sizeof "broadcast:" + ID_LENGTH)

struct Broadcasts {
	Store *store;
	Events *events;
	Http *http;
	People *people;
	Classes *classes;
	Media *media;
	char *folder;	     /* of the parts: broadcast/ in the runtime directory */
	GHashTable *runs;    /* slug → Run: what runs, and for a while what has ended */
	GHashTable *access;  /* "session broadcast" → may this session watch it */
	GPtrArray *probes;   /* of CameraProbe */
	guint probes_timer;  /* 0: there are none */
	guint viewers_timer; /* 0: nobody watches */
};

/* --- Rows --- */

typedef struct {
	Id id;
	char *slug;
	char *title;
	Id camera;
	char *camera_name; /* NULL: it is gone */
	char *author;
	int64_t started_ms;
	int64_t ended_ms; /* 0: it runs */
	char *origin;
} Broadcast;

void broadcast_clear(Broadcast *broadcast);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Broadcast, broadcast_clear)

bool broadcast_load(Store *store, const char *id, Broadcast *ret_broadcast, GError **error);

/* --- Rules of broadcasts: broadcasts.c --- */


/* The first of base, base-2, base-3, ... that is not taken; at most 36 characters. NULL: error. */
typedef bool (*SlugTaken)(Broadcasts *self, const char *slug, bool *ret_taken, GError **error);
char *slug_choose(Broadcasts *self, const char *base, SlugTaken taken, GError **error);
bool broadcast_may_end(const Actor *actor, const Broadcast *broadcast);

/* --- Events and rows: broadcasts-apply.c --- */

extern const EventKind BROADCASTS_EVENTS[];

/* --- Rights: watchers.c --- */

bool watchers_may(Broadcasts *self, const char *person, const char *broadcast, bool *ret_may,
		  GError **error);
/* The same for a session, remembered until rights change: what each part asks. */
bool watchers_session_may(Broadcasts *self, const Actor *actor, const char *broadcast,
			  bool *ret_may, GError **error);
/* In apply: those who may watch get its scope after the commit. */
bool watchers_announce(Broadcasts *self, const char *broadcast, GError **error);
void watchers_register(Broadcasts *self);

/* --- The ways in --- */

bool playlist_get(void *room, Request *request, GError **error);
bool part_get(void *room, Request *request, GError **error);
bool media_get(void *room, Request *request, GError **error);
