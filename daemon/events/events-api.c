/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in to the live stream. */
#include "events/events-private.h"

static bool get_live(void *room, Request *request, GError **error)
{
	static const char *const QUERY[] = {"after", NULL};
	Events *self = room;
	const char *position = request_query(request, "after");

	if (!request_check_query(request, QUERY, error))
		return false;
	if (!position)
		position = request_header(request, "Last-Event-ID");
	return live_connect(self->live, request, position && *position ? position : NULL, error);
}

const Route EVENTS_ROUTES[] = {
        {GET, "/api/v1/live", "signed-in", 0, get_live, ROUTE_LIVE},
        {0},
};
