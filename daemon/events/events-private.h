/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the log share. */
#pragma once

#include "events/events.h"

typedef struct Live Live;

typedef struct {
	const EventKind *kind;
	void *room;
	GPtrArray *followers; /* of Follows, in the order of adding */
} Kind;

typedef struct {
	const Follower *follower;
	void *room;
} Follows;

/* Goes back with a request or turn that is undone. */
typedef struct {
	int64_t last_seq;
	int64_t origin_seq;
	Digest hash;
	Hlc last_hlc;
} Head;

struct Events {
	Store *store;
	char *data_directory;
	GHashTable *kinds; /* kind → Kind */
	GPtrArray *owned_follows;
	Head head;
	int64_t origin_key;
	Id origin;
	Id epoch;
	int64_t pretended_ms; /* 0: the machine's time */
	WallClock wall;
	bool synchronisation_confirms;
	Id authority; /* "": nobody was told of another end */
	GPtrArray *registers; /* of Registered */
	GPtrArray *readers;   /* of Reader */
	uint8_t seal_key[SEAL_KEY_SIZE];
	GPtrArray *contests;  /* of const Contest, borrowed */
	bool told;            /* they hear of it after this turn's commit */
	Live *live;
};

Kind *events_find_kind(const Events *self, const char *kind); /* NULL: unknown */

/* The time of the next event: it stands still while the machine's is doubted. */
int64_t events_physical_ms(Events *self);

/* What a chain stands on: the head's rows. */
bool events_load_origin(Events *self, bool *ret_found, GError **error);
bool events_add_origin(Events *self, const char *origin, const char *epoch, bool ours,
                       GError **error);
bool events_move_origin(Events *self, int64_t key, const Event *event, GError **error);
bool events_write(Events *self, const Event *event, int64_t origin_key, GError **error);
bool events_load_seen(Events *self, char **ret_seen, GError **error);
bool events_check_authority(const Events *self, const Kind *kind, const Id *origin,
                            GError **error);
void events_tell_readers(Events *self);
void events_add_own_register(Events *self);
bool events_note_blanked(Events *self, const char *event, GError **error);

/* Why an event stands in the log and not in the rows. */
typedef enum { ASIDE_POISON, ASIDE_DISCARDED, ASIDE_NEWER } Aside;
bool events_set_aside(Events *self, const Event *event, Aside why, const char *words,
                      GError **error);
extern const PersonData EVENTS_DATA; /* events-person.c */
/* Applies it, or sets it aside when that fails. False: the store failed. */
bool events_apply_or_set_aside(Events *self, const Event *event, GError **error);

/* What a row holds but its place, its origin's and the content. */
void events_bind_skeleton(Query *query, const Event *event);
/* The row under the cursor of list_events. */
Event *event_from_row(Query *query);
Event *event_text_from_row(Query *query); /* its body is NULL */
Event *event_copy(const Event *self);

/* The owner's apply, then the followers'. */
bool events_apply(Events *self, const Event *event, GError **error);

Live *live_new(Events *events);
void live_free(Live *self);
bool live_open(Live *self, GError **error);
void live_add_audience(Live *self, AudienceFunc scopes_of, void *room);
/* Inside a turn: delivers after its commit. */
void live_on_appended(Live *self, const Event *event);
void live_signal(Live *self, const char *scope, const char *name, const char *key,
                 const char *data);
void live_audience_changed(Live *self, const char *person);
void live_session_ended(Live *self, const char *session);
unsigned live_count(const Live *self);
unsigned live_people(const Live *self);
const uint8_t *live_key(const Live *self); /* SEAL_KEY_SIZE bytes */
bool live_connect(Live *self, Request *request, const char *position, GError **error);
