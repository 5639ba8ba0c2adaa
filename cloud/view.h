/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school's SQLite file as a view of what PostgreSQL holds: brought up to date before the house is
 * opened, and from then on written only after PostgreSQL has committed. */
#pragma once

#include "app/app.h"
#include "fetch.h"
#include "keeping.h"
#include "settings.h"

typedef struct View View;

typedef struct {
	Ground ground;
	/* From within a turn: the house must be closed soon, as the school is another instance's
	 * (lost) or the file is behind. */
	void (*on_end)(void *data, bool lost);
	void *data;
} ViewOptions; /* borrowed, as the ground */

/* fetched: borrowed while the house is opened. */
View *view_new(const ViewOptions *options, const Fetched *fetched);
void view_free(View *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(View, view_free)

/* What the house is opened with; sockets are the caller's to add. */
AppView view_for_house(View *self);

Store *view_store(const View *self); /* of the open house */

/* After the house was closed: how far the file is. */
void view_note(const View *self);

/* After the house was closed, outside of a question's answer: the file on its way to be a snapshot. NULL:
 * it is not worth it. It outlives the view. */
Keeping *view_keep_snapshot(const View *self);
