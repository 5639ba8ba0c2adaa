/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of carry/ share. */
#pragma once

#include "carry/carry.h"

#define ADDRESSES_MAX 1000 /* of files, a request */

struct Carry {
	CarryOptions options;
	/* The journey, if there is one. */
	Id journey;
	int64_t touched_boot_ms; /* urokctl's last request of it */
	bool is_import;
	Parcel *parcel;
	json_t *greeting;  /* import: of the box that it comes from */
	bool has_holdings; /* import: what it has is told, and begins anew */
	GHashTable *taken; /* import: addresses of files that came */
	int64_t events;
};

/* One request's work, outside of its handler: in turns of its own. ret_answer is owned. */
typedef bool (*CarryWork)(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_do(Carry *self, Request *request, CarryWork work);

bool carry_begin_export(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_next_frame(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_end_export(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_list_files(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_begin_import(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_take_frame(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_take_holdings(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_find_lacking(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_take_file(Carry *self, Request *request, json_t **ret_answer, GError **error);
bool carry_end_import(Carry *self, Request *request, json_t **ret_answer, GError **error);
void carry_end_journey(Carry *self);

/* --- What is told of journeys (telling.c) --- */

/* Each in a turn of its own. */
bool carry_tell_begin(Carry *self, GError **error);
bool carry_tell_end(Carry *self, int64_t files, int64_t aside, GError **error);
bool get_carry(void *room, Request *request, GError **error);

/* --- What is known of the other boxes --- */

/* Owned array: {origin, heard_at_ms, clock, greeting}. */
json_t *boxes_list(Carry *self, GError **error);
/* The chain of this origin and epoch; borrowed, NULL: none. */
const json_t *boxes_find_chain(const json_t *chains, const json_t *like);
/* What all of them have: a greeting's chains. Owned; ret_known: how many there are. */
json_t *boxes_common_chains(Carry *self, size_t *ret_known, GError **error);
/* What this box says of itself: a greeting, with `heard`. Owned. */
json_t *boxes_greet(Carry *self, GError **error);
/* False: this box was restored, and nobody who knows that has told since what they have of it. */
bool boxes_heard_since_restore(Carry *self, bool *ret_heard, GError **error);
/* Does every box that is known have this file? */
bool boxes_have_file(Carry *self, const char *address, bool *ret_have, GError **error);
/* In a turn. An older greeting than the known one is let be: ret_newer says. */
bool boxes_hear(Carry *self, const json_t *greeting, bool *ret_newer, GError **error);
bool boxes_forget_files(Carry *self, const char *origin, GError **error);
bool boxes_add_file(Carry *self, const char *origin, const char *address, GError **error);
bool boxes_know(Carry *self, const char *origin, bool *ret_known, GError **error);
bool boxes_forget(Carry *self, const char *origin, GError **error);
/* In a turn of its own. */
bool carry_in_turn(Carry *self, bool (*work)(void *data, GError **error), void *data, GError **error);

/* --- Of an administrator (others.c) --- */

bool get_carry_boxes(void *room, Request *request, GError **error);
bool delete_carry_box(void *room, Request *request, GError **error);
