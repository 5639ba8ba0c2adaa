/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of retention and legal holds share. */
#pragma once

#include "privacy/privacy-private.h"

#define KEPT_DAYS_MIN 30     /* what was written must stay long enough to complain about it */
#define KEPT_DAYS_MAX 36500
#define HOLDS_MAX     200    /* at one time */
#define HOLDS_LISTED  500

void retention_add_kinds(Privacy *self);
bool retention_check_kind(Privacy *self, const char *kind, GError **error); /* NOT_FOUND */
/* ret_days 0: for good. */
bool retention_days(Privacy *self, const char *kind, int64_t *ret_days, GError **error);
bool retention_set(Privacy *self, const Actor *actor, const char *kind, int64_t days, GError **error);
/* How many of the kind are older than so many days. */
bool retention_count(Privacy *self, const char *kind, int64_t days, int64_t *ret_count,
                     GError **error);
int64_t retention_before_ms(Privacy *self, int64_t days);

typedef struct {
	const char *chat; /* one of the two */
	const char *person;
	const char *reason;
} NewHold;
bool holds_place(Privacy *self, const Actor *actor, const NewHold *hold, Id *ret_id, GError **error);
bool holds_lift(Privacy *self, const Actor *actor, const char *hold, GError **error);
json_t *holds_find_json(Privacy *self, const char *hold, GError **error);
json_t *holds_list_json(Privacy *self, GError **error);
/* CONFLICT legal-hold: the person's words have to stay. */
bool holds_check_none(Privacy *self, const char *person, GError **error);
void holds_add_person_data(Privacy *self);
json_t *retention_time_json(int64_t wall_ms);
json_t *retention_actor_json(Privacy *self, const char *actor);

/* keeper.c */
Keeper *keeper_new(Privacy *privacy);
void keeper_free(Keeper *self);
