/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who looked at a pupil's data. Part of people.h. */
#pragma once

/* What a page was asked for: the list says it to the parents in their words. */
#define LOOK_PROFILE "profile" /* the person's own page, or one of its parts */
#define LOOK_CLASS   "class"   /* the list of a class with parents and who came in */
#define LOOK_EXPORT  "export"  /* a copy of everything */

/* For a handler that shows a pupil's data: kept in memory, written in bulk some seconds later. Only
 * looks of others count, of pupils: not one's own, not the parents'. purpose is a literal, a slug. */
void people_note_look(People *self, const Actor *actor, const char *subject, const char *purpose);

/* {items: [{at, person, purpose}], next_cursor}, newest first; owned. `person` is a Person, or null
 * for the console and for whoever is here no more; cursor NULL: from the newest. */
json_t *people_looks_json(People *self, const char *subject, const char *cursor, int limit,
                          GError **error);

/* Writes now what waits in memory; else by a timer. Outside of a turn. */
void people_write_looks(People *self);

extern const Migration LOOKS_MIGRATION;
