/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Leases. An instance says each second that it lives, which keeps all its schools; those of one
 * that has not said so for a lease's time are free. Who takes a school raises its fence, and a
 * turn with an older fence is refused by PostgreSQL itself: so one that was asleep and wakes writes
 * nothing, however late it learns of it. */
#include "cloud.h"
#include "base/id.h"
#include "base/log.h"
#include "school.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TICK_MS     1000
#define TAKE_AT_ONCE "500" /* the rest at the next tick */
#define SLUG_MAX    40

struct Cloud {
	const Settings *settings;
	Postgres *postgres;
	Id run;
	char *views;
	int lock_fd;
	Doors *doors;
	HoldingOptions options;
	GHashTable *holdings; /* id → Holding */
	guint tick;
	bool is_asking; /* the last tick was not answered yet */
};

/* --- Which schools are ours --- */

static void on_lost(void *data, Holding *holding)
{
	Cloud *self = data;

	log_write(LOG_NOTICE, "The school %s is held by another instance now",
	          holding_slug(holding));
	g_hash_table_remove(self->holdings, holding_id(holding));
}

static void hold(Cloud *self, const Answer *answer, int row)
{
	const char *id = answer_text(answer, row, 0);
	const char *slug = answer_text(answer, row, 1);
	g_autoptr(GError) error = NULL;
	Holding *holding;

	/* It was ours before and this instance was thought to be dead. */
	g_hash_table_remove(self->holdings, id);
	holding = holding_new(&self->options, id, slug, answer_int(answer, row, 2),
	                      answer_text(answer, row, 3), &error);
	if (holding) {
		g_hash_table_insert(self->holdings, (char *)holding_id(holding), holding);
		log_write(LOG_INFO, "The school %s is held", slug);
	} else {
		log_failure(LOG_ERROR, error, "The school %s cannot be held", slug);
	}
}

static void on_taken(void *data, const Answer *answer, const GError *failure)
{
	Cloud *self = data;

	self->is_asking = false;
	for (int i = 0; !failure && i < answer_rows(answer); i++)
		hold(self, answer, i);
}

static void take(Cloud *self)
{
	postgres_ask(self->postgres, "take", 2, (const char *const[]){self->run.text, TAKE_AT_ONCE},
	             on_taken, self);
}

/* Those that another took while this process was not heard of. */
static void on_listed(void *data, const Answer *answer, const GError *failure)
{
	Cloud *self = data;
	g_autoptr(GHashTable) ours = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GList) held = g_hash_table_get_values(self->holdings);

	if (failure) {
		self->is_asking = false;
		return;
	}
	for (int i = 0; i < answer_rows(answer); i++)
		g_hash_table_add(ours, g_strdup(answer_text(answer, i, 0)));
	for (GList *link = held; link; link = link->next)
		if (!g_hash_table_contains(ours, holding_id(link->data)))
			on_lost(self, link->data);
	take(self);
}

static void on_alive(void *data, const Answer *answer, const GError *failure)
{
	Cloud *self = data;

	if (failure) {
		self->is_asking = false;
		return;
	}
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
		holding_tick(link->data, now_us);
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
	    g_mkdir_with_parents(self->settings->files, 0750) != 0)
		return error_set(error, ERROR_INTERNAL, "Cannot make %s: %s", self->views,
		                 g_strerror(errno));
	self->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (self->lock_fd >= 0 && flock(self->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	return error_set(error, ERROR_UNAVAILABLE,
	                 "Another instance is called %s: give each a name of its own ([cloud] name)",
	                 self->settings->name);
}

Cloud *cloud_new(const Settings *settings, GError **error)
{
	g_autoptr(Cloud) self = g_new0(Cloud, 1);

	self->settings = settings;
	self->run = id_new();
	self->lock_fd = -1;
	self->holdings = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	                                       (GDestroyNotify)holding_free);
	if (!take_folder(self, error))
		return NULL;
	self->postgres = postgres_new(settings->postgres, (unsigned)settings->connections, error);
	if (!self->postgres)
		return NULL;
	self->doors = doors_new();
	self->options = (HoldingOptions){self->postgres, settings, self->run.text, self->views,
	                                 self->doors,    on_lost,  self};
	say_alive(self);
	self->tick = g_timeout_add(TICK_MS, on_tick, self);
	return g_steal_pointer(&self);
}

void cloud_free(Cloud *self)
{
	if (!self)
		return;
	g_clear_handle_id(&self->tick, g_source_remove);
	while (self->postgres && self->is_asking)
		postgres_step(self->postgres, 100);
	g_hash_table_unref(self->holdings);
	if (self->postgres && self->doors) {
		g_autoptr(GPtrArray) ended =
		        postgres_get(self->postgres, "end_instance", 1,
		                     (const char *const[]){self->run.text}, NULL);
	}
	postgres_free(self->postgres);
	doors_free(self->doors);
	if (self->lock_fd >= 0)
		close(self->lock_fd);
	g_free(self->views);
	g_free(self);
}

/* --- The console --- */

static bool is_slug(const char *text)
{
	size_t length = strlen(text);

	return length >= 1 && length <= SLUG_MAX && text[0] != '-' && text[length - 1] != '-' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

bool cloud_add_school(const Settings *settings, const char *slug, GError **error)
{
	g_autoptr(Postgres) postgres = NULL;
	g_autoptr(GPtrArray) rows = NULL;
	g_autofree char *box_key = box_key_new(settings);
	Id id = id_new();

	if (!is_slug(slug))
		return error_set(error, ERROR_INVALID,
		                 "A school's short name has 1 to %d small letters, digits and \"-\"",
		                 SLUG_MAX);
	postgres = postgres_new(settings->postgres, 1, error);
	if (!postgres)
		return false;
	rows = postgres_get(postgres, "add_school", 3,
	                    (const char *const[]){id.text, slug, box_key}, error);
	return rows != NULL;
}

char *cloud_list_schools(const Settings *settings, GError **error)
{
	g_autoptr(Postgres) postgres = postgres_new(settings->postgres, 1, error);
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	if (!postgres)
		return NULL;
	rows = postgres_get(postgres, "list_schools", 0, NULL, error);
	if (!rows)
		return NULL;
	for (guint i = 0; i < rows->len; i++) {
		const GPtrArray *row = rows->pdata[i];
		const char *holder = row->pdata[3];

		g_string_append_printf(text, "%s  %s  turn %s  %s\n", (char *)row->pdata[0],
		                       (char *)row->pdata[1], (char *)row->pdata[2],
		                       *holder ? holder : "held by nobody");
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}
