/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Carries erasures out, one after the other, in steps of some milliseconds: what the rooms keep,
 * then the write-ahead log. What a crash cuts short begins again at the next start. */
#include "privacy/privacy-private.h"

#include "base/log.h"

#include <string.h>

#define AGAIN_MS 1000

struct Eraser {
	Privacy *privacy;
	GQueue waiting;   /* of ids */
	char *person;     /* NULL: nothing is under way */
	PersonStep step;
	guint source;
	bool failing;
};

Eraser *eraser_new(Privacy *privacy)
{
	Eraser *self = g_new0(Eraser, 1);

	self->privacy = privacy;
	g_queue_init(&self->waiting);
	return self;
}

void eraser_free(Eraser *self)
{
	if (!self)
		return;
	if (self->source)
		g_source_remove(self->source);
	g_queue_clear_full(&self->waiting, g_free);
	g_free(self->person);
	g_free(self);
}

static gboolean on_step(void *data);

static void go_on(Eraser *self)
{
	if (!self->source)
		self->source = g_idle_add(on_step, self);
}

static void go_on_later(Eraser *self)
{
	if (!self->source)
		self->source = g_timeout_add(AGAIN_MS, on_step, self);
}

/* --- One step --- */

static bool run(Privacy *privacy, const char *statement, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(privacy->store, statement);

	query_bind_text(query, ":person", person);
	query_bind_int(query, ":now", events_now_ms(privacy->events));
	return query_run(query, error);
}

static bool erase_some(Eraser *self, PersonStep *step, bool *ret_more, GError **error)
{
	int64_t until_us = g_get_monotonic_time() + STEP_US;

	do {
		if (!store_erase_person(self->privacy->store, &ACTOR_OF_SYSTEM, self->person, step,
		                        ret_more, error))
			return false;
	} while (*ret_more && g_get_monotonic_time() < until_us);
	return true;
}

static bool in_turn(Eraser *self, bool *ret_more, GError **error)
{
	Store *store = self->privacy->store;
	PersonStep step = self->step;
	bool done;

	if (!store_begin(store, error))
		return false;
	done = erase_some(self, &step, ret_more, error);
	if (!store_end(store, done, done ? error : NULL) || !done ||
	    !store_commit(store, error))
		return false;
	self->step = step;
	return true;
}

static bool mark_done(Eraser *self, GError **error)
{
	Store *store = self->privacy->store;
	bool done;

	if (!store_begin(store, error))
		return false;
	done = run(self->privacy, "finish_erasure", self->person, error);
	return store_end(store, done, done ? error : NULL) && done && store_commit(store, error);
}

static void tell(Eraser *self, const GError *failure)
{
	if (failure && !self->failing)
		log_failure(LOG_WARNING, failure, "An erasure stands still, trying again");
	self->failing = failure != NULL;
}

static void on_emptied(void *data, bool emptied)
{
	Eraser *self = data;
	g_autoptr(GError) error = NULL;

	if (!emptied) {
		go_on_later(self);
		return;
	}
	if (!mark_done(self, &error)) {
		tell(self, error);
		go_on_later(self);
		return;
	}
	log_write(LOG_NOTICE, "The data of one person were erased");
	g_clear_pointer(&self->person, g_free);
	go_on(self);
}

static void take_next(Eraser *self)
{
	self->person = g_queue_pop_head(&self->waiting);
	self->step = (PersonStep){0};
}

static gboolean on_step(void *data)
{
	Eraser *self = data;
	g_autoptr(GError) error = NULL;
	bool more = false;
	bool done;

	self->source = 0;
	if (!self->person)
		take_next(self);
	if (!self->person)
		return G_SOURCE_REMOVE;
	done = in_turn(self, &more, &error);
	tell(self, error);
	if (!done)
		go_on_later(self);
	else if (more)
		go_on(self);
	else
		store_empty_wal(self->privacy->store, on_emptied, self);
	return G_SOURCE_REMOVE;
}

/* --- The beginning --- */

typedef struct {
	Eraser *eraser;
	char *person;
} Begun;

static void begun_free(void *data)
{
	Begun *self = data;

	g_free(self->person);
	g_free(self);
}

static void on_begun(void *data, const GError *failure)
{
	Begun *self = data;

	if (failure)
		return;
	g_queue_push_tail(&self->eraser->waiting, g_steal_pointer(&self->person));
	go_on(self->eraser);
}

static bool begin_one(Eraser *self, const Actor *actor, const char *person, const char *reason,
                      GError **error)
{
	Begun *begun;

	if (!people_begin_erasure(self->privacy->people, actor, person, reason, error) ||
	    !run(self->privacy, "add_erasure", person, error))
		return false;
	begun = g_new0(Begun, 1);
	begun->eraser = self;
	begun->person = g_strdup(person);
	store_after_commit(self->privacy->store, on_begun, begun, begun_free);
	return true;
}

/* --- Another end's erasure is carried out here too --- */

static bool follow(void *room, const Event *event, GError **error)
{
	Eraser *self = room;
	Begun *begun;

	if (id_equal(&event->epoch, events_epoch(self->privacy->events)))
		return true;
	if (!run(self->privacy, "add_erasure", event->subject, error))
		return false;
	if (!store_changes(self->privacy->store))
		return true;
	begun = g_new0(Begun, 1);
	begun->eraser = self;
	begun->person = g_strdup(event->subject);
	store_after_commit(self->privacy->store, on_begun, begun, begun_free);
	return true;
}

bool eraser_resume(Eraser *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->privacy->store, "list_unfinished_erasures");
	g_autoptr(GPtrArray) persons = query_list_texts(query, error);

	for (guint i = 0; persons && i < persons->len; i++)
		g_queue_push_tail(&self->waiting, g_strdup(persons->pdata[i]));
	if (persons && persons->len)
		go_on(self);
	return persons != NULL;
}

void eraser_follow(Eraser *self)
{
	static const char *const KINDS[] = {"person.erased", NULL};
	static const Follower FOLLOWER = {KINDS, follow};

	events_add_follower(self->privacy->events, &FOLLOWER, self);
}

/* With all accounts that became this one. */
bool eraser_begin(Eraser *self, const Actor *actor, const char *person, const char *reason,
                  GError **error)
{
	g_autoptr(GPtrArray) merged = people_merged_into(self->privacy->people, person, error);

	if (!merged)
		return false;
	for (guint i = 0; i < merged->len; i++)
		if (!begin_one(self, actor, merged->pdata[i], reason, error))
			return false;
	return begin_one(self, actor, person, reason, error);
}
