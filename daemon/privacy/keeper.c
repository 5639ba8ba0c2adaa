/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Removes what is past its time, kind after kind, in turns of some milliseconds, and then empties
 * the write-ahead log. What a crash or a failure cuts short goes on in the next night. */
#include "privacy/retention-private.h"

#include "base/log.h"

#define KEEPER_TURN_US 8000 /* and the commit's flush */
#define AGAIN_MS       1000
#define EMPTY_TRIES    30

typedef struct {
	RetentionDone done;
	void *data;
} Asker;

struct Keeper {
	Privacy *privacy;
	GPtrArray *askers; /* of Asker, owned */
	bool running;
	bool swept;
	unsigned kind; /* its place in the list */
	int64_t cursor;
	int64_t removed;
	int64_t began_ms;
	int64_t began_us;
	unsigned tries;
	guint source;
};

Keeper *keeper_new(Privacy *privacy)
{
	Keeper *self = g_new0(Keeper, 1);

	self->privacy = privacy;
	self->askers = g_ptr_array_new_with_free_func(g_free);
	return self;
}

void keeper_free(Keeper *self)
{
	if (self->source)
		g_source_remove(self->source);
	g_ptr_array_unref(self->askers);
	g_free(self);
}

static void finish(Keeper *self, const GError *failure)
{
	g_autoptr(GPtrArray) askers = g_steal_pointer(&self->askers);

	self->askers = g_ptr_array_new_with_free_func(g_free);
	self->running = false;
	if (failure)
		log_failure(LOG_WARNING, failure, "What is past its time could not be removed");
	else if (self->removed)
		log_write(LOG_NOTICE, "%" G_GINT64_FORMAT " messages were past their time and are removed",
		          (gint64)self->removed);
	for (guint i = 0; i < askers->len; i++) {
		const Asker *asker = askers->pdata[i];

		asker->done(asker->data, self->removed, failure);
	}
}

/* --- One turn --- */

static bool step(Keeper *self, GError **error)
{
	Privacy *privacy = self->privacy;
	const char *kind = privacy->keeping->kinds[self->kind];
	int64_t removed = 0;
	int64_t days;

	if (!retention_days(privacy, kind, &days, error))
		return false;
	if (days && !privacy->keeping->remove(privacy->keeping_room, kind,
	                                      self->began_ms - days * G_GINT64_CONSTANT(86400000),
	                                      &self->cursor, &removed, error))
		return false;
	self->removed += removed;
	if (!days || !self->cursor) {
		self->kind++;
		self->cursor = 0;
	}
	return true;
}

static bool has_more(const Keeper *self)
{
	return self->privacy->keeping->kinds[self->kind] != NULL;
}

static bool work(Keeper *self, GError **error)
{
	int64_t until_us = g_get_monotonic_time() + KEEPER_TURN_US;

	if (!self->swept &&
	    !self->privacy->keeping->sweep(self->privacy->keeping_room, error))
		return false;
	self->swept = true;
	while (has_more(self) && g_get_monotonic_time() < until_us)
		if (!step(self, error))
			return false;
	return true;
}

static bool in_turn(Keeper *self, bool (*what)(Keeper *, GError **), GError **error)
{
	Store *store = self->privacy->store;
	bool done;

	if (!store_begin(store, error))
		return false;
	done = what(self, error);
	return store_end(store, done, done ? error : NULL) && done && store_commit(store, error);
}

/* --- The end: the words stand in the write-ahead log until it is emptied --- */

static bool note(Keeper *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->privacy->store, "add_retention_run");

	query_bind_int(query, ":at_ms", self->began_ms);
	query_bind_int(query, ":took_ms", (g_get_monotonic_time() - self->began_us) / 1000);
	query_bind_int(query, ":removed", self->removed);
	return query_run(query, error);
}

static gboolean on_again(void *data);

static void on_emptied(void *data, bool emptied)
{
	Keeper *self = data;
	g_autoptr(GError) error = NULL;

	if (!emptied && ++self->tries < EMPTY_TRIES) {
		self->source = g_timeout_add(AGAIN_MS, on_again, self);
		return;
	}
	(void)in_turn(self, note, &error);
	finish(self, error);
}

static gboolean on_again(void *data)
{
	Keeper *self = data;

	self->source = 0;
	store_empty_wal(self->privacy->store, on_emptied, self);
	return G_SOURCE_REMOVE;
}

static gboolean on_step(void *data)
{
	Keeper *self = data;
	g_autoptr(GError) error = NULL;

	self->source = 0;
	if (!in_turn(self, work, &error))
		finish(self, error);
	else if (has_more(self))
		self->source = g_idle_add(on_step, self);
	else if (self->removed)
		store_empty_wal(self->privacy->store, on_emptied, self);
	else
		finish(self, NULL);
	return G_SOURCE_REMOVE;
}

void privacy_run_retention(Privacy *privacy, RetentionDone done, void *data)
{
	Keeper *self = privacy->keeper;

	if (done) {
		Asker *asker = g_new0(Asker, 1);

		asker->done = done;
		asker->data = data;
		g_ptr_array_add(self->askers, asker);
	}
	if (self->running || !privacy->keeping)
		return;
	self->running = true;
	self->swept = false;
	self->kind = 0;
	self->cursor = 0;
	self->removed = 0;
	self->tries = 0;
	self->began_ms = events_now_ms(privacy->events);
	self->began_us = g_get_monotonic_time();
	self->source = g_idle_add(on_step, self);
}

void privacy_forget_retention(Privacy *privacy, void *data)
{
	GPtrArray *askers = privacy->keeper->askers;

	for (guint i = askers->len; i > 0; i--)
		if (((const Asker *)askers->pdata[i - 1])->data == data)
			g_ptr_array_remove_index(askers, i - 1);
}
