/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One school that this instance holds: at rest a door and a few words, open a whole house. */
#pragma once

#include "app/app.h"
#include "apart.h"
#include "doors.h"
#include "lines.h"
#include "members.h"
#include "postgres.h"
#include "settings.h"

typedef struct Holding Holding;

typedef struct {
	Postgres *postgres;
	const Settings *settings;
	Members *members;
	const char *run;
	const char *views; /* folder of this instance's views */
	Doors *doors;
	Aparts *aparts;
	Lines *lines;
	/* From the loop: the school is another instance's, free the holding. */
	void (*on_lost)(void *data, Holding *holding);
	void *data;
} HoldingOptions; /* borrowed, and outlives the holding */

/* box_key is sealed as it is in the truth. Listens at once. */
Holding *holding_new(const HoldingOptions *options, const char *id, const char *slug, int64_t fence,
                     const char *box_key, GError **error);

/* Closes the house first, which hands in what it still has. */
void holding_free(Holding *self);

const char *holding_id(const Holding *self);
const char *holding_slug(const Holding *self);
bool holding_is_open(const Holding *self);

/* As boxes.h: their origins, what one said, and whether the broker is there. A message opens the
 * house. */
void holding_set_boxes(Holding *self, const char *origins);
char **holding_boxes(const Holding *self);
void holding_take(Holding *self, const char *origin, const char *tail, const void *bytes,
                  size_t size);
void holding_turn(Holding *self, bool up);

/* As app_add_entry(), in a house that is opened for it. */
void holding_add_entry(Holding *self, const char *person, EntryMade done, void *data);

/* `then` is called once, in the house that is opened for it, or with a failure. */
typedef void (*HouseOpen)(void *data, App *app, const GError *failure);
void holding_enter(Holding *self, HouseOpen then, void *data);

/* Once a second: a house that nobody has asked anything for a moment gives memory back, and is closed
 * after settings' idle_s. True: it has just given some. */
bool holding_tick(Holding *self, gint64 now_us);

/* A new school's: 32 random bytes, sealed. */
char *box_key_new(const Settings *settings);
