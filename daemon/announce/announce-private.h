/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of this room share: its object, and how Avahi is asked. */
#pragma once

#include "announce/announce.h"

#define AVAHI_NAME  "org.freedesktop.Avahi"
#define AVAHI_TYPE  "_urok._tcp"
#define AVAHI_ANY   (-1) /* interface, protocol */
#define NAME_BYTES_MAX 63 /* of a service: RFC 6763 §4.1.1 */

typedef struct Browser Browser;

struct Announce {
	bool off;
	char *public_host; /* in .local; NULL: elsewhere */
	char *web_type;    /* "_https._tcp" */
	guint16 port;
	char *version;
	void (*on_changed)(void *data);
	void *data;

	GCancellable *life;
	GDBusConnection *bus; /* NULL: none */
	guint name_watch;
	gulong closed_handler;

	guint first_pause_ms;
	guint pause_ms; /* the last one; 0: nothing has failed since it was announced */
	guint again_id;

	/* While Avahi has an owner of its name; all of it ends with that. */
	GCancellable *era; /* NULL: there is no Avahi */
	char *owner; /* its unique name: signals of nobody else are heard */
	guint server_signals;
	int server_state;
	char *host;
	Browser *browser;

	AnnounceState state;
	char *detail;
	bool alarmed;
	bool told_absent;
	bool host_collides;

	/* What is to be said, and how it is said now. */
	char *school_name;
	char *school_id;
	char *wanted; /* the name that it should have */
	char *name;   /* the name that it has or is trying */
	char *group;  /* path of the entry group; NULL: none yet */
	guint group_signals;
	bool grouping; /* EntryGroupNew is under way */
	bool incomplete; /* Avahi refused something of what the group should have */
	bool renaming; /* after a collision another name is asked for */
	unsigned tries;
};

/* Asks Avahi; `done` gets `data`. After the era's end the reply says G_IO_ERROR_CANCELLED, and
 * nothing of this room may be touched then. arguments is sunk, NULL: none. */
void avahi_call(Announce *self, const char *path, const char *interface, const char *method,
                GVariant *arguments, GAsyncReadyCallback done, void *data);
/* Without an interest in the answer. */
void avahi_tell(Announce *self, const char *path, const char *interface, const char *method);
GVariant *avahi_reply(GObject *source, GAsyncResult *result, const char *type, bool *ret_over,
                      GError **error);

/* announce.c */
/* After ANNOUNCE_FAILED everything is tried again in a while. */
void announce_settle(Announce *self, AnnounceState state, const char *detail);
void announce_forget_failure(Announce *self);

/* publish.c: the group of our entries. */
void publish(Announce *self);     /* as far as it can be done now */
void publish_end(Announce *self); /* Avahi is gone, and the group with it */
void publish_withdraw(Announce *self);

/* browse.c */
Browser *browser_new(Announce *announce);
void browser_free(Browser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Browser, browser_free)
GPtrArray *browser_list(const Browser *self);

/* neighbour.c */
void neighbour_free(void *neighbour);
/* One answer of a resolver. txt: type aay (RFC 6763 §6). NULL: nothing to be shown. */
Neighbour *neighbour_new(const char *name, const char *host, const char *address, guint16 port,
                         GVariant *txt);
void neighbour_add_address(Neighbour *self, const char *address);
Neighbour *neighbour_copy(const Neighbour *self);

/* A copy of at most size bytes that ends between two characters. */
char *name_cut(const char *name, size_t size);
