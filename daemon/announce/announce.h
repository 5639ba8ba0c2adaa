/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Found on the network: this Urok is told to the neighbourhood by Avahi, and other Uroks there are
 * listened for. The only room that knows Avahi; it is asked over D-Bus and never waited for. Without
 * a bus or without Avahi everything else goes on. */
#pragma once

#include "base/error.h"

#include <gio/gio.h>

typedef struct Announce Announce;

typedef enum {
	ANNOUNCE_OFF,       /* nobody asked for it */
	ANNOUNCE_ABSENT,    /* there is no Avahi */
	ANNOUNCE_STARTING,
	ANNOUNCE_DONE,
	ANNOUNCE_COLLISION, /* the name, or the machine's, belongs to somebody else in the network */
	ANNOUNCE_FAILED,
} AnnounceState;

typedef struct {
	bool off;                  /* nothing is said and nobody listened for */
	const char *public_name;   /* "school.local:8443": a host in .local must be this machine's */
	const char *scheme;        /* "https": of the second announcement, _https._tcp */
	guint16 port;
	const char *version;
	guint pause_ms; /* before the first new try after a failure; 0: as it should be */
	/* The state or the neighbours have changed: from the loop. */
	void (*on_changed)(void *data);
	void *data;
} AnnounceOptions;

Announce *announce_new(const AnnounceOptions *options); /* texts are copied */
void announce_free(Announce *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Announce, announce_free)

/* What is told: the school's name (NULL: it has none yet) and id (NULL). Told anew if it differs. */
void announce_set_school(Announce *self, const char *name, const char *id);

AnnounceState announce_state(const Announce *self);
const char *announce_name(const Announce *self);   /* as it is announced; NULL: it is not */
const char *announce_host(const Announce *self);   /* "school.local"; NULL: not known */
const char *announce_detail(const Announce *self); /* why it is not as it should be; NULL */

#define NEIGHBOURS_MAX          64
#define NEIGHBOUR_ADDRESSES_MAX 8

/* Another Urok. Whoever is in the network may have made it up: it is shown, never believed. */
typedef struct {
	char *name; /* one line of at most 120 characters */
	char *host; /* letters, digits, dots, dashes */
	guint16 port;
	char *path;           /* "/"; printable ASCII */
	char *version;        /* NULL: not told */
	char *school_id;      /* an id; NULL */
	GPtrArray *addresses; /* of text; NEIGHBOUR_ADDRESSES_MAX */
} Neighbour;

/* By name; owned, with its elements. */
GPtrArray *announce_list_neighbours(const Announce *self);
