/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The worker of one folder: what is commanded, what is cut, what is told. */
#pragma once

#include "camera.h"

typedef struct Worker Worker;

typedef struct {
	const char *folder;
	CameraOptions camera;
	unsigned orphan_s; /* ends when no daemon was connected for so long; 0: never */
} WorkerOptions;

/* on_end: it was told to stop (its files are gone), or is an orphan. */
Worker *worker_new(const WorkerOptions *options, void (*on_end)(void *data), void *data,
		   GError **error);
/* Leaves its files: the next worker in this folder goes on. */
void worker_free(Worker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Worker, worker_free)
