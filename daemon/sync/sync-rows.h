/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What an administrator sees and decides of the sync. A part of the door: sync.h brings it. */
#pragma once

#include "sync/sync.h"

/* At a cloud: of the conversation with the school's own box. False: it is linked to none. */
bool sync_authority_status(const Sync *self, PeerStatus *ret_status);
const Id *sync_authority(const Sync *self); /* borrowed; empty: nobody's yet */

/* --- What leaves: kind by kind, all off at first --- */

/* In a turn. order: the words under which it was allowed, or why it ended. */
bool sync_allow(Sync *self, const Actor *actor, const char *kind, bool allowed, const char *order,
                GError **error);
bool sync_may_leave(const Sync *self, const char *kind);
/* Owned JSON array: {kind, locality, allowed, by, at, order}. */
json_t *sync_list_choices(Sync *self, GError **error);

/* Nothing is known of that end any more: the next one of this name begins anew. Commits. */
bool sync_forget_peer(Sync *self, const char *name, GError **error);

/* Called in a turn after which rows follow anew from the log, events long: it brought the last content of
 * what was held, or put events of a restored end behind those that it lost. True: all rows are made
 * elsewhere, from the log as this turn leaves it; else they are here, in this turn. */
typedef bool (*RowsOld)(void *data, int64_t events);
void sync_on_rows_old(Sync *self, RowsOld take, void *data);

/* A box left, or is back: PeerStatus.gone_since_ms. From the loop, not in a turn. NULL: no more. */
void sync_on_gone(Sync *self, void (*gone)(void *data), void *data);

/* --- Quarantine: events that are in the log and not in the rows --- */
json_t *sync_list_quarantine(Sync *self, GError **error); /* {event, kind, origin, since, error} */
bool sync_retry(Sync *self, const char *event, GError **error);   /* in a turn */
bool sync_discard(Sync *self, const char *event, GError **error); /* in a turn */

extern const Migration SYNC_CONFLICTS_MIGRATION;

/* --- The conflict journal: both ends changed the same; the newest first, at most 200 --- */
typedef struct { /* owned; NULL: there is none */
	char *(*person)(void *data, const char *person); /* or "system", "console" */
	char *(*place)(void *data, const char *scope);   /* the title of a chat */
	/* What the reader may give back; a literal. */
	const char *(*way_back)(void *data, const Actor *reader, const char *how, const Event *lost);
	void *data;
	const Actor *reader; /* NULL: nobody, who gives nothing back */
} ConflictNames;
/* After the rooms, whose contests it follows from here on; sync_open() does it if nobody did. */
void sync_follow_contests(Sync *self);
/* {event, kind, subject, chat, title, at, ours, theirs, won, how, back}: of the event that lost; ours and
 * theirs {event, kind, actor, actor_name, at}; won "ours" or "theirs"; how: a Contest's. No words:
 * what people write is for those in the chat. */
json_t *sync_list_conflicts(Sync *self, const ConflictNames *names, GError **error);
