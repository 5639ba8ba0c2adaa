/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Routes of the control socket that belong to no room. */
#include "app/console.h"

static bool get_status(void *room, Request *request, GError **error)
{
	const Console *console = room;
	int64_t people;

	if (!people_count_most(console->people, &people, error))
		return false;
	request_reply_object(
	        request, 200,
	        json_pack("{ss sb sI sI sI sI sI ss}", "version", UROK_VERSION, "set_up",
	                  school_is_set_up(console->school), "uptime_s",
	                  (json_int_t)(clock_boot_ms() - console->started_ms) / 1000, "people",
	                  (json_int_t)people, "events",
	                  (json_int_t)events_last_seq(console->events), "live_streams",
	                  (json_int_t)events_streams(console->events), "wal_bytes",
	                  (json_int_t)store_wal_bytes(console->store), "database",
	                  upkeep_state(console->upkeep)));
	return true;
}

static const char *method_name(Method method)
{
	static const char *const NAMES[] = {
	        [GET] = "GET", [POST] = "POST", [PUT] = "PUT", [PATCH] = "PATCH", [DELETE] = "DELETE"};

	return NAMES[method];
}

/* The whole surface with its rights, for who checks it against the contract. */
static bool get_routes(void *room, Request *request, GError **error)
{
	const Console *console = room;
	json_t *items = json_array();
	const Route *route;

	for (unsigned i = 0; (route = http_route(console->http, i)); i++)
		json_array_append_new(items, json_pack("{ss ss ss}", "method",
		                                       method_name(route->method), "path",
		                                       route->path, "who", route->who));
	request_reply_object(request, 200, json_pack("{so}", "items", items));
	return true;
}

static bool get_clock(void *room, Request *request, GError **error)
{
	static const char *const DOUBTS[] = {
	        [CLOCK_BELIEVED] = NULL,
	        [CLOCK_BEFORE_BUILD] = "before-build",
	        [CLOCK_STEPPED_BACK] = "stepped-back",
	        [CLOCK_LEAPT] = "leapt",
	};
	Events *events = ((const Console *)room)->events;
	WallClock clock = events_clock(events);
	bool believed = clock.doubt == CLOCK_BELIEVED;

	request_reply_object(
	        request, 200,
	        json_pack("{sb so so so so so sb}", "believed", believed, "doubt",
	                  json_text_or_null(DOUBTS[clock.doubt]), "since",
	                  json_time_or_null(believed ? 0 : clock.known_ms), "machine_time",
	                  json_time_or_null(clock_wall_ms()), "urok_time",
	                  json_time_or_null(events_now_ms(events)), "last_event",
	                  json_time_or_null(events_last_ms(events)), "synchronised",
	                  clock_is_synchronised()));
	return true;
}

static bool post_clock_confirmation(void *room, Request *request, GError **error)
{
	return events_confirm_clock(((const Console *)room)->events, error) &&
	       get_clock(room, request, error);
}

typedef struct {
	Request *request;
	LogCheck *check;
	guint source;
	GError *failure;
} Verification;

static void verification_free(void *data)
{
	Verification *self = data;

	if (self->source)
		g_source_remove(self->source);
	log_check_free(self->check);
	g_clear_error(&self->failure);
	g_free(self);
}

static bool answer_verdict(void *room, Request *request, GError **error)
{
	Verification *self = room;
	LogVerdict verdict = log_check_verdict(self->check);
	bool failed = self->failure != NULL;

	if (failed)
		g_propagate_error(error, g_steal_pointer(&self->failure));
	else
		request_reply_object(request, 200,
		                     json_pack("{sI sI sb sI}", "events",
		                               (json_int_t)verdict.events, "blanked",
		                               (json_int_t)verdict.blanked, "ok",
		                               verdict.bad_seq == 0, "bad_seq",
		                               (json_int_t)verdict.bad_seq));
	verification_free(self);
	return !failed;
}

static gboolean on_step(void *data)
{
	Verification *self = data;
	bool done = false;

	if (log_check_step(self->check, &done, &self->failure) && !done)
		return G_SOURCE_CONTINUE;
	self->source = 0;
	request_resume(self->request, answer_verdict, self);
	return G_SOURCE_REMOVE;
}

static bool post_verification(void *room, Request *request, GError **error)
{
	Verification *self = g_new0(Verification, 1);

	self->request = request;
	self->check = log_check_new(((const Console *)room)->events);
	self->source = g_idle_add(on_step, self);
	request_hold(request, verification_free, self);
	return true;
}

const Route CONSOLE_ROUTES[] = {
        {GET, "/api/v1/console/status", "console", 0, get_status},
        {GET, "/api/v1/console/routes", "console", 0, get_routes},
        {POST, "/api/v1/console/log-verification", "console", 1024, post_verification, ROUTE_READS},
        {GET, "/api/v1/console/clock", "console", 0, get_clock},
        {POST, "/api/v1/console/clock-confirmation", "console", 1024, post_clock_confirmation,
         ROUTE_READS},
        {0},
};
