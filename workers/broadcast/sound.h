/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sound track beside the pictures: its format, and what waits for the end of the open part. */
#pragma once

#include "cmaf.h"
#include "unit.h"

typedef struct Sound Sound;

Sound *sound_new(void);
void sound_free(Sound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sound, sound_free)

/* A camera was connected: nothing is heard yet. */
void sound_begin(Sound *self);

/* Takes the unit's format and remembers when it was heard. False: this sound cannot be played.
 * ret_changed: the format is another one than before. */
bool sound_hear(Sound *self, const Unit *unit, bool *ret_changed);

/* Is there sound at this picture? By the camera's times: a machine that stood still and has much to
 * catch up is no silence. */
bool sound_is_heard(const Sound *self, const Unit *picture);

/* Fills in what belongs to the sound; its bytes are borrowed. */
void sound_describe(const Sound *self, CmafFormat *format);

/* A stretch begins; media time to which those before it reach, 0: there is none. */
void sound_anchor(Sound *self, gint64 from_ns);

/* Nothing goes on from here. */
void sound_drop(Sound *self);

/* Behind the one before, unless the time says that some is missing; media_ns UNIT_NO_TIME: behind the
 * one before. What comes again or too late is let go. */
void sound_add(Sound *self, const Unit *unit, gint64 media_ns);

/* Of CmafSample: the sound that belongs before this end, in ticks of the pictures; the rest stays. */
GArray *sound_take(Sound *self, gint64 end);
