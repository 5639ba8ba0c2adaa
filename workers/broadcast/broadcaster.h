/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The worker of one folder: what is commanded, what is cut, what is told. */
#pragma once

#include "camera.h"

typedef struct Broadcaster Broadcaster;

typedef struct {
	const char *folder;
	CameraOptions camera;
	unsigned orphan_s; /* ends when no daemon was connected for so long; 0: never */
} BroadcasterOptions;

/* on_end: it was told to stop (its files are gone), or is an orphan. */
Broadcaster *broadcaster_new(const BroadcasterOptions *options, void (*on_end)(void *data),
			     void *data, GError **error);
/* Leaves its files: the next worker in this folder goes on. */
void broadcaster_free(Broadcaster *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Broadcaster, broadcaster_free)
