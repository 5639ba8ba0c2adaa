/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All rooms of a school from the store up, over a directory of their own, and
 * requests to them; and the dump of their tables that two boxes compare. */
#pragma once

#include "broadcasts/broadcasts.h"
#include "chats/chats.h"
#include "consents/consents.h"
#include "mail/mail.h"
#include "enrolment/enrolment.h"
#include "privacy/privacy.h"
#include "school/school.h"
#include "scratch.h"

typedef struct {
	char *directory;
	bool own_directory; /* goes away with the rooms */
	char *database;
	Store *store;
	Http *http;
	Events *events;
	School *school;
	People *people;
	Consents *consents;
	Privacy *privacy;
	Classes *classes;
	Enrolment *enrolment; /* without letters and documents */
	Chats *chats;
	Broadcasts *broadcasts; /* its rows; nothing is started without media */
	Media *media;
} Rooms;

/* In a directory that holds a database or will; NULL: a new one of their own. A failure aborts. */
Rooms *rooms_open(const char *directory);
/* media, taken over, for broadcasts that run; its routes are served then. */
Rooms *rooms_open_with(const char *directory, Media *media);
void rooms_free(Rooms *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rooms, rooms_free)

/* Their store alone, which may fail. */
Store *rooms_open_store(const char *database, GError **error);

/* One request: begin, what is done between, end; what was kept is on the disk after it. */
void rooms_begin(Rooms *self);
void rooms_end(Rooms *self, bool keep);

/* Rows of the tables of a class, each a line: keys as the public ids that they stand for, sorted,
 * so that two boxes with the same content give the same text. Owned. */
char *rooms_dump(Rooms *self, const char *class);

/* The log has to verify. */
void rooms_verify(Rooms *self);

void rooms_rebuild(Rooms *self); /* the log verified, the projections made anew */

/* Everything in the log, oldest first. Owned. */
GPtrArray *rooms_events(Rooms *self);

/* Gives all that one box has to another, as lines of JSON, in the order of the first one's log. */
void rooms_carry(Rooms *from, Rooms *to);

/* One event, in a turn of its own: true when it is there now, false when something before it is
 * missing. Anything else fails the test. */
bool rooms_receive(Rooms *self, const Event *event);

/* A connection of somebody's own; the cookie of a person is their id. */
#define ROOMS_COOKIE "__Host-sid-17"
int rooms_dial(Rooms *self, HttpSocket which);

typedef struct {
	unsigned status;
	json_t *json; /* NULL: the answer had no body */
} Answer;

void answer_clear(Answer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

/* As this person's page; body JSON or NULL; key the Idempotency-Key or NULL. */
Answer rooms_ask(Rooms *self, const Id *person, const char *method, const char *path,
                 const char *body, const char *key);

/* The text at "items.0.id" of the answer; NULL if it is not there or no text. */
const char *answer_text(const Answer *self, const char *path);
json_t *answer_at(const Answer *self, const char *path);
