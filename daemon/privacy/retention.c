/* SPDX-License-Identifier: LGPL-2.1-or-later
 * For how long the school keeps each kind of what people write: set by administrators, for good
 * where they set nothing. */
#include "privacy/retention-private.h"

#include <string.h>

const Migration RETENTION_MIGRATION = {.resource = "/urok/privacy/privacy-retention-schema.sql"};

#define DAY_MS G_GINT64_CONSTANT(86400000)

void privacy_set_keeping(Privacy *self, const Keeping *keeping, void *room)
{
	self->keeping = keeping;
	self->keeping_room = room;
}

json_t *retention_time_json(int64_t wall_ms)
{
	char text[TIME_TEXT_SIZE];

	clock_format(wall_ms, text);
	return json_string(text);
}

bool retention_check_kind(Privacy *self, const char *kind, GError **error)
{
	if (self->keeping && g_strv_contains(self->keeping->kinds, kind))
		return true;
	return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

bool retention_days(Privacy *self, const char *kind, int64_t *ret_days, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_retention");
	bool row;

	query_bind_text(query, ":kind", kind);
	if (!query_next(query, &row, error))
		return false;
	*ret_days = row ? query_int(query, 0) : 0;
	return true;
}

int64_t retention_before_ms(Privacy *self, int64_t days)
{
	return events_now_ms(self->events) - days * DAY_MS;
}

bool retention_count(Privacy *self, const char *kind, int64_t days, int64_t *ret_count,
                     GError **error)
{
	return self->keeping->count(self->keeping_room, kind, 0, retention_before_ms(self, days),
	                            ret_count, error);
}

static bool check_days(int64_t days, GError **error)
{
	return days == 0 || (days >= KEPT_DAYS_MIN && days <= KEPT_DAYS_MAX) ||
	       error_reason(error, ERROR_INVALID, "invalid", "days",
	                    "What people write is kept for %d days at least, or for good",
	                    KEPT_DAYS_MIN);
}

bool retention_set(Privacy *self, const Actor *actor, const char *kind, int64_t days, GError **error)
{
	g_autoptr(Event) event = NULL;
	int64_t now;

	if (!actor_check_administrator(actor, error) || !retention_check_kind(self, kind, error) ||
	    !check_days(days, error) || !retention_days(self, kind, &now, error))
		return false;
	if (now == days)
		return true;
	event = event_new(actor, "retention.set", "admins", kind,
	                  json_pack("{s:I}", "days", (json_int_t)days));
	return events_append(self->events, event, error);
}

static bool apply_set(void *room, const Event *event, GError **error)
{
	Privacy *self = room;
	g_autoptr(Query) query = NULL;
	int64_t days = json_integer_value(json_object_get(event->body, "days"));

	if (!event->body)
		return true;
	query = store_query(self->store, "set_retention");
	query_bind_text(query, ":kind", event->subject);
	if (days)
		query_bind_int(query, ":days", days);
	query_bind_text(query, ":by", event->actor);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	return query_run(query, error);
}

/* --- Holds' rows; the rules stand in holds.c --- */

static const char *text_in(const Event *event, const char *name)
{
	return json_string_value(json_object_get(event->body, name));
}

static bool apply_placed(void *room, const Event *event, GError **error)
{
	Privacy *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true; /* of a person who was erased since */
	query = store_query(self->store, "add_legal_hold");
	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":chat", text_in(event, "chat"));
	query_bind_text(query, ":person", text_in(event, "person"));
	query_bind_text(query, ":reason", text_in(event, "reason"));
	query_bind_text(query, ":by", event->actor);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	query_bind_text(query, ":event", event->id.text);
	return query_run(query, error);
}

static bool apply_lifted(void *room, const Event *event, GError **error)
{
	Privacy *self = room;
	g_autoptr(Query) query = store_query(self->store, "lift_legal_hold");

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":by", event->actor);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	return query_run(query, error);
}

static const EventKind KINDS[] = {
        {"retention.set", 1, LOCALITY_SCHOOL, apply_set, NULL, NULL, RETAIN_ALWAYS},
        {"hold.placed", 1, LOCALITY_SCHOOL, apply_placed, NULL, NULL, RETAIN_ALWAYS},
        {"hold.lifted", 1, LOCALITY_SCHOOL, apply_lifted, NULL, NULL, RETAIN_ALWAYS},
        {0},
};

void retention_add_kinds(Privacy *self)
{
	events_add_kinds(self->events, KINDS, self);
}
