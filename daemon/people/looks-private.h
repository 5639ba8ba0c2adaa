/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who looked, and what the rooms keep of a person: for the files of people/ alone. */
#pragma once

#include "people/people.h"

/* A Person, or null for who is not here; owned. */
json_t *people_json_or_null(People *self, const char *person);

typedef struct Looks Looks;
Looks *looks_new(Store *store, Events *events);
void looks_write(Looks *self);
void looks_free(Looks *self); /* writes what is not written yet */
bool get_looks(void *room, Request *request, GError **error);
/* {looks: [...]} from the slot *cursor on; leaves there where it goes on, or 0. */
bool looks_export(People *self, const char *person, json_t *into, int64_t *cursor, int limit,
                  GError **error);

/* erasure.c, erasure-apply.c, merge.c */
extern const PersonData PEOPLE_DATA;
/* In a turn: no session, link, password, setting is left. */
bool people_close_account(People *self, const char *person, GError **error);
bool people_merge_account(void *room, const Actor *actor, const char *from, const char *into,
                          GError **error);
bool people_apply_erased(void *room, const Event *event, GError **error);
bool people_apply_merged(void *room, const Event *event, GError **error);
/* After each change of what a person is shown as. */
bool people_show_merged(People *self, const char *into, GError **error);
json_t *people_roles_json(unsigned roles);
json_t *people_time_json(int64_t wall_ms);
