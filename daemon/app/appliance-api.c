/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The ways in: how the server is, who else is in the network, and the metrics. */
#include "app/appliance-private.h"

typedef struct {
	Appliance *appliance;
	Request *request;
} Asker;

void asker_free(void *asker)
{
	g_free(asker);
}

/* --- How it is --- */

static json_t *time_json(int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	clock_format(ms, text);
	return json_string(text);
}

static bool answer(void *room, Request *request, GError **error)
{
	const Appliance *self = room;
	const Health *health = self->health;
	MailState mail = mail_state(self->mail);

	request_reply_object(
	        request, 200,
	        json_pack("{ss ss so so si si si sI si si so}", "level",
	                  health_level_name(health_level(health)), "version", UROK_VERSION, "now",
	                  time_json(events_now_ms(self->events)), "started_at",
	                  time_json(self->started_ms), "people_online",
	                  (int)events_people(self->events), "live_streams",
	                  (int)events_streams(self->events), "broadcasts_live",
	                  (int)broadcasts_now(self->broadcasts).live, "memory_bytes",
	                  (json_int_t)appliance_memory(), "letters_waiting", (int)mail.waiting,
	                  "letters_undelivered", (int)mail.undelivered, "items", health_to_json(health)));
	return true;
}

static void on_looked(void *data)
{
	Asker *asker = data;
	Appliance *self = asker->appliance;
	Request *request = asker->request;

	g_ptr_array_remove_fast(self->askers, asker);
	request_resume(request, answer, self);
}

static void on_gone(void *data)
{
	Asker *asker = data;
	Appliance *self = asker->appliance;

	health_forget(self->health, asker);
	g_ptr_array_remove_fast(self->askers, asker);
}

static bool get_server(void *room, Request *request, GError **error)
{
	Appliance *self = room;
	Asker *asker = g_new0(Asker, 1);

	asker->appliance = self;
	asker->request = request;
	g_ptr_array_add(self->askers, asker);
	request_hold(request, on_gone, asker);
	self->looked_boot_ms = clock_boot_ms();
	health_look(self->health, on_looked, asker);
	return true;
}

/* --- Who else --- */

static json_t *neighbour_json(const Neighbour *neighbour)
{
	json_t *addresses = json_array();
	g_autofree char *port = neighbour->port == 443
	                                ? g_strdup("")
	                                : g_strdup_printf(":%u", neighbour->port);
	g_autofree char *url =
	        g_strdup_printf("https://%s%s%s", neighbour->host, port, neighbour->path);

	for (guint i = 0; i < neighbour->addresses->len; i++)
		json_array_append_new(addresses, json_string(neighbour->addresses->pdata[i]));
	return json_pack("{ss ss si ss ss so so so}", "name", neighbour->name, "host",
	                 neighbour->host, "port", (int)neighbour->port, "path", neighbour->path,
	                 "url", url, "addresses", addresses, "version",
	                 json_text_or_null(neighbour->version), "school_id",
	                 json_text_or_null(neighbour->school_id));
}

static bool get_neighbours(void *room, Request *request, GError **error)
{
	const Appliance *self = room;
	g_autoptr(GPtrArray) list = announce_list_neighbours(self->announce);
	json_t *items = json_array();

	for (guint i = 0; i < list->len; i++)
		json_array_append_new(items, neighbour_json(list->pdata[i]));
	request_reply_object(request, 200, json_pack("{so}", "items", items));
	return true;
}

/* --- Metrics --- */

static bool get_metrics(void *room, Request *request, GError **error)
{
	g_autoptr(GBytes) bytes = g_string_free_to_bytes(appliance_metrics(room));

	request_reply_bytes(request, 200,
	                    "application/openmetrics-text; version=1.0.0; charset=utf-8", bytes);
	return true;
}

const Route APPLIANCE_ROUTES[] = {
        {GET, "/api/v1/server", "administrator", 0, get_server},
        {GET, "/api/v1/server/neighbours", "administrator", 0, get_neighbours},
        {GET, "/api/v1/console/health", "console", 0, get_server},
        {GET, "/metrics", "metrics", 0, get_metrics},
        {0},
};
