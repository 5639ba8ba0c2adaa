/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The other side of daemon/media/'s sockets, played by a test: each worker listens in its folder, hears words and says
 * what the test wants. They live as real ones do: longer than the daemon that started them, until they hear `stop`. */
#pragma once

#include "base/lines.h"
#include "media/media.h"

typedef struct {
	char *name;
	char *folder;
	bool lives;
	int fd;                /* of the last connection; -1: none */
	GPtrArray *heard;      /* of Wire */
	const char *broadcast; /* what it says it holds when it is connected to; borrowed, NULL: nothing */
	GSocketService *service;
	Lines *lines; /* hears what comes */
} PlayedWorker;

typedef struct {
	char *folder;
	GPtrArray *workers; /* of PlayedWorker, in the order of their starts; the ended ones too */
	unsigned starts;
	unsigned stops;
	unsigned adopted;
	bool starts_fail;
} PlayedWorkers;

PlayedWorkers *played_new(const char *folder);
/* Ends those that live, and waits for nothing. */
void played_free(PlayedWorkers *self);

/* A launcher whose starts make played workers; Media takes it over, several may come after each other. */
Launcher *played_launcher(PlayedWorkers *self);

/* One that lives already, as if an earlier daemon had started it. */
PlayedWorker *played_add(PlayedWorkers *self, const char *name, const char *broadcast);
/* As the kernel's killer does; the launcher's on_exit is the test's. */
void played_kill(PlayedWorker *worker);
/* Its connection breaks, it lives on. */
void played_hang_up(PlayedWorker *worker);

/* All of these run the loop until it is so. */
PlayedWorker *played_nth(PlayedWorkers *self, unsigned index);
PlayedWorker *played_find(PlayedWorkers *self, const char *name); /* lives */
const Wire *played_heard(PlayedWorker *worker, unsigned index);
/* The names of the living ones, joined by spaces, are these. */
void played_await(PlayedWorkers *self, const char *names);
/* Says the line, and what it sets off in the daemon has happened. */
void played_say(PlayedWorker *worker, const Wire *wire);
void played_say_line(PlayedWorker *worker, const char *line);

#define PLAYED_WAIT(condition)                                                                     \
	while (!(condition))                                                                       \
	g_main_context_iteration(NULL, TRUE)
