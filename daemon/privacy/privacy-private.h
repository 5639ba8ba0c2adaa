/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of privacy/ share. */
#pragma once

#include "privacy/privacy.h"

#define EXPORTS_MAX 4                  /* at one time */
#define EXPORT_BYTES_MAX (256 << 20)   /* of one copy */
#define STEP_US     4000               /* of the loop, for one step of a long work */
#define REASON_CHARACTERS_MIN 3
#define REASON_CHARACTERS_MAX 300

typedef struct Ledger Ledger;
typedef struct Eraser Eraser;
typedef struct Keeper Keeper;

struct Privacy {
	Store *store;
	Events *events;
	People *people;
	Ledger *ledger;
	Eraser *eraser;
	Keeper *keeper;
	const Keeping *keeping; /* NULL: nothing is kept for a time */
	void *keeping_room;
	GPtrArray *exports; /* of Export, those that run */
};

/* --- ledger.c: ids of whom was erased, outside of the database --- */
Ledger *ledger_new(const char *data_directory);
Ledger *ledger_copy(const Ledger *self); /* for a thread */
void ledger_free(Ledger *self);
/* Waits for the disk: not in the loop. */
bool ledger_append(const Ledger *self, const char *line, GError **error);
char *ledger_line(const char *person, const char *by, int64_t now_ms); /* owned */
GPtrArray *ledger_read(const Ledger *self, GError **error); /* ids, each once; owned */

/* --- eraser.c: carries out, in steps, one after the other --- */
Eraser *eraser_new(Privacy *privacy);
void eraser_free(Eraser *self);
/* What a crash cut short. */
bool eraser_resume(Eraser *self, GError **error);
/* Of erasures that another end began. */
void eraser_follow(Eraser *self);
/* In a turn: the person is nobody from its commit on, and the rest follows. */
bool eraser_begin(Eraser *self, const Actor *actor, const char *person, const char *reason,
                  GError **error);

bool get_export(void *room, Request *request, GError **error);
bool post_erasure(void *room, Request *request, GError **error);
bool get_erasure(void *room, Request *request, GError **error);
bool post_merge(void *room, Request *request, GError **error);
bool get_incident(void *room, Request *request, GError **error);
