/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sessions: rows under the digest of their token, and a copy in memory that answers each request.
 *
 * The copy holds what changes all the time, the last activity, which is written at most every few
 * minutes; and it is dropped, now and after the commit, whenever its row or the person's roles
 * change, so that a turn that was undone leaves nothing wrong behind. */
#pragma once

#include "events/events.h"

typedef struct Sessions Sessions;

#define SESSIONS_PER_PERSON_MAX 20
#define SESSIONS_WRITE_MS	(5 * 60 * 1000)

typedef struct {
	Store *store;
	Events *events;
	int64_t shared_idle_s;
	int64_t own_device_s;
	int64_t (*boot_ms)(void);
} SessionsOptions;

Sessions *sessions_new(const SessionsOptions *options);
void sessions_free(Sessions *self); /* writes what is not written yet */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sessions, sessions_free)

/* An end that is in the future already stays. */
void sessions_set_limits(Sessions *self, int64_t shared_idle_s, int64_t own_device_s);

/* The actor of a token; ACTOR_NOBODY when there is no such session or it has ended. */
bool sessions_find(Sessions *self, const char *token, Actor *ret_actor, GError **error);

/* In a turn. The token is the cookie's secret, given once; device is for the person's own list.
 * Ends the oldest beyond SESSIONS_PER_PERSON_MAX. */
char *sessions_start(Sessions *self, const char *person, bool own_device, const char *device,
		     Id *ret_id, GError **error);

/* In a turn; each ends its live streams. */
bool sessions_end(Sessions *self, const char *session, GError **error);
bool sessions_end_others(Sessions *self, const char *person, const char *kept, GError **error);

/* A person is at the machine: a shared PC's session goes on. Memory only. */
void sessions_touch(Sessions *self, const Actor *actor);

/* Wall time of its end, and whether it is on an own device; 0 if it is not known. */
int64_t sessions_end_ms(Sessions *self, const char *session, bool *ret_own_device);

/* The person's roles changed: the next request reads them anew. */
void sessions_forget_person(Sessions *self, const char *person);

/* Ends what is over and writes what is due; else by a timer. True: there is more to come. */
bool sessions_tick(Sessions *self);
