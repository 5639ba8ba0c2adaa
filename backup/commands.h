/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urok-backup can be told to do. */
#pragma once

#include "store/store.h"
#include "work.h"

typedef struct {
	const char *file;    /* of a copy; NULL: the newest */
	const char *key;     /* a file that holds a key; NULL: the box's own, or it is asked for */
	const char *over;    /* the living school's name, which confirms; NULL: it is asked for */
	const char *urokd;   /* program of the proof */
	const char *maker;   /* the mark of who made the copy; NULL: this server, where a school lives */
	bool away;           /* into a folder that is not the school's own: --to */
} Wishes;

bool command_make(Work *work, const Wishes *wishes, GError **error);
bool command_list(Work *work, const Wishes *wishes, GError **error);
bool command_restore(Work *work, const Wishes *wishes, GError **error);
bool command_send(Work *work, const Wishes *wishes, GError **error);
bool command_verify(Work *work, const Wishes *wishes, GError **error);

/* After a copy, and its proof: what is past its time goes, and what the limit asks for. */
bool command_tidy(Work *work, const Wishes *wishes, GError **error);

/* What lies in the folder, for urokd. */
void list_report(Work *work, int key_fd);
/* {"person": {"rows", "digest"}, ...} of every table that a copy answers for. */
json_t *copy_tables(Store *store, GError **error);
/* Where two of these differ: a table's name; NULL: nowhere. Borrowed from `a` or `b`. */
const char *copy_difference(const json_t *a, const json_t *b);
