/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The log: one append-only table of what happened, applied to the rows by the rooms that own them,
 * in the same transaction, and its readers: followers, registers and the live streams. */
#pragma once

#include "base/actor.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "http/http.h"
#include "store/store.h"

typedef struct Events Events;
typedef struct Event Event;
#define SEAL_SIZE 16
typedef struct { uint8_t bytes[SEAL_SIZE]; } Seal;

typedef enum { LOCALITY_BOX, LOCALITY_SCHOOL, LOCALITY_CLOUD } Locality;
typedef enum { RETAIN_ALWAYS, RETAIN_CHAT, RETAIN_SKELETON, RETAIN_YEAR } Retention;

struct Event {
	int64_t seq;        /* place in this box's log; never leaves */
	Id id;              /* UUIDv7 */
	Id origin;          /* the box */
	Id epoch;           /* new at creation, restore and clone */
	int64_t origin_seq; /* contiguous from 1 within origin and epoch */
	Hlc hlc;
	char *seen;         /* JSON {origin: origin_seq} this origin had of the others; "{}" alone */
	char *actor;        /* person's id, "console" or "system" */
	char *kind;
	int version;
	char *scope;        /* "school", "staff", "admins", "class:ID", "chat:ID", "person:ID", ... */
	char *subject;      /* the id of what it is about */
	json_t *body;       /* an object; NULL when blanked: apply then writes from the skeleton */
	char *body_text;    /* the body as it was digested; NULL when blanked */
	uint8_t salt[DIGEST_SIZE]; /* of a held one: the skeleton's digest */
	Digest body_mac;
	Digest hash;
	Seal seal; /* its origin's (seals.h); zeroes: none, or ours */
	bool held; /* only its place and digests are here: nothing else above says anything */
};

typedef struct {
	const char *kind; /* "chat.message.posted" */
	int version;
	Locality locality;
	/* Writes the rows. Deterministic, idempotent, emits no events; also for a blanked event. */
	bool (*apply)(void *room, const Event *event, GError **error);
	/* Foreign events only: shape and the origin's authority. NULL: shape is all. */
	bool (*admit)(void *room, const Event *event, GError **error);
	/* What a browser gets: ret_name the SSE event's name (a literal), ret_data a JSON text (owned).
	 * Called once with reader NULL for everybody; when personal is set, once more with the
	 * event's own actor as the reader, for that person's streams. After the commit, on committed
	 * rows. False: nothing. NULL: nothing for anybody. */
	bool (*to_live)(void *room, const Event *event, const Actor *reader,
	                const char **ret_name, char **ret_data);
	Retention keeps;
	bool personal;
	/* Any end may write it: it commutes with what others write. False: only the school's own box,
	 * which is the authority for it (events_set_authority). */
	bool anywhere;
} EventKind;

/* A room that lives on another's events: runs after the owner's apply, in the order of adding
 * (floors upwards), in the same savepoint, for local and foreign events. kinds ends with NULL. */
typedef struct {
	const char *const *kinds;
	bool (*apply)(void *room, const Event *event, GError **error);
} Follower;

/* Which scopes a person may see today. Called when a stream opens and after audience_changed().
 * Adds texts like "chat:ID" by scope_add(). Several rooms may add: all are asked. */
typedef struct ScopeSet ScopeSet;
void scope_add(ScopeSet *set, const char *scope);
typedef void (*AudienceFunc)(void *room, const Actor *reader, ScopeSet *set);

typedef struct {
	Store *store;
	const char *data_directory; /* holds box.key (0600), which seals live positions */
	bool synchronisation_confirms; /* the kernel's word ends a doubt of its time */
} EventsOptions;

/* Rooms are added before events_open(), in floor order. */
Events *events_new(const EventsOptions *options);
void events_set_synchronisation_confirms(Events *self, bool confirms);
void events_add_kinds(Events *self, const EventKind kinds[], void *room);  /* ended by {0} */
void events_add_follower(Events *self, const Follower *follower, void *room);
void events_add_audience(Events *self, AudienceFunc scopes_of, void *room);

/* Reads the head of the log, or makes this box's origin and epoch. */
bool events_open(Events *self, GError **error);
void events_free(Events *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Events, events_free)

extern const Migration EVENTS_MIGRATION, CHAINS_MIGRATION;

/* --- Writing: inside store_begin()/store_end() --- */
Event *event_new(const Actor *actor, const char *kind, const char *scope, const char *subject,
                 json_t *body); /* stolen */
void event_free(Event *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Event, event_free)

/* Fills id, origin, times and digests, writes the event, applies it, runs the followers, and after
 * the commit delivers it live. */
bool events_append(Events *self, Event *event, GError **error);

/* An event of another origin, as event_from_json() read it: admitted, in order, applied alike.
 * ERROR_CONFLICT: a gap before it or something it has seen is not here yet (try again later).
 * ERROR_BUSY: it lies in the future. ERROR_FORBIDDEN: admit or a digest said no. An event that is
 * here already is fine. */
bool events_receive(Events *self, Event *event, GError **error);

/* Removes the body and salt of an event (superseded, deleted, erased); the chain still verifies.
 * For use in apply. An id that is not here is fine. */
bool events_blank(Events *self, const char *event_id, GError **error);

/* The same, for what is past the time that the school keeps it. Failure: a kind that is kept for good. */
bool events_expire(Events *self, const char *event_id, GError **error);

/* One step, in a turn: blanks the events about this subject whose kind is like `kinds` (a GLOB), but
 * for those that the list names (NULL at its end). *cursor as of PersonData. */
bool events_blank_of(Events *self, const char *subject, const char *kinds, const char *const kept[],
                     int64_t *cursor, GError **error);

/* Wall time for rules: the machine's as far as it is believed. The demo sets it to the past,
 * forwards only (0: the clock's). */
int64_t events_now_ms(Events *self);
int64_t events_now_for(void *events);
void events_pretend_now(Events *self, int64_t wall_ms);
WallClock events_clock(Events *self); /* judged now */
/* An administrator vouches for the machine's time. ERROR_CONFLICT: it cannot be right. */
bool events_confirm_clock(Events *self, GError **error);

/* --- Reading --- */
/* One line of JSON with all fields but seq; digests and salt in base64url. */
char *event_to_json(const Event *self);
Event *event_from_json(const json_t *object, GError **error);

/* Events after a local place, in order, at most `limit`: an owned array of Event. */
GPtrArray *events_list(Events *self, int64_t after_seq, int limit, GError **error);
int64_t events_last_seq(const Events *self);
int64_t events_last_ms(const Events *self); /* of the hybrid clock; 0: an empty log */
/* A key of this box for one purpose of a room; it lies in no database. After events_open(). */
void events_derive_key(const Events *self, const char *purpose, uint8_t ret_key[SEAL_KEY_SIZE]);

/* Applies the log again to emptied projections, in a turn, which a failure loses; what stands aside too. */
bool events_rebuild(Events *self, GError **error);
/* Applies what was put behind a place of the log, before events_open(); in a turn. 0: to emptied projections. */
bool events_replay(Events *self, int64_t after_seq, GError **error);
bool events_find_head(Events *self, int64_t *ret_seq, GError **error);

#include "events/aside.h"
#include "events/chains.h"
#include "events/epoch.h"
#include "events/log-check.h"
#include "events/streams.h"
