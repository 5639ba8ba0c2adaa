/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One worker that is wanted, whatever happens to it; and its end. */
#pragma once

#include "media/link.h"
#include "media/media.h"

typedef struct Worker Worker;

/* From the loop. The worker may be ended or freed in each of them. */
typedef struct {
	/* It is connected: say what it is to do. */
	void (*on_up)(void *data);
	void (*on_word)(void *data, const Wire *wire);
	void (*on_down)(void *data);
	/* It ended by itself, for the `crashes`th time in a row. It is started again. */
	void (*on_crash)(void *data, unsigned crashes);
} WorkerListener;

/* Takes up a living one or starts one. Borrows the launcher. */
Worker *worker_new(Launcher *launcher, const char *folder, const char *name,
		   const WorkerListener *listener, void *data);

/* Frees at once and leaves the program alone. */
void worker_free(Worker *self);

/* No callback but on_ended follows: it is told `stop`, made to if it does not, and then freed. */
void worker_end(Worker *self, void (*on_ended)(void *data, Worker *worker), void *data);

void worker_say(Worker *self, const Wire *wire);
const char *worker_name(const Worker *self);
const char *worker_folder(const Worker *self);

/* The launcher says that the program is gone. */
void worker_on_exit(Worker *self);
