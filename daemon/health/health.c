/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looking: what is asked in turn, what changed since, who waits for it. */
#include "health/health-private.h"
#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define NODES "/sys/devices/system/node"

typedef struct {
	HealthItem item;
	int64_t since_ms; /* when it left HEALTH_OK; 0: it is */
} Kept;

typedef struct {
	HealthSource say;
	void *room;
} Source;

typedef struct {
	HealthLooked done;
	void *data;
} Waiting;

struct Health {
	char *data_directory;
	char *parts_directory;
	char *media_directory;
	char *power_directory;
	char *disks_file;
	char *certificate_file;
	char *plugins_directory;
	void (*on_changed)(void *data);
	void *data;
	Units *units; /* NULL: nobody is asked */
	GArray *sources;
	GPtrArray *items; /* of Kept */
	GPtrArray *found; /* of Kept: those of the present look; NULL: none is on */
	GArray *waiting;
	bool asking;
	guint idle; /* 0: none */
	bool looked;
};

/* --- Items --- */

static void kept_free(void *data)
{
	Kept *kept = data;

	json_decref(kept->item.values);
	g_free(kept->item.sentence);
	g_free(kept);
}

static GPtrArray *items_new(void)
{
	return g_ptr_array_new_with_free_func(kept_free);
}

void health_say(Health *self, const HealthItem *item)
{
	Kept *kept = g_new0(Kept, 1);

	g_assert(self->found && item->values);
	kept->item = *item;
	g_ptr_array_add(self->found, kept);
}

static const Kept *find(const GPtrArray *items, const char *id)
{
	for (guint i = 0; i < items->len; i++)
		if (strcmp(((const Kept *)items->pdata[i])->item.id, id) == 0)
			return items->pdata[i];
	return NULL;
}

/* --- What changed --- */

static void tell_begin(const HealthItem *item)
{
	if (!item->sentence)
		return;
	if (item->level == HEALTH_ALARM)
		log_alarm(item->message_id, "%s", item->sentence);
	else
		log_note(LOG_WARNING, item->message_id, "%s", item->sentence);
}

static void tell_end(const HealthItem *item)
{
	if (item->sentence)
		log_note(LOG_NOTICE, item->message_id, "It is over: %s", item->sentence);
}

/* Once when it begins or gets worse, once when it is over. */
static bool compare(const Kept *before, Kept *now)
{
	HealthLevel was = before ? before->item.level : HEALTH_OK;
	HealthLevel is = now->item.level;

	if (is != HEALTH_OK)
		now->since_ms = was != HEALTH_OK ? before->since_ms : clock_wall_ms();
	if (is > was)
		tell_begin(&now->item);
	else if (is == HEALTH_OK && was != HEALTH_OK)
		tell_end(&before->item);
	return was != is || (before && strcmp(before->item.state, now->item.state) != 0);
}

static bool take(Health *self, GPtrArray *found)
{
	bool changed = false;

	for (guint i = 0; i < found->len; i++) {
		Kept *now = found->pdata[i];

		changed |= compare(find(self->items, now->item.id), now);
	}
	for (guint i = 0; i < self->items->len; i++) {
		const Kept *before = self->items->pdata[i];

		/* What is not there any more is not wrong any more. */
		if (!find(found, before->item.id) && before->item.level != HEALTH_OK) {
			tell_end(&before->item);
			changed = true;
		}
	}
	g_ptr_array_unref(self->items);
	self->items = found;
	changed = changed && self->looked;
	self->looked = true;
	return changed;
}

/* --- A look --- */

static void say_machine(Health *self)
{
	machine_say_disk(self, "data-disk", self->data_directory, DISK_OF_DATA);
	machine_say_disk(self, "parts-disk", self->parts_directory, DISK_OF_PARTS);
	if (g_file_test(self->media_directory, G_FILE_TEST_IS_DIR))
		machine_say_disk(self, "media-disk", self->media_directory, DISK_OF_DATA);
	disks_say(self, self->disks_file, clock_wall_ms());
	machine_say_power(self, self->power_directory);
	machine_say_memory(self, NODES);
	if (self->units)
		units_say(self->units, self);
	if (g_file_test(self->certificate_file, G_FILE_TEST_EXISTS))
		certificate_say(self, self->certificate_file, clock_wall_ms());
	if (self->plugins_directory)
		machine_say_media_tools(self, self->plugins_directory);
}

static void finish(void *data)
{
	Health *self = data;
	g_autoptr(GArray) waiting = g_steal_pointer(&self->waiting);
	bool changed;

	self->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
	self->asking = false;
	self->found = items_new();
	for (guint i = 0; i < self->sources->len; i++) {
		const Source *source = &g_array_index(self->sources, Source, i);

		source->say(source->room, self);
	}
	say_machine(self);
	changed = take(self, g_steal_pointer(&self->found));
	for (guint i = 0; i < waiting->len; i++) {
		const Waiting *one = &g_array_index(waiting, Waiting, i);

		one->done(one->data);
	}
	if (changed && self->on_changed)
		self->on_changed(self->data);
}

static gboolean on_idle(void *data)
{
	((Health *)data)->idle = 0;
	finish(data);
	return G_SOURCE_REMOVE;
}

void health_look(Health *self, HealthLooked done, void *data)
{
	const Waiting one = {done, data};

	g_array_append_val(self->waiting, one);
	if (self->asking)
		return;
	self->asking = true;
	if (self->units)
		units_ask(self->units, finish, self);
	else
		self->idle = g_idle_add(on_idle, self);
}

void health_forget(Health *self, void *data)
{
	for (guint i = self->waiting->len; i > 0; i--)
		if (g_array_index(self->waiting, Waiting, i - 1).data == data)
			g_array_remove_index(self->waiting, i - 1);
}

/* --- What was found --- */

HealthLevel health_level(const Health *self)
{
	HealthLevel worst = HEALTH_OK;

	for (guint i = 0; i < self->items->len; i++)
		worst = MAX(worst, ((const Kept *)self->items->pdata[i])->item.level);
	return worst;
}

const char *health_level_name(HealthLevel level)
{
	static const char *const NAMES[] = {"ok", "warning", "alarm"};

	return NAMES[level];
}

unsigned health_count(const Health *self)
{
	return self->items->len;
}

const HealthItem *health_item(const Health *self, unsigned index)
{
	return &((const Kept *)self->items->pdata[index])->item;
}

json_t *health_to_json(const Health *self)
{
	json_t *list = json_array();

	for (guint i = 0; i < self->items->len; i++) {
		const Kept *kept = self->items->pdata[i];
		char since[TIME_TEXT_SIZE] = "";

		if (kept->since_ms)
			clock_format(kept->since_ms, since);
		json_array_append_new(
		        list, json_pack("{ss ss ss so sO}", "id", kept->item.id, "level",
		                        health_level_name(kept->item.level), "state",
		                        kept->item.state, "since",
		                        json_text_or_null(*since ? since : NULL), "values",
		                        kept->item.values));
	}
	return list;
}

/* --- The room --- */

Health *health_new(const HealthOptions *options)
{
	Health *self = g_new0(Health, 1);

	self->data_directory = g_strdup(options->data_directory);
	self->parts_directory = g_strdup(options->parts_directory);
	self->media_directory = g_strdup(options->media_directory);
	self->power_directory = g_strdup(options->power_directory);
	self->disks_file = g_strdup(options->disks_file);
	self->certificate_file = g_strdup(options->certificate_file);
	self->plugins_directory = g_strdup(options->plugins_directory);
	self->on_changed = options->on_changed;
	self->data = options->data;
	self->units = options->units ? units_new() : NULL;
	self->sources = g_array_new(FALSE, FALSE, sizeof(Source));
	self->items = items_new();
	self->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
	return self;
}

void health_free(Health *self)
{
	if (!self)
		return;
	units_free(self->units);
	g_clear_handle_id(&self->idle, g_source_remove);
	g_array_unref(self->sources);
	g_array_unref(self->waiting);
	g_ptr_array_unref(self->items);
	g_free(self->data_directory);
	g_free(self->parts_directory);
	g_free(self->media_directory);
	g_free(self->power_directory);
	g_free(self->disks_file);
	g_free(self->certificate_file);
	g_free(self->plugins_directory);
	g_free(self);
}

void health_add_source(Health *self, HealthSource say, void *room)
{
	const Source source = {say, room};

	g_array_append_val(self->sources, source);
}
