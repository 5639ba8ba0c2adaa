/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of this room share: what is gathered where. */
#pragma once

#include "health/health.h"

#include <gio/gio.h>

typedef struct Units Units;

/* machine.c: files of the machine. */
typedef enum { DISK_OF_DATA, DISK_OF_PARTS } DiskKind;
void machine_say_disk(Health *health, const char *id, const char *path, DiskKind kind);
void machine_say_power(Health *health, const char *directory);
void machine_say_memory(Health *health, const char *nodes_directory);
void machine_say_media_tools(Health *health, const char *plugins_directory);

/* disks.c: the report of urok-health.service. */
void disks_say(Health *health, const char *path, int64_t now_ms);

/* certificate.c: the report of urok-tls. */
void certificate_say(Health *health, const char *path, int64_t now_ms);

/* units.c: systemd is asked; `done` comes from the loop. */
Units *units_new(void);
void units_free(Units *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Units, units_free)
typedef void (*UnitsAsked)(void *data);
void units_ask(Units *self, UnitsAsked done, void *data);
void units_say(const Units *self, Health *health);

/* A small file, whole, in valid UTF-8; NULL: absent, larger, or not to be read. */
char *health_read_file(const char *path, size_t most);
/* "1.5 GB", "980 MB". */
char *health_size(uint64_t bytes);
