/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Leases. An instance says each second that it lives, which keeps all its schools; those of one
 * that has not said so for a lease's time are free. Who takes a school raises its fence, and a
 * turn with an older fence is refused by PostgreSQL itself: so one that was asleep and wakes writes
 * nothing, however late it learns of it. */
#include "cloud.h"
#include "base/id.h"
#include "base/log.h"
#include "front.h"
#include "partings.h"
#include "school.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TICK_MS     1000
#define TAKE_AT_ONCE "500" /* the rest at the next tick */
#define STRANGERS_MAX 256
#define WOKEN_AT_ONCE 10
#define TRIM_TICKS    10
#define REFRESH_TICKS 5 /* whom another instance revoked */

struct Cloud {
	const Settings *settings;
	Postgres *postgres;
	Members *members;
	Id run;
	char *views;
	int lock_fd;
	Doors *doors;
	Aparts *aparts;
	Keys *keys;
	Lines *lines;
	Partings *partings;
	Front *front;
	HoldingOptions options;
	GHashTable *holdings;  /* id → Holding */
	GHashTable *boxes;     /* origin → Holding */
	GHashTable *strangers; /* origin → its hello, since PostgreSQL was asked last */
	GHashTable *asked;     /* and those that it was asked of */
	GQueue unwoken;        /* origins whose school is held since a moment ago */
	guint tick;
	unsigned ticks;
	bool is_asking; /* the last tick was not answered yet */
	GPtrArray *rows; /* of Row: what was answered, until the loop comes to it */
	guint settling;
	bool may_trim;  /* a school has given memory back */
};

/* --- Which boxes are theirs --- */

static gboolean is_of(void *origin, void *holding, void *whose)
{
	return holding == whose;
}

static void forget_boxes(Cloud *self, Holding *holding)
{
	g_hash_table_foreach_remove(self->boxes, is_of, holding);
}

/* Those that are there no more were unlinked: who may not come in any more, may not stay either. */
static void part(Cloud *self, const char *before, char *const now[])
{
	g_auto(GStrv) each = g_strsplit(before, " ", -1);
	bool any = false;

	for (guint i = 0; each[i]; i++) {
		if (!*each[i] || g_strv_contains((const char *const *)now, each[i]))
			continue;
		partings_begin(self->partings, each[i]);
		any = true;
	}
	if (any)
		keys_refresh(self->keys);
}

static void set_boxes(Cloud *self, Holding *holding, const char *origins)
{
	g_autofree char *present = g_strjoinv(" ", holding_boxes(holding));
	char **each;

	if (g_str_equal(present, origins ? origins : ""))
		return;
	forget_boxes(self, holding);
	holding_set_boxes(holding, origins);
	each = holding_boxes(holding);
	for (guint i = 0; each[i]; i++) {
		g_hash_table_insert(self->boxes, g_strdup(each[i]), holding);
		partings_end(self->partings, each[i]);
	}
	part(self, present, each);
}

static void on_message(void *data, const char *origin, const char *tail, const void *bytes,
                       size_t size)
{
	Cloud *self = data;
	Holding *holding = g_hash_table_lookup(self->boxes, origin);

	if (holding)
		holding_take(holding, origin, tail, bytes, size);
	/* It may have been linked this second. Of another instance's it is heard as well. */
	else if (g_str_equal(tail, "hello") && g_hash_table_size(self->strangers) < STRANGERS_MAX)
		g_hash_table_insert(self->strangers, g_strdup(origin), g_bytes_new(bytes, size));
}

static void on_turned(void *data, bool up)
{
	Cloud *self = data;
	GHashTableIter each;
	void *holding;

	g_hash_table_iter_init(&each, self->holdings);
	while (g_hash_table_iter_next(&each, NULL, &holding))
		holding_turn(holding, up);
}

static void introduce_strangers(Cloud *self)
{
	GHashTableIter each;
	void *origin;
	void *hello;

	g_hash_table_iter_init(&each, self->asked);
	while (g_hash_table_iter_next(&each, &origin, &hello))
		if (g_hash_table_contains(self->boxes, origin))
			on_message(self, origin, "hello", g_bytes_get_data(hello, NULL),
			           g_bytes_get_size(hello));
	g_hash_table_remove_all(self->asked);
}

/* Whoever held the school before may have had something for its box: which then opens the house. A
 * few at a time, as thousands may have come at once. */
static void wake_some(Cloud *self)
{
	for (int i = 0; i < WOKEN_AT_ONCE && lines_are_up(self->lines) && self->unwoken.length > 0; i++) {
		g_autofree char *origin = g_queue_pop_head(&self->unwoken);

		lines_wake(self->lines, origin);
	}
}

/* --- Which schools are ours --- */

/* An answer may come while a house somewhere above waits for another one, and what follows from it may
 * end that house: it is kept for the loop. */
typedef struct {
	char *text[5];
} Row;

static void row_free(void *data)
{
	Row *self = data;

	for (size_t i = 0; i < G_N_ELEMENTS(self->text); i++)
		g_free(self->text[i]);
	g_free(self);
}

static void settle_later(Cloud *self, const Answer *answer, int columns, GSourceFunc settle)
{
	g_ptr_array_set_size(self->rows, 0);
	for (int i = 0; i < answer_rows(answer); i++) {
		Row *row = g_new0(Row, 1);

		for (int column = 0; column < columns; column++)
			row->text[column] = g_strdup(answer_text(answer, i, column));
		g_ptr_array_add(self->rows, row);
	}
	self->settling = g_idle_add_full(G_PRIORITY_DEFAULT, settle, self, NULL);
}

static void forget(Cloud *self, const char *id)
{
	Holding *holding = g_hash_table_lookup(self->holdings, id);

	if (!holding)
		return;
	forget_boxes(self, holding);
	g_hash_table_remove(self->holdings, id);
}

static void on_lost(void *data, Holding *holding)
{
	log_write(LOG_NOTICE, "The school %s is held by another instance now",
	          holding_slug(holding));
	forget(data, holding_id(holding));
}

static void hold(Cloud *self, const Row *row)
{
	const char *id = row->text[0];
	const char *slug = row->text[1];
	g_autoptr(GError) error = NULL;
	Holding *holding;

	/* It was ours before and this instance was thought to be dead. */
	forget(self, id);
	holding = holding_new(&self->options, id, slug, postgres_number(row->text[2]), row->text[3],
	                      &error);
	if (holding) {
		g_hash_table_insert(self->holdings, (char *)holding_id(holding), holding);
		set_boxes(self, holding, row->text[4]);
		for (char **box = holding_boxes(holding); *box; box++)
			g_queue_push_tail(&self->unwoken, g_strdup(*box));
		log_write(LOG_INFO, "The school %s is held", slug);
	} else {
		log_failure(LOG_ERROR, error, "The school %s cannot be held", slug);
	}
}

static gboolean settle_taken(void *data)
{
	Cloud *self = data;

	self->settling = 0;
	self->is_asking = false;
	for (guint i = 0; i < self->rows->len; i++)
		hold(self, self->rows->pdata[i]);
	return G_SOURCE_REMOVE;
}

static void on_taken(void *data, const Answer *answer, const GError *failure)
{
	Cloud *self = data;

	if (failure)
		self->is_asking = false;
	else
		settle_later(self, answer, 5, settle_taken);
}

static void take(Cloud *self)
{
	postgres_ask(self->postgres, "take", 2, (const char *const[]){self->run.text, TAKE_AT_ONCE},
	             on_taken, self);
}

/* Those that another took while this process was not heard of. */
static gboolean settle_listed(void *data)
{
	Cloud *self = data;
	g_autoptr(GHashTable) ours = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GList) held = g_hash_table_get_values(self->holdings);

	self->settling = 0;
	for (guint i = 0; i < self->rows->len; i++) {
		const Row *row = self->rows->pdata[i];

		g_hash_table_insert(ours, row->text[0], row->text[1]);
	}
	for (GList *link = held; link; link = link->next) {
		void *boxes;

		if (g_hash_table_lookup_extended(ours, holding_id(link->data), NULL, &boxes))
			set_boxes(self, link->data, boxes);
		else
			on_lost(self, link->data);
	}
	introduce_strangers(self);
	take(self);
	return G_SOURCE_REMOVE;
}

static void on_listed(void *data, const Answer *answer, const GError *failure)
{
	Cloud *self = data;

	if (failure)
		self->is_asking = false;
	else
		settle_later(self, answer, 2, settle_listed);
}

static void steal_all(GHashTable *from, GHashTable *into)
{
	GHashTableIter each;
	void *key;
	void *value;

	g_hash_table_iter_init(&each, from);
	while (g_hash_table_iter_next(&each, &key, &value)) {
		g_hash_table_iter_steal(&each);
		g_hash_table_insert(into, key, value);
	}
}

static void on_alive(void *data, const Answer *answer, const GError *failure)
{
	Cloud *self = data;

	if (failure) {
		self->is_asking = false;
		return;
	}
	g_hash_table_remove_all(self->asked);
	steal_all(self->strangers, self->asked);
	postgres_ask(self->postgres, "list_held", 1, (const char *const[]){self->run.text}, on_listed,
	             self);
}

static void say_alive(Cloud *self)
{
	g_autofree char *lease = g_strdup_printf("%d", self->settings->lease_s);

	self->is_asking = true;
	postgres_ask(self->postgres, "live", 3,
	             (const char *const[]){self->run.text, self->settings->name, lease}, on_alive, self);
}

static gboolean on_tick(void *data)
{
	Cloud *self = data;
	g_autoptr(GList) held = g_hash_table_get_values(self->holdings);
	gint64 now_us = g_get_monotonic_time();

	if (!self->is_asking)
		say_alive(self);
	for (GList *link = held; link; link = link->next)
		self->may_trim |= holding_tick(link->data, now_us);
	self->ticks++;
	/* The system has it back only when it is told, which walks through all of the heap. */
	if (self->may_trim && self->ticks % TRIM_TICKS == 0) {
		self->may_trim = false;
		malloc_trim(0);
	}
	wake_some(self);
	front_tick(self->front);
	if (self->ticks % REFRESH_TICKS == 0)
		keys_refresh(self->keys);
	return G_SOURCE_CONTINUE;
}

/* --- Beginning and end --- */

/* Two processes on one folder of views would both believe that the files are theirs. */
static bool take_folder(Cloud *self, GError **error)
{
	g_autofree char *lock = NULL;

	self->views = g_build_filename(self->settings->data, "views", self->settings->name, NULL);
	lock = g_build_filename(self->views, "lock", NULL);
	if (g_mkdir_with_parents(self->views, 0700) != 0 ||
	    g_mkdir_with_parents(self->settings->files, 0750) != 0 ||
	    g_mkdir_with_parents(self->settings->runtime, 0755) != 0)
		return error_set(error, ERROR_INTERNAL, "Cannot make %s, %s or %s: %s", self->views,
		                 self->settings->files, self->settings->runtime, g_strerror(errno));
	self->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (self->lock_fd >= 0 && flock(self->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	return error_set(error, ERROR_UNAVAILABLE,
	                 "Another instance is called %s: give each a name of its own ([cloud] name)",
	                 self->settings->name);
}

static Holding *find_holding(void *data, const char *school)
{
	return g_hash_table_lookup(((Cloud *)data)->holdings, school);
}

static GHashTable *hellos_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
}

Cloud *cloud_new(const Settings *settings, GError **error)
{
	g_autoptr(Cloud) self = g_new0(Cloud, 1);
	const LinesOptions lines = {on_message, on_turned, self};

	self->settings = settings;
	self->run = id_new();
	self->lock_fd = -1;
	self->holdings = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	                                       (GDestroyNotify)holding_free);
	self->boxes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->strangers = hellos_new();
	self->asked = hellos_new();
	self->rows = g_ptr_array_new_with_free_func(row_free);
	g_queue_init(&self->unwoken);
	if (!take_folder(self, error))
		return NULL;
	self->postgres = postgres_new(settings->postgres, (unsigned)settings->connections, error);
	if (!self->postgres)
		return NULL;
	self->doors = doors_new();
	self->aparts = aparts_new();
	self->keys = keys_new(self->postgres, settings, error);
	if (!self->keys)
		return NULL;
	self->lines = lines_new(settings, self->keys, self->run.text, &lines);
	self->partings = partings_new(settings, self->keys);
	self->members = members_new(self->postgres, settings);
	self->front = front_new(&(FrontOptions){self->postgres, settings, self->run.text, self->keys,
	                                        self->members, find_holding, self},
	                        error);
	if (!self->front)
		return NULL;
	self->options = (HoldingOptions){.postgres = self->postgres,
	                                 .settings = settings,
	                                 .members = self->members,
	                                 .run = self->run.text,
	                                 .views = self->views,
	                                 .doors = self->doors,
	                                 .aparts = self->aparts,
	                                 .lines = self->lines,
	                                 .on_lost = on_lost,
	                                 .data = self};
	say_alive(self);
	self->tick = g_timeout_add(TICK_MS, on_tick, self);
	return g_steal_pointer(&self);
}

void cloud_free(Cloud *self)
{
	if (!self)
		return;
	g_clear_handle_id(&self->tick, g_source_remove);
	while (self->postgres && self->is_asking && !self->settling)
		postgres_step(self->postgres, 100);
	g_clear_handle_id(&self->settling, g_source_remove);
	g_hash_table_unref(self->holdings);
	if (self->postgres && self->doors) {
		g_autoptr(GPtrArray) ended =
		        postgres_get(self->postgres, "end_instance", 1,
		                     (const char *const[]){self->run.text}, NULL);
	}
	front_free(self->front);
	members_free(self->members);
	postgres_free(self->postgres);
	aparts_free(self->aparts);
	doors_free(self->doors);
	lines_free(self->lines);
	partings_free(self->partings);
	keys_free(self->keys);
	g_hash_table_unref(self->boxes);
	g_hash_table_unref(self->strangers);
	g_hash_table_unref(self->asked);
	g_queue_clear_full(&self->unwoken, g_free);
	g_ptr_array_unref(self->rows);
	if (self->lock_fd >= 0)
		close(self->lock_fd);
	g_free(self->views);
	g_free(self);
}
