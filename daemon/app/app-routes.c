/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where one comes in: the routes of all rooms, and what of them is not there outside of the school. */
#include "app/app-private.h"

static bool refuse_at_cloud(void *room, Request *request, GError **error)
{
	return error_reason(error, ERROR_CONFLICT, "at-the-school", NULL,
	                    "Cameras and broadcasts are in the school itself: open its own address "
	                    "there");
}

/* Outside of the school they are looked at, as far as the school tells of them. */
static void add_broadcasts_routes(App *self)
{
	g_autoptr(GArray) routes = g_array_new(TRUE, FALSE, sizeof(Route));

	for (const Route *at = BROADCASTS_ROUTES; at->path; at++) {
		Route route = *at;

		if (self->is_view && route.method != GET)
			route.handler = refuse_at_cloud;
		g_array_append_val(routes, route);
	}
	http_add_routes(self->http, (const Route *)(const void *)routes->data, self->broadcasts);
}

void app_add_routes(App *self)
{
	self->console = (Console){self->store,  self->events, self->http,   self->school,
	                          self->people, self->upkeep, clock_boot_ms()};
	self->test_mail = (TestMail){self->mail, self->school};
	http_add_routes(self->http, TEST_MAIL_ROUTES, &self->test_mail);
	http_add_routes(self->http, EVENTS_ROUTES, self->events);
	http_add_routes(self->http, SCHOOL_ROUTES, self->school);
	http_add_routes(self->http, PEOPLE_ROUTES, self->people);
	http_add_routes(self->http, CONSENTS_ROUTES, self->consents);
	http_add_routes(self->http, ACCOUNTS_ROUTES, self->people);
	http_add_routes(self->http, PRIVACY_ROUTES, self->privacy);
	http_add_routes(self->http, RETENTION_ROUTES, self->privacy);
	http_add_routes(self->http, CHATS_KEPT_ROUTES, self->chats);
	http_add_routes(self->http, CLASSES_ROUTES, self->classes);
	http_add_routes(self->http, ENROLMENT_ROUTES, self->enrolment);
	http_add_routes(self->http, SCHOOLS_ROUTES, self->schools);
	add_broadcasts_routes(self);
	http_add_routes(self->http, CHATS_ROUTES, self->chats);
	http_add_routes(self->http, MESSAGES_ROUTES, self->chats);
	http_add_routes(self->http, CHATS_MADE_ROUTES, self->chats);
	http_add_routes(self->http, MAIL_ROUTES, self->mail);
	http_add_routes(self->http, COMPLAINTS_ROUTES, self->chats);
	http_add_routes(self->http, MEMOS_ROUTES, self->memos);
	http_add_routes(self->http, CONSOLE_ROUTES, &self->console);
	http_add_routes(self->http, UPKEEP_ROUTES, self->upkeep);
	http_add_routes(self->http, APPLIANCE_ROUTES, self->appliance);
	http_add_routes(self->http, SPACE_ROUTES, self->space);
	http_add_routes(self->http, UPLINK_ROUTES, self->uplink);
	self->certificate = (Certificate){self->config->certificate_report};
	http_add_routes(self->http, CERTIFICATE_ROUTES, &self->certificate);
	http_add_routes(self->http, BACKUPS_ROUTES, self->backups);
	http_add_routes(self->http, SETUP_ROUTES, &self->setup);
	http_add_routes(self->http, DEMO_ROUTES, self->demo);
	http_add_routes(self->http, RELOAD_ROUTES, self->reload);
}
