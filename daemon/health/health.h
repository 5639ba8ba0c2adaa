/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the machine and the rooms are, as a list of items of docs/health.md. It is gathered when
 * somebody asks and, rarely, by itself; what begins and what is over goes to the journal once. */
#pragma once

#include "base/json.h"

#include <stdint.h>

typedef struct Health Health;

typedef enum { HEALTH_OK, HEALTH_WARNING, HEALTH_ALARM } HealthLevel;

typedef struct {
	const char *id;    /* "data-disk": a literal, as the state */
	const char *state; /* "fine" */
	HealthLevel level;
	json_t *values;    /* an object */
	/* For the journal when the level is not HEALTH_OK; NULL: its room tells the journal itself. */
	char *sentence;
	const char *message_id;
} HealthItem;

typedef struct {
	const char *data_directory;
	const char *parts_directory;
	const char *media_directory; /* need not be there */
	const char *power_directory; /* /sys/class/power_supply */
	const char *disks_file;      /* what urok-health.service wrote */
	const char *certificate_file; /* what urok-tls wrote; need not be there */
	const char *plugins_directory; /* of GStreamer; NULL: none is looked for */
	bool units;                  /* systemd is asked which of our units have failed */
	/* An item has changed its state; from the loop. */
	void (*on_changed)(void *data);
	void *data;
} HealthOptions;

Health *health_new(const HealthOptions *options); /* texts are copied */
void health_free(Health *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Health, health_free)

/* What a room says of itself, each time that is looked: by health_say(). In order of adding. */
typedef void (*HealthSource)(void *room, Health *health);
void health_add_source(Health *self, HealthSource source, void *room);

/* Within a source only. Steals the item's values and sentence. */
void health_say(Health *self, const HealthItem *item);

/* Looks, and calls `done` from the loop, in its next turn or when systemd has answered. */
typedef void (*HealthLooked)(void *data);
void health_look(Health *self, HealthLooked done, void *data);
/* `done` is not called any more for this data. */
void health_forget(Health *self, void *data);

/* What was found last. */
HealthLevel health_level(const Health *self);
const char *health_level_name(HealthLevel level); /* "ok", "warning", "alarm" */
json_t *health_to_json(const Health *self);       /* the array of items */
unsigned health_count(const Health *self);
const HealthItem *health_item(const Health *self, unsigned index);

/* The room that a file system has for an ordinary user. False: it cannot be told. */
typedef struct {
	uint64_t total_bytes;
	uint64_t free_bytes;
} HealthDisk;
bool health_disk(const char *path, HealthDisk *ret_disk);
