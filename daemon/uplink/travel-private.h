/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the travel of files share: the rows, and one question to the door. */
#pragma once

#include "uplink/travel.h"
#include "uplink/uplink-private.h"

typedef enum { WAY_UP, WAY_DOWN } Way;

typedef struct {
	char address[FILE_ADDRESS_LENGTH + 1]; /* "": there is none */
	Way way;
	int64_t size; /* 0: not known */
	int64_t tries;
} Journey;

/* --- travel-rows.c: each a turn of its own, from the loop --- */
bool rows_name_all(Uplink *uplink, GError **error); /* all pictures; those that nobody names go */
bool rows_name(Uplink *uplink, const GPtrArray *pictures, GError **error);
/* Of these addresses: those that nobody names go, others are where their file is. */
bool rows_update(Uplink *uplink, const GPtrArray *addresses, GError **error);
bool rows_renew(Uplink *uplink, const json_t *addresses, GError **error); /* the cloud lacks them */
/* The next that may go; "" and when something may go at the earliest (0: nothing waits). */
bool rows_find_next(Uplink *uplink, Journey *ret, int64_t *ret_due_ms, GError **error);
bool rows_end(Uplink *uplink, const char *address, GError **error);
bool rows_delay(Uplink *uplink, const char *address, int64_t due_ms, GError **error);
bool rows_hurry(Uplink *uplink, GError **error);
bool rows_remove(Uplink *uplink, GError **error);
bool rows_count(Uplink *uplink, Way way, int64_t *ret_files, int64_t *ret_bytes);

/* --- travel-asking.c --- */
typedef struct {
	unsigned status; /* 0: nobody answered */
	int64_t has;	 /* of it at the cloud; -1: it did not say */
	int64_t total;	 /* -1: likewise */
	GBytes *bytes;	 /* of the answer; NULL: none */
} PieceAnswer;
typedef void (*PieceAnswered)(void *data, const PieceAnswer *answer);
typedef struct PieceAsk PieceAsk;

/* size 0: how much there is. NULL: the desk is full. */
PieceAsk *piece_ask_down(Uplink *uplink, const char *address, int64_t first, int64_t size,
			 PieceAnswered done, void *data);
/* bytes: borrowed for the call. */
PieceAsk *piece_ask_up(Uplink *uplink, const char *address, int64_t first, int64_t total,
		       GBytes *bytes, PieceAnswered done, void *data);
void piece_ask_cancel(PieceAsk *self);
