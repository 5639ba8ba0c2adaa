/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rooms of a school up to broadcasts/ over a store of their own; its workers are played by the test. */
#pragma once

#include "broadcasts/broadcasts.h"
#include "played-workers.h"
#include "scratch.h"

typedef struct {
	Scratch *scratch;
	Store *store;
	Http *http;
	Events *events;
	People *people;
	Classes *classes;
	PlayedWorkers *played;
	Media *media;
	Broadcasts *broadcasts;
	Id year;
	unsigned classes_made;
} Studio;

Studio *studio_new(void);
void studio_free(Studio *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Studio, studio_free)

/* As after a restart of the daemon: rows stay, workers are what the test says. */
void studio_restart(Studio *self);

/* One request: begin, what is done between, end; then the turn's commit. */
void studio_begin(Studio *self);
void studio_end(Studio *self, bool keep);

Actor studio_add_person(Studio *self, unsigned roles); /* signed in */
Id studio_add_class(Studio *self);
void studio_join(Studio *self, const Id *class_id, const Actor *person, MemberAs as);
void studio_leave(Studio *self, const Id *class_id, const Actor *person);
void studio_link(Studio *self, const Actor *child, const Actor *parent);

/* What must succeed; by the machinery of the school. */
Id studio_add_camera(Studio *self, const char *name);
Id studio_broadcast(Studio *self, const Actor *author, const Id *camera,
		    const AudienceOf *audience);

/* The error is this one; clears it. */
void studio_assert_refused(bool done, GError **error, ErrorCode code, const char *reason,
			   const char *field);

/* --- The workers, as the room asked for them --- */

/* Until those that live are these, in the order of their starts, joined by spaces. */
void workers_await(const Studio *self, const char *names);
/* What it was told first. */
const WireStart *worker_start(const Studio *self, const char *name);
void worker_says_state(Studio *self, const char *name, const WireState *state);
void worker_says_part(Studio *self, const char *name, guint64 msn, unsigned index);
void worker_says_camera(Studio *self, const char *name, WireCameraState state);
/* The worker that was started as the index'th, which has to be a probe's; still: a file's text, or NULL. */
void probe_says(Studio *self, unsigned index, const WireResult *result, const char *still);
void probe_await_start(const Studio *self, unsigned index);
void probe_await_end(const Studio *self, unsigned index);
