/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of schools/ share. */
#pragma once

#include "schools/schools.h"

#define CARDS_MAX       100 /* told at once */
#define KEPT_DAYS       30  /* that a box keeps what the directory said and did not say again */
#define SOON_MS         1000
#define EXCHANGE_S      3600
#define CODE_DIGITS     12
#define PERSON_TRIES    5

struct Schools {
	Store *store;
	Events *events;
	School *school;
	People *people;
	Classes *classes;
	bool is_box;
	int64_t (*boot_ms)(void);
	const Directory *directory; /* NULL: none */
	void *directory_room;
	GHashTable *askings; /* set of Asking that are not answered yet */
	Throttle *tries;     /* of codes that are typed, by person */
	guint soon;          /* timers */
	guint hourly;
	bool is_exchanging;
};

/* --- Asking: schools.c --- */
typedef struct Asking Asking;
typedef void (*Answered)(Asking *asking, const json_t *body, const GError *failure);
struct Asking {
	Schools *schools; /* NULL: the room is gone */
	Answered then;
	Request *request; /* NULL: none, or the client is gone */
	Handler finish;   /* of the request: its room is the Asking */
	Id person;        /* whom it is about; empty: all */
	json_t *body;     /* of the answer, for finish */
	GError *failure;
};

/* `then` is called once from the loop, unless the room is freed before; the Asking goes after it. */
void schools_ask(Schools *self, Method method, const char *path, json_t *body /* stolen */,
                 const char *person, Answered then);
/* Holds the request until the directory has answered; `finish` has the Asking as its room. */
void schools_hold(Schools *self, Request *request, Method method, const char *path,
                  json_t *body /* stolen */, Handler finish);

DirectoryState schools_state(const Schools *self);
/* {name, card: {person, pupil, left, children}}: what this school tells of one human; owned. */
json_t *schools_card(Schools *self, const char *person, GError **error);
json_t *schools_words(Schools *self, const char *person, GError **error);
/* In SOON_MS: one exchange for all that happens until then. */
void schools_exchange_soon(Schools *self);

/* --- What a box keeps of the directory's words: schools-kept.c --- */
extern const PersonData SCHOOLS_DATA;
/* Outside of a turn. NULL or empty: nothing is kept. A house of the cloud keeps nothing. */
void schools_keep(Schools *self, const char *person, const json_t *schools);
/* {as_of, schools} as it was kept, owned; NULL: nothing. */
json_t *schools_find_kept(Schools *self, const char *person);
GPtrArray *schools_list_kept(Schools *self); /* ids, owned */
void schools_forget_old(Schools *self);
void schools_forget_all(Schools *self);
/* In a turn: the account is nobody's in other schools any more, here at once, in the directory as
 * soon as it is reached. */
bool schools_leave(Schools *self, const char *person, GError **error);
GPtrArray *schools_list_leaving(Schools *self); /* ids, owned */
void schools_left(Schools *self, const char *person);
