/* SPDX-License-Identifier: LGPL-2.1-or-later
 * For how long the school keeps what people wrote, and legal holds. A part of the door: privacy.h
 * brings it. Nothing is removed unless an administrator has set a number of days for its kind. */
#pragma once

#include "privacy/privacy.h"

/* What the room that keeps it can do. Times are wall times in ms; what is held stays and does not
 * count. */
typedef struct {
	const char *const *kinds; /* "class_pupils", ..., NULL */
	bool (*count)(void *room, const char *kind, int64_t from_ms, int64_t before_ms,
	              int64_t *ret_count, GError **error);
	/* One step in a turn, some milliseconds at most; *cursor as of PersonData. */
	bool (*remove)(void *room, const char *kind, int64_t before_ms, int64_t *cursor,
	               int64_t *ret_removed, GError **error);
	/* Each night, whatever is set: what has an end of its own. */
	bool (*sweep)(void *room, GError **error);
	/* {id, kind, title}, owned; NOT_FOUND. */
	json_t *(*chat_json)(void *room, const char *chat, GError **error);
	/* Does a hold of a chat keep words of this person? */
	bool (*binds)(void *room, const char *person, bool *ret_binds, GError **error);
} Keeping;
void privacy_set_keeping(Privacy *self, const Keeping *keeping, void *room);

/* Removes what is past its time, in steps; tells the journal. `done` is called from the loop with
 * how many went, or the failure; NULL: nobody asks. One run at a time: who comes later hears of
 * the one that runs. */
typedef void (*RetentionDone)(void *data, int64_t removed, const GError *failure);
void privacy_run_retention(Privacy *self, RetentionDone done, void *data);
void privacy_forget_retention(Privacy *self, void *data); /* `done` is not called for it any more */

/* The table `legal_hold` (chat_id, person_id, lifted_hlc) and the view `held_author` (person_key)
 * may be joined by the SQL of higher rooms. */
extern const Migration RETENTION_MIGRATION;
extern const Route RETENTION_ROUTES[]; /* /retention, /legal-holds */
