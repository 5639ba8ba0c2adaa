/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A disk whose power can be cut: a VFS between SQLite and the real files that knows what was
 * written and not yet synced.
 *
 * After the cut nothing more reaches the disk, and every call fails. What is left of a file is
 * what was synced, and of the rest any sectors, in any order: a sector of 512 bytes is written
 * whole or not at all. A file's name is there for sure once its directory was synced, which SQLite
 * does with the first sync of a new log. The shared memory is lost. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	POWER_LOG_WRITE, /* of a WAL or a journal */
	POWER_LOG_SYNC,
	POWER_FILE_WRITE, /* of the database: a checkpoint, or the first page of a new one */
	POWER_FILE_SYNC,
	POWER_LOG_TRUNCATE,
	POWER_FILE_TRUNCATE, /* at the end of a checkpoint */
	POWER_DELETE,
	POWER_KINDS,
} PowerKind;

typedef enum {
	POWER_HONEST,   /* syncs are obeyed */
	POWER_DEAF,     /* none is, as with synchronous=OFF */
	POWER_DEAF_LOG, /* those of the log are not, as with synchronous=NORMAL */
} PowerMode;

typedef struct Power Power;

/* Becomes SQLite's default VFS until it is freed. */
Power *power_new(guint32 seed);
void power_free(Power *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Power, power_free)

void power_set_mode(Power *self, PowerMode mode);

/* The power goes with the nth call of that kind from now on (from 1), in whatever thread. */
void power_plan(Power *self, PowerKind kind, guint nth);
/* It goes now, if it has not. */
void power_cut(Power *self);
bool power_is_off(Power *self);

/* How often it went at each kind of call. */
guint power_cuts_at(const Power *self, PowerKind kind);

/* Writes what is left into another directory and has the power on again. Every file of the old
 * one is closed before. */
void power_return(Power *self, const char *directory);
