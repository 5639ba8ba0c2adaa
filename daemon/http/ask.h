/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests that one end of a school hands on to another. A part of the door: http.h brings it. */
#pragma once

#include "http/http.h"

typedef struct {
	const char *method;
	const char *target;          /* path and query, percent-encoded */
	const char *body;            /* JSON; NULL: none */
	const char *idempotency_key; /* NULL: none */
	const Actor *actor;          /* a person, as whoever calls believes; judged as always */
} Ask;

/* Once, from the loop, after what it wrote is on the disk; text NULL: no body. */
typedef void (*OnAnswered)(void *data, unsigned status, const char *content_type, const char *text);

/* CONFLICT at-the-school, in the one sentence that there is for it. */
bool ask_refuse(GError **error);
char *error_to_problem(const GError *error, unsigned *ret_status); /* JSON; not of ERROR_INTERNAL */

/* Runs a route with ROUTE_AFAR as if it had come by the REST socket; others answer at-the-school.
 * Not inside a turn. When the room ends first, nobody is told. */
void http_ask(Http *self, const Ask *ask, OnAnswered on_answered, void *data);

/* Who hands on what can be decided at another end alone: a route with ROUTE_AFAR that was refused with
 * at-the-school. True: it has held the request (request_hold). */
typedef bool (*HandOn)(void *room, Request *request);
void http_set_hand_on(Http *self, HandOn hand_on, void *room);
char *request_dup_target(const Request *self); /* path and query, percent-encoded again */
const char *request_method(const Request *self);
/* What another end answered, as it is. text NULL: no body. */
void request_reply_as(Request *self, unsigned status, const char *content_type, const char *text);
