/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may come in, and for how long: people who are blocked, roles that end at the school's
 * midnight. */
#include "base/log.h"
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

#define WAKE_MAX_MS   (3600 * 1000) /* clocks are set and machines sleep: it looks again each hour */
#define ENDS_AT_ONCE  100	    /* in one turn; the rest follows in the next */
#define ZONE_FALLBACK "Europe/Moscow"

/* --- Blocking --- */

static bool check_may_block(People *self, const Actor *actor, const char *person, unsigned roles,
			    GError **error)
{
	if (people_is_self(actor, person))
		return error_reason(error, ERROR_CONFLICT, "own-account", NULL,
				    "Nobody blocks themselves");
	return !(roles & ROLE_ADMINISTRATOR) ||
	       people_check_other_administrator(self, person, error);
}

bool people_set_blocked(People *self, const Actor *actor, const char *person, bool blocked,
			GError **error)
{
	unsigned roles;

	if (!actor_check_administrator(actor, error) ||
	    !people_check_exists(self, person, &roles, error))
		return false;
	if (people_is_blocked(self, person) == blocked)
		return true;
	if (blocked && !check_may_block(self, actor, person, roles, error))
		return false;
	if (!people_append(self, actor, "person.blocked.changed", person,
			   json_pack("{s:b}", "blocked", blocked), error))
		return false;
	return !blocked || (sessions_end_others(self->sessions, person, NULL, error) &&
			    codes_remove_all(self, person, error));
}

bool people_is_blocked(People *self, const char *person)
{
	g_autoptr(Query) query = store_query(self->store, "is_blocked");
	bool row;

	query_bind_text(query, ":person", person);
	return query_next(query, &row, NULL) && row;
}

bool people_check_may_enter(People *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "may_enter");

	query_bind_text(query, ":person", person);
	if (!query_one(query, error))
		return false;
	if (query_int(query, 0))
		return true;
	return error_reason(error, ERROR_FORBIDDEN, "blocked", NULL,
			    "The school has closed this account; an administrator can help");
}

/* --- Roles that end --- */

static GTimeZone *zone_of(People *self)
{
	g_autofree char *name = self->dup_time_zone ? self->dup_time_zone(self->zone_room) : NULL;
	GTimeZone *zone = name ? g_time_zone_new_identifier(name) : NULL;

	if (!zone)
		zone = g_time_zone_new_identifier(ZONE_FALLBACK);
	return zone ? zone : g_time_zone_new_utc();
}

/* "2026-12-31" in the school. Owned. */
static char *dup_today(People *self)
{
	g_autoptr(GTimeZone) zone = zone_of(self);
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(events_now_ms(self->events) / 1000);
	g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);

	return g_date_time_format(local, "%Y-%m-%d");
}

/* The midnight after a day, in wall milliseconds. */
static int64_t midnight_after(People *self, const char *day)
{
	g_autoptr(GTimeZone) zone = zone_of(self);
	g_autofree char *text = g_strconcat(day, "T00:00:00", NULL);
	g_autoptr(GDateTime) begin = g_date_time_new_from_iso8601(text, zone);
	g_autoptr(GDateTime) end = begin ? g_date_time_add_days(begin, 1) : NULL;

	return end ? g_date_time_to_unix(end) * 1000 : 0;
}

static bool find_over(People *self, const char *today, Id *ret_person, unsigned *ret_role,
		      GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_over_role");
	bool row;

	*ret_person = (Id){0};
	query_bind_text(query, ":today", today);
	if (!query_next(query, &row, error))
		return false;
	if (row) {
		*ret_person = id_from(query_text(query, 0));
		*ret_role = (unsigned)query_int(query, 1);
	}
	return true;
}

/* Without the last role nobody comes in any more. */
static bool end_role(People *self, const char *person, unsigned role, GError **error)
{
	unsigned left = people_roles(self, person) & ~role;

	return people_change_roles(self, &ACTOR_OF_SYSTEM, person, left, error) &&
	       (left || (sessions_end_others(self->sessions, person, NULL, error) &&
			 codes_remove_all(self, person, error)));
}

static bool end_roles(People *self, GError **error)
{
	g_autofree char *today = dup_today(self);

	for (int i = 0; i < ENDS_AT_ONCE; i++) {
		unsigned role = 0;
		Id person;

		if (!find_over(self, today, &person, &role, error))
			return false;
		if (id_is_empty(&person))
			break;
		if (!end_role(self, person.text, role, error))
			return false;
	}
	return true;
}

static char *dup_next_end(People *self)
{
	g_autoptr(Query) query = store_query(self->store, "find_next_role_end");
	bool row;

	return query_next(query, &row, NULL) && row ? g_strdup(query_text(query, 0)) : NULL;
}

static gboolean on_timer(gpointer data)
{
	People *self = data;

	self->terms_timer = 0;
	people_start(self);
	return G_SOURCE_REMOVE;
}

static void arm(People *self)
{
	g_autofree char *next = dup_next_end(self);
	int64_t wait_ms;

	if (self->terms_timer)
		g_source_remove(self->terms_timer);
	self->terms_timer = 0;
	if (!next)
		return;
	wait_ms = midnight_after(self, next) - events_now_ms(self->events);
	self->terms_timer = g_timeout_add((guint)CLAMP(wait_ms, 1000, WAKE_MAX_MS), on_timer, self);
}

static bool end_in_turn(People *self, GError **error)
{
	bool fine;

	if (!store_begin(self->store, error))
		return false;
	fine = end_roles(self, error);
	/* At once: the first request after a start may be theirs. */
	return store_end(self->store, fine, fine ? error : NULL) && fine &&
	       store_commit(self->store, error);
}

static void on_committed(void *data, const GError *failure)
{
	arm(data);
}

/* By a time that is doubted nothing ends for good. */
void people_start(People *self)
{
	g_autofree char *next = dup_next_end(self);
	g_autofree char *today = dup_today(self);
	g_autoptr(GError) error = NULL;

	if (next && strcmp(next, today) < 0 &&
	    events_clock(self->events).doubt == CLOCK_BELIEVED && !end_in_turn(self, &error))
		log_failure(LOG_WARNING, error, "Roles that are over could not be ended, trying again");
	store_after_commit(self->store, on_committed, self, NULL);
}

static bool check_end(People *self, const char *ends_on, GError **error)
{
	g_autofree char *today = dup_today(self);

	if (text_is_date(ends_on) && strcmp(ends_on, today) >= 0)
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "ends_on",
			    "A role ends on a day like 2026-12-31, today or later");
}

char *people_dup_role_end(People *self, const char *person, Role role)
{
	g_autoptr(Query) query = store_query(self->store, "list_role_ends");
	bool row = true;

	query_bind_text(query, ":person", person);
	while (query_next(query, &row, NULL) && row)
		if (query_int(query, 0) == role)
			return g_strdup(query_text(query, 1));
	return NULL;
}

bool people_set_role_end(People *self, const Actor *actor, const char *person, Role role,
			 const char *ends_on, GError **error)
{
	g_autofree char *known = NULL;
	unsigned roles;

	if (!actor_check_administrator(actor, error) ||
	    !people_check_exists(self, person, &roles, error) ||
	    (ends_on && !check_end(self, ends_on, error)))
		return false;
	if (ends_on && !(roles & role))
		return error_reason(error, ERROR_INVALID, "invalid", "ends_on",
				    "Only a role that somebody has can end");
	known = people_dup_role_end(self, person, role);
	if (g_strcmp0(known, ends_on) == 0)
		return true;
	if (ends_on && role == ROLE_ADMINISTRATOR &&
	    !people_check_other_administrator(self, person, error))
		return false;
	if (!people_append(self, actor, "person.role.ends", person,
			   json_pack("{s:i, s:s?}", "role", (int)role, "ends_on", ends_on), error))
		return false;
	store_after_commit(self->store, on_committed, self, NULL);
	return true;
}
