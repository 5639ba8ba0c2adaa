/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school's rooms up to classes/ over a store of their own, without HTTP, on clocks of the test.
 */
#pragma once

#include "classes/classes.h"
#include "school/school.h"
#include "scratch.h"

#define BOX_NOW_MS 1795413600000LL /* 2026-11-23T06:00:00Z */

typedef struct {
	Scratch *scratch;
	Store *store;
	Events *events;
	School *school;
	People *people;
	Classes *classes;
} Box;

Box *box_new(void);
void box_free(Box *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Box, box_free)

/* One request's savepoint: begin, do, end. box_end(false) undoes. */
void box_begin(Box *self);
void box_end(Box *self, bool keep);

/* Time goes on, for the wall and the boot clock. */
void box_pass(Box *self, int64_t ms);
int64_t box_boot_ms(void);

/* A person who was added by the system, in a turn of their own; family and login are `name`. */
Id box_add_person(Box *self, const char *name, unsigned roles);
Actor box_actor(Box *self, const Id *person);

/* All rows of the tables of a class, as text; owned. What rebuild must give again. */
char *box_dump(Box *self, const char *class);

/* The error's reason is this one; clears it. */
void box_assert_refused(bool done, GError **error, ErrorCode code, const char *reason);
