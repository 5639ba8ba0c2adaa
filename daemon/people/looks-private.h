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
