/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in to what is kept for how long, what would go at which setting, and legal holds. */
#include "privacy/retention-private.h"

static const int64_t AGES[] = {365, 730, 1095, 1825}; /* days: what is offered, with its count */

/* Each message is counted once: from one age to the next. */
static json_t *ages_json(Privacy *self, const char *kind, int64_t *ret_all, GError **error)
{
	g_autoptr(json_t) ages = json_array();
	const Keeping *keeping = self->keeping;
	int64_t before_ms = G_MAXINT64 >> 16;
	int64_t counts[G_N_ELEMENTS(AGES)];
	int64_t sum = 0;
	int64_t newer;

	for (size_t i = G_N_ELEMENTS(AGES); i > 0; i--) {
		int64_t from_ms = i < G_N_ELEMENTS(AGES) ? retention_before_ms(self, AGES[i]) : 0;
		int64_t count;

		before_ms = retention_before_ms(self, AGES[i - 1]);
		if (!keeping->count(self->keeping_room, kind, from_ms, before_ms, &count, error))
			return NULL;
		sum += count;
		counts[i - 1] = sum;
	}
	if (!keeping->count(self->keeping_room, kind, before_ms, G_MAXINT64 >> 16, &newer, error))
		return NULL;
	*ret_all = sum + newer;
	for (size_t i = 0; i < G_N_ELEMENTS(AGES); i++)
		json_array_append_new(ages, json_pack("{s:I, s:I}", "days", (json_int_t)AGES[i],
		                                      "messages", (json_int_t)counts[i]));
	return g_steal_pointer(&ages);
}

static json_t *days_json(int64_t days)
{
	return days ? json_integer(days) : json_null();
}

static json_t *kind_json(Privacy *self, const char *kind, GError **error)
{
	int64_t all = 0;
	json_t *ages;
	int64_t days;

	if (!retention_days(self, kind, &days, error))
		return NULL;
	ages = ages_json(self, kind, &all, error);
	if (!ages)
		return NULL;
	return json_pack("{s:s, s:o, s:I, s:o}", "kind", kind, "days", days_json(days), "messages",
	                 (json_int_t)all, "ages", ages);
}

static bool last_run_json(Privacy *self, json_t **ret_run, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_retention_run");
	bool row;

	if (!query_next(query, &row, error))
		return false;
	*ret_run = row ? json_pack("{s:o, s:I, s:I}", "at", retention_time_json(query_int(query, 0)),
	                           "took_ms", (json_int_t)query_int(query, 1), "messages",
	                           (json_int_t)query_int(query, 2))
	               : json_null();
	return true;
}

static bool get_retention(void *room, Request *request, GError **error)
{
	Privacy *self = room;
	g_autoptr(json_t) items = json_array();
	json_t *run;

	for (const char *const *kind = self->keeping->kinds; *kind; kind++) {
		json_t *item = kind_json(self, *kind, error);

		if (!item)
			return false;
		json_array_append_new(items, item);
	}
	if (!last_run_json(self, &run, error))
		return false;
	request_reply_object(request, 200, json_pack("{s:O, s:o}", "items", items, "last_run", run));
	return true;
}

static bool get_preview(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"days", NULL};
	Privacy *self = room;
	const char *kind = request_param(request, "kind");
	const char *text = request_query(request, "days");
	guint64 days;
	int64_t count;

	if (!request_check_query(request, NAMES, error) || !retention_check_kind(self, kind, error))
		return false;
	if (!text || !g_ascii_string_to_unsigned(text, 10, KEPT_DAYS_MIN, KEPT_DAYS_MAX, &days, NULL))
		return error_reason(error, ERROR_INVALID, "invalid", "days", "days is %d to %d",
		                    KEPT_DAYS_MIN, KEPT_DAYS_MAX);
	if (!retention_count(self, kind, (int64_t)days, &count, error))
		return false;
	request_reply_object(request, 200,
	                     json_pack("{s:s, s:I, s:I, s:o}", "kind", kind, "days", (json_int_t)days,
	                               "messages", (json_int_t)count, "before",
	                               retention_time_json(retention_before_ms(self, (int64_t)days))));
	return true;
}

static bool put_retention(void *room, Request *request, GError **error)
{
	Privacy *self = room;
	const char *kind = request_param(request, "kind");
	gint64 days = 0;
	const Field fields[] = {{"days", FIELD_INT, false, 0, &days}, {0}};
	json_t *item;

	if (!json_read(request_body(request), fields, error))
		return false;
	if (!days && json_is_integer(json_object_get(request_body(request), "days")))
		days = -1; /* 0 days are no days; for good is null */
	if (!retention_set(self, request_actor(request), kind, days, error))
		return false;
	item = kind_json(self, kind, error);
	if (!item)
		return false;
	request_reply_object(request, 200, item);
	return true;
}

/* --- Now, from the console --- */

typedef struct {
	Privacy *privacy;
	Request *request;
	int64_t removed;
	GError *failure;
} Waiting;

static void waiting_free(Waiting *self)
{
	g_clear_error(&self->failure);
	g_free(self);
}

static void on_gone(void *data)
{
	privacy_forget_retention(((Waiting *)data)->privacy, data);
	waiting_free(data);
}

static bool answer(void *data, Request *request, GError **error)
{
	Waiting *self = data;
	bool failed = self->failure != NULL;

	if (failed)
		g_propagate_error(error, g_steal_pointer(&self->failure));
	else
		request_reply_object(request, 200,
		                     json_pack("{s:I}", "messages", (json_int_t)self->removed));
	waiting_free(self);
	return !failed;
}

static void on_done(void *data, int64_t removed, const GError *failure)
{
	Waiting *self = data;

	self->removed = removed;
	self->failure = failure ? g_error_copy(failure) : NULL;
	request_resume(self->request, answer, self);
}

static bool post_run(void *room, Request *request, GError **error)
{
	Waiting *waiting = g_new0(Waiting, 1);

	waiting->privacy = room;
	waiting->request = request;
	request_hold(request, on_gone, waiting);
	privacy_run_retention(room, on_done, waiting);
	return true;
}

/* --- Holds --- */

static bool reply(Request *request, unsigned status, json_t *object)
{
	if (!object)
		return false;
	request_reply_object(request, status, object);
	return true;
}

static bool get_holds(void *room, Request *request, GError **error)
{
	return reply(request, 200, holds_list_json(room, error));
}

static bool post_hold(void *room, Request *request, GError **error)
{
	NewHold hold = {0};
	const Field fields[] = {
	        {"chat", FIELD_ID, false, 0, &hold.chat},
	        {"person", FIELD_ID, false, 0, &hold.person},
	        {"reason", FIELD_TEXT, true, 0, &hold.reason},
	        {0},
	};
	Id id;

	return json_read(request_body(request), fields, error) &&
	       holds_place(room, request_actor(request), &hold, &id, error) &&
	       reply(request, 201, holds_find_json(room, id.text, error));
}

static bool put_lifting(void *room, Request *request, GError **error)
{
	static const Field NOTHING[] = {{0}};
	const char *hold;

	return request_param_id(request, "hold", &hold, error) &&
	       json_read(request_body(request), NOTHING, error) &&
	       holds_lift(room, request_actor(request), hold, error) &&
	       reply(request, 200, holds_find_json(room, hold, error));
}

const Route RETENTION_ROUTES[] = {
	{GET, "/api/v1/retention", "administrator", 0, get_retention, ROUTE_ALSO_CONSOLE},
	{PUT, "/api/v1/retention/:kind", "administrator", 256, put_retention, ROUTE_ALSO_CONSOLE},
	{GET, "/api/v1/retention/:kind/preview", "administrator", 0, get_preview, ROUTE_ALSO_CONSOLE},
	{POST, "/api/v1/console/retention-run", "console", 1024, post_run, ROUTE_READS},
	{GET, "/api/v1/legal-holds", "administrator", 0, get_holds},
	{POST, "/api/v1/legal-holds", "administrator", 8192, post_hold},
	{PUT, "/api/v1/legal-holds/:hold/lifting", "administrator", 64, put_lifting},
	{0},
};
