/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One connection a box that leaves, for a moment. */
#include "partings.h"
#include "base/log.h"
#include "lines.h"

#define HOLD_S       20 /* the broker is told of a new list within a few seconds */
#define PARTINGS_MAX 64 /* a year's end, not a morning */

struct Partings {
	const Settings *settings;
	const Keys *keys;
	GHashTable *each; /* origin → Parting */
};

typedef struct {
	Partings *partings;
	char *origin;
	Broker *broker;
	guint timer;
} Parting;

static void parting_free(void *data)
{
	Parting *self = data;

	g_clear_handle_id(&self->timer, g_source_remove);
	broker_free(self->broker);
	g_free(self->origin);
	g_free(self);
}

static void on_up(void *data)
{
	log_write(LOG_INFO, "The connection of a box that was unlinked is ended");
}

static void on_nothing(void *data)
{
}

static void on_message(void *data, const char *topic, const void *bytes, size_t size)
{
}

static gboolean on_over(void *data)
{
	Parting *self = data;

	self->timer = 0;
	g_hash_table_remove(self->partings->each, self->origin);
	return G_SOURCE_REMOVE;
}

static Broker *come(const Partings *self, Parting *parting)
{
	static const BrokerListener LISTENER = {
	        .on_up = on_up, .on_down = on_nothing, .on_failed = on_nothing, .on_message = on_message};
	g_autofree char *filter = g_strdup_printf("urok/v1/%s/up/nothing", parting->origin);
	const BrokerOptions options =
	        lines_broker(self->settings, self->keys, parting->origin, filter);

	return broker_new(&options, &LISTENER, parting);
}

void partings_begin(Partings *self, const char *origin)
{
	Parting *parting;

	if (!self || g_hash_table_size(self->each) >= PARTINGS_MAX)
		return;
	parting = g_new0(Parting, 1);
	parting->partings = self;
	parting->origin = g_strdup(origin);
	parting->timer = g_timeout_add_seconds(HOLD_S, on_over, parting);
	parting->broker = come(self, parting);
	g_hash_table_replace(self->each, parting->origin, parting);
}

void partings_end(Partings *self, const char *origin)
{
	if (self)
		g_hash_table_remove(self->each, origin);
}

Partings *partings_new(const Settings *settings, const Keys *keys)
{
	Partings *self;

	if (!*settings->broker_inside)
		return NULL;
	self = g_new0(Partings, 1);
	self->settings = settings;
	self->keys = keys;
	self->each = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, parting_free);
	return self;
}

void partings_free(Partings *self)
{
	if (!self)
		return;
	g_hash_table_unref(self->each);
	g_free(self);
}
