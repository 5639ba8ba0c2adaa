/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When the database is checked, and what the console is told of it. */
#include "app/upkeep.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

#include <string.h>

#define LOOK_S 3600 /* a clock that was set is noticed within an hour */

typedef struct {
	Upkeep *upkeep;
	Request *request;
} Waiting;

struct Upkeep {
	Store *store;
	int hour;
	guint timer;
	int64_t due_s;      /* wall time of the next check */
	GPtrArray *waiting; /* of Waiting, owned: requests that want to hear what was found */
	int64_t checked_ms; /* 0: not since the start */
	int64_t took_ms;
	char *failure;      /* why the last check could not be done */
	bool night;         /* the check that runs is the night's */
	void (*nightly)(void *data);
	void *nightly_data;
};

const char *upkeep_state(const Upkeep *self)
{
	if (store_damage(self->store))
		return "damaged";
	return self->checked_ms && !self->failure ? "whole" : "unchecked";
}

const char *upkeep_failure(const Upkeep *self)
{
	return self->failure;
}

/* --- The check --- */

static bool answer(void *room, Request *request, GError **error)
{
	const Upkeep *self = room;
	const char *detail = store_damage(self->store);

	request_reply_object(
	        request, 200,
	        json_pack("{ss so so sI sb so}", "state", upkeep_state(self), "detail",
	                  json_text_or_null(detail ? detail : self->failure), "checked_at",
	                  json_time_or_null(self->checked_ms), "took_ms",
	                  (json_int_t)self->took_ms, "running", store_is_checking(self->store),
	                  "next_check_at", json_time_or_null(self->due_s * 1000)));
	return true;
}

static void tell(Upkeep *self, const StoreVerdict *verdict)
{
	if (verdict->failure)
		log_alarm(ALARM_CANNOT_CHECK, "The database could not be checked: %s",
		          verdict->failure->message);
	else if (verdict->findings)
		log_write(LOG_ERROR, "The check of the database found %u faults; the first: %s",
		          verdict->findings, verdict->finding);
	else
		log_write(LOG_INFO, "The database was checked and is whole (%" G_GINT64_FORMAT " ms)",
		          verdict->took_ms);
}

static void on_checked(void *data, const StoreVerdict *verdict)
{
	Upkeep *self = data;
	g_autoptr(GPtrArray) waiting = g_steal_pointer(&self->waiting);

	self->waiting = g_ptr_array_new_with_free_func(g_free);
	self->checked_ms = clock_wall_ms();
	self->took_ms = verdict->took_ms;
	g_free(self->failure);
	self->failure = g_strdup(verdict->failure ? verdict->failure->message : NULL);
	tell(self, verdict);
	for (guint i = 0; i < waiting->len; i++)
		request_resume(((Waiting *)waiting->pdata[i])->request, answer, self);
	if (self->night && self->nightly && strcmp(upkeep_state(self), "whole") == 0)
		self->nightly(self->nightly_data);
	self->night = false;
}

static void check(Upkeep *self)
{
	if (!store_is_checking(self->store))
		store_check(self->store, on_checked, self);
}

/* --- By night --- */

int64_t upkeep_wait_s(GDateTime *now, int hour)
{
	g_autoptr(GDateTime) today = g_date_time_new_local(
	        g_date_time_get_year(now), g_date_time_get_month(now),
	        g_date_time_get_day_of_month(now), hour, 0, 0);
	g_autoptr(GDateTime) tomorrow = g_date_time_add_days(today, 1);
	GDateTime *next = g_date_time_compare(today, now) > 0 ? today : tomorrow;

	return MAX(g_date_time_to_unix(next) - g_date_time_to_unix(now), 1);
}

static gboolean on_timer(void *data);

static void arm(Upkeep *self)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	int64_t wait_s = upkeep_wait_s(now, self->hour);

	self->due_s = g_date_time_to_unix(now) + wait_s;
	self->timer = g_timeout_add((guint)MIN(wait_s, LOOK_S) * 1000, on_timer, self);
}

static gboolean on_timer(void *data)
{
	Upkeep *self = data;

	if (clock_wall_ms() / 1000 >= self->due_s) {
		self->night = true;
		check(self);
	}
	arm(self);
	return G_SOURCE_REMOVE;
}

/* --- By hand --- */

static void on_gone(void *data)
{
	g_ptr_array_remove(((Waiting *)data)->upkeep->waiting, data);
}

static bool post_check(void *room, Request *request, GError **error)
{
	Upkeep *self = room;
	Waiting *waiting = g_new0(Waiting, 1);

	waiting->upkeep = self;
	waiting->request = request;
	g_ptr_array_add(self->waiting, waiting);
	request_hold(request, on_gone, waiting);
	check(self);
	return true;
}

const Route UPKEEP_ROUTES[] = {
        {GET, "/api/v1/console/database", "console", 0, answer},
        {POST, "/api/v1/console/database-check", "console", 1024, post_check, ROUTE_READS},
        {0},
};

/* --- Beginning and end --- */

Upkeep *upkeep_new(Store *store, int hour)
{
	Upkeep *self = g_new0(Upkeep, 1);

	self->store = store;
	self->hour = hour;
	self->waiting = g_ptr_array_new_with_free_func(g_free);
	arm(self);
	if (store_damage(store))
		check(self);
	return self;
}

void upkeep_set_nightly(Upkeep *self, void (*nightly)(void *data), void *data)
{
	self->nightly = nightly;
	self->nightly_data = data;
}

void upkeep_set_hour(Upkeep *self, int hour)
{
	g_source_remove(self->timer);
	self->hour = hour;
	arm(self);
}

void upkeep_free(Upkeep *self)
{
	if (!self)
		return;
	g_source_remove(self->timer);
	g_ptr_array_unref(self->waiting);
	g_free(self->failure);
	g_free(self);
}
