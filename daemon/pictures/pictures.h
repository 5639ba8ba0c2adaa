/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pictures that people send: urok-papers makes small squares of them, files/ keeps those by their
 * content, nginx serves them when a room's route says so. What was sent is never looked at here. */
#pragma once

#include "files/files.h"
#include "http/http.h"
#include "jobs/jobs.h"
#include "store/store.h"

typedef struct Pictures Pictures;

#define PICTURE_BYTES_MAX      (20 * 1024 * 1024) /* as nginx's locations have it */
#define PICTURE_LARGE	       512		  /* pixels a side */
#define PICTURE_SMALL	       96
#define PICTURE_VERSION_LENGTH 16 /* of the large one's address: what pages ask with */

/* As addresses of files/. */
typedef struct {
	char *large; /* NULL: none */
	char *small;
} Picture;

void picture_clear(Picture *self);
Picture *picture_new(const char *large, const char *small);
void picture_free(void *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Picture, picture_clear)

Pictures *pictures_new(Store *store, Jobs *jobs, Files *files);
void pictures_free(Pictures *self); /* after http_free() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pictures, pictures_free)

/* A room whose rows name files. */
typedef struct {
	const char *kind; /* of the events that name them; a literal */
	/* Does a row name this address? */
	bool (*find)(void *room, const char *address, bool *ret_named, GError **error);
	/* Adds a Picture of each row behind this address, in the order of the large ones', at most
	 * PICTURES_AT_ONCE. */
	bool (*list)(void *room, const char *after, GPtrArray *pictures, GError **error);
} PictureOwner;
#define PICTURES_AT_ONCE 200
void pictures_add_owner(Pictures *self, const PictureOwner *owner, void *room); /* kept */
const char *pictures_kind(const Pictures *self, unsigned index); /* of the owners; NULL: no more */

/* Does any room name it? wants: true as well when that cannot be told. */
bool pictures_find(const Pictures *self, const char *address, bool *ret_named, GError **error);
bool pictures_wants(const Pictures *self, const char *address);
/* All that rows name: owned, of owned Pictures. NULL: failure. */
GPtrArray *pictures_list(const Pictures *self, GError **error);
void pictures_sweep(Pictures *self); /* once, when all rooms' rows are there */

/* Who brings files from elsewhere hears after the commit that a row names some, or that an address
 * is nobody's any more; and everybody, from the loop, that some have come. */
typedef struct {
	void (*named)(void *room, const Picture *picture);
	void (*let_go)(void *room, const char *address);
} PictureWatch;
void pictures_set_watch(Pictures *self, const PictureWatch *watch, void *room); /* kept; NULL: nobody */
void pictures_set_on_came(Pictures *self, void (*came)(void *room), void *room);
void pictures_came(Pictures *self);

/* In a turn, by a room that applies the event: its row names these from now on. */
void pictures_name(Pictures *self, const char *large, const char *small);
/* In a turn: after its commit the files go, unless somebody else has the same. Takes them over. */
void pictures_let_go(Pictures *self, Picture *picture);

/* For the handler of a ROUTE_SPOOLS: has the request's body made small and holds the request; then
 * `made` is asked like a handler, with the rights judged again: it judges its own, has the parts
 * kept and replies. INVALID with the reason picture-..., CONFLICT picture-in-work (one at a time a
 * person), UNAVAILABLE jobs-full. */
typedef bool (*PictureMade)(void *room, Request *request, const GPtrArray *parts, GError **error);
bool pictures_take(Pictures *self, Request *request, PictureMade made, void *room, GError **error);
/* The caller's event names them in the same turn. */
bool pictures_keep(Pictures *self, const GPtrArray *parts, Picture *ret, GError **error);

GBytes *pictures_read(Pictures *self, const char *address); /* owned; NULL: it is not there */

/* Replies with the size that was asked for ("small", "large"; NULL: large), else INVALID. NOT_FOUND:
 * there is none, or its file has not come yet. With its version in the query (v=) browsers keep it for a day; for_all: whatever
 * stands between may do so too. */
bool picture_reply(const Pictures *self, const Picture *picture, Request *request, const char *size,
		   bool for_all, GError **error);
