/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A server with a few routes and raw clients in the same loop. */
#pragma once

#include "http/http.h"
#include "scratch.h"

#define ORIGIN "http://localhost:8080"
#define COOKIE "__Host-sid-8080"
#define PERSON "01890a5d-ac96-774b-bcce-b302099a8057"

typedef struct {
	Scratch *scratch;
	Http *http;
	GPtrArray *held; /* Request, in the order of their coming; NULL: gone */
	GPtrArray *streams; /* Stream; NULL: closed */
	unsigned handled; /* by post_note */
	unsigned listed;  /* by get_list */
	bool signed_out; /* cookies count no more */
} School;

School *school_new(void);
School *school_new_with_timeout(unsigned timeout_s);
void school_free(School *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(School, school_free)

/* A connection; close it with hang_up(). */
int dial(School *self, HttpSocket which);
void hang_up(int fd);
void put(int fd, const char *text);
void put_bytes(int fd, const char *bytes, size_t size);

typedef struct {
	unsigned status;
	char *head; /* status line and headers */
	char *body; /* chunks are joined */
	size_t size;
} Answer;

void answer_free(Answer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)

/* The next answer on the connection, whole; status 0: it was closed instead. */
Answer *hear(int fd);
Answer *hear_head_only(int fd); /* of an answer to HEAD */

/* Value of a header, NULL if absent. */
char *header_of(const Answer *answer, const char *name);
char *reason_of(const Answer *answer);
char *field_of(const Answer *answer);

/* One request on a connection of its own. */
Answer *ask(School *self, HttpSocket which, const char *request);
/* A POST as our page sends it; extra: more header lines, each with CRLF. */
Answer *ask_post(School *self, const char *path, const char *extra, const char *body);
char *post_text(const char *path, const char *extra, const char *body);

/* Turns the loop until the connection has something or is closed; false: it was closed. */
bool wait_readable(int fd);
bool is_readable(int fd); /* now, without turning the loop */
/* Turns the loop until the array has so many, or until its element is NULL. */
void wait_for_count(const GPtrArray *array, guint count);
void wait_for_end(const GPtrArray *array, guint index);
/* The next chunk of a chunked body; "" at its end. */
char *hear_chunk(int fd);
/* Rows of the table that post_note fills, as committed. */
int64_t count_notes(School *self);
bool add_note(School *self, const char *id, const char *text, GError **error);
