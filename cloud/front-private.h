/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the cloud's own door ask of each other. */
#pragma once

#include "attempts.h"
#include "front.h"
#include "http/http.h"

struct Front {
	FrontOptions options;
	Attempts *attempts;
	char *address; /* of the door: the schools' without the star */
	char *origins[2];
	int lock_fd;   /* whoever holds it stands at the door; -1: not tried yet */
	Http *http;    /* on a socket of its own, for the other instances of the machine */
	bool stands;   /* and at the door */
	GHashTable *files; /* slug to the school's Files, which knows how much of its quota is used */
};

char *front_own_socket(const Front *self, const char *run); /* its path */
/* Of the instance that holds a school which is not held here; NULL: of none, UNAVAILABLE. */
char *front_far_socket(const Front *self, const char *holder, GError **error);

/* A question on the way of a request. */
typedef struct Asking Asking;
typedef bool (*Then)(Asking *asking, Request *request, GError **error);

struct Asking {
	Front *front;
	Request *request; /* NULL: whoever asked went away */
	Then then;
	BoxCertificate made;
	const Answer *answer; /* while `then` runs */
	const GError *failure;
};

/* Holds the request until PostgreSQL has answered. `made` (may be NULL) is taken: what is told when
 * it was written down. Always true. */
bool front_ask(Front *self, Request *request, BoxCertificate *made, Then then, const char *name,
               unsigned n, const char *const values[]);

/* The link of the box that asks: no row is refused by front_refuse_unlinked(). */
bool front_find_link(Front *self, Request *request, Then then);
bool front_refuse_unlinked(GError **error);
char *front_school_address(const Front *self, const char *slug);

extern const Route FRONT_PEOPLE_ROUTES[], FRONT_FILES_ROUTES[]; /* room: the Front */

/* X-Box and X-Box-Serial, as lines for forward(); owned. */
char *front_say_box(const Request *request);
