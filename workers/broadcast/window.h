/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The stream's memory: which segments and parts there are, as files and in the state file, which is
 * written with every part, so that a killed worker never uses an MSN twice. */
#pragma once

#include "folder.h"
#include "wire/wire.h"

#define WINDOW_SEGMENTS	  12 /* whole ones that are told; as many more keep their segment file */
#define TARGET_DURATION_S 4

typedef struct Window Window;

typedef struct {
	void (*on_part)(void *data, const WirePart *part);
	void (*on_segment)(void *data, const WireSegment *segment);
} WindowListener;

/* Borrows the folder. Takes up the state file if there is a good one: the open segment is made
 * whole from its parts. A state that cannot be used is as none. */
Window *window_new(Folder *folder, const WindowListener *listener, void *data);
void window_free(Window *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Window, window_free)

/* Borrowed; its camera is empty. */
const WireState *window_state(const Window *self);

/* Another broadcast than the state's: the files that are here go, numbers start anew. */
void window_begin(Window *self, const char *broadcast);

/* Once a broadcast. */
void window_set_part_target(Window *self, unsigned part_target_us);

/* CLOCK_BOOTTIME, in nanoseconds, at media time 0. */
gint64 window_epoch_ns(const Window *self);

/* End of the last part in nanoseconds of media time; 0: none yet. */
gint64 window_end_ns(const Window *self);

/* What follows is of a new generation, unless this is the init segment that is there already. */
bool window_add_init(Window *self, GBytes *init, GError **error);

bool window_has_open(const Window *self);
/* Of the open segment; there may be WIRE_PARTS_MAX of them, not one more. */
unsigned window_open_parts(const Window *self);

/* Times are nanoseconds of media time. */
typedef struct {
	GBytes *bytes;
	gint64 start_ns;
	gint64 end_ns;
	bool independent;
	bool discontinuity; /* counts for the first part of a segment */
} WindowPart;

/* Opens a segment if none is open. Writes the part, then the state, then tells. On failure nothing
 * was added. */
bool window_add_part(Window *self, const WindowPart *part, GError **error);

/* Makes the open segment whole; none open is fine. On failure (NO_SPACE) it stays open, and nothing
 * may be added before a later call succeeds. */
bool window_close_segment(Window *self, GError **error);

/* The sequence number of the next part's `mfhd`. */
guint32 window_sequence(const Window *self);
