/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One broadcast's LL-HLS media playlist: the window of segments and parts, its text, and what a
 * request for it has to wait for (draft-pantos-hls-rfc8216bis §4.4, §6.2.5). Pure: no clock, no
 * files, no requests. */
#pragma once

#include "wire/wire.h"

typedef struct Playlist Playlist;

/* In the window: the worker keeps the files of 12 whole segments and of the open one. */
#define PLAYLIST_SEGMENTS_MAX 13

Playlist *playlist_new(void);
void playlist_free(Playlist *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Playlist, playlist_free)

/* The worker's whole truth. A state without segments leaves the window as it is: a worker that
 * was started again has not said yet what it goes on from. */
void playlist_set_state(Playlist *self, const WireState *state);

/* False: the part is known already or does not follow the ones before; nothing changed. */
bool playlist_add_part(Playlist *self, const WirePart *part);
bool playlist_complete_segment(Playlist *self, const WireSegment *segment);

/* No more will come: EXT-X-ENDLIST, no hint, nobody waits. */
void playlist_end(Playlist *self);
bool playlist_has_ended(const Playlist *self);

/* There is something to play. */
bool playlist_has_parts(const Playlist *self);

/* The delivery directives; -1: absent. */
typedef struct {
	gint64 msn;
	gint64 part;
	bool skip;
} PlaylistQuery;

/* From the values of _HLS_msn, _HLS_part and _HLS_skip, NULL where absent. INVALID with the
 * field: no decimal number, or a part without its segment. */
bool playlist_query_parse(const char *msn, const char *part, const char *skip,
			  PlaylistQuery *ret_query, GError **error);

typedef enum {
	PLAYLIST_READY,
	PLAYLIST_HOLD,	 /* ask again after the next change; too long is 503 */
	PLAYLIST_REFUSE, /* too far in the future: 400; a part: there is none: 404 */
} PlaylistVerdict;

PlaylistVerdict playlist_judge(const Playlist *self, const PlaylistQuery *query);

/* How long a request may be held: three target durations. */
unsigned playlist_hold_ms(const Playlist *self);

/* The text, rendered once a change; skip: as a delta update where there is something to skip. */
GBytes *playlist_get_text(Playlist *self, bool skip);

/* A part's file: "part_MSN_INDEX.m4s", canonical decimal numbers. */
typedef struct {
	guint64 msn;
	unsigned index;
} PlaylistPart;

bool playlist_part_parse(const char *file, PlaylistPart *ret_part);

/* READY: its file is there; HOLD: it is the hinted one; REFUSE: it is not and will not be. */
PlaylistVerdict playlist_judge_part(const Playlist *self, const PlaylistPart *part);
