/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in: what the school says of itself. */
#include "school/school-private.h"

static bool reply_school(School *self, Request *request, GError **error)
{
	g_autofree char *json = school_render(self, error);

	if (!json)
		return false;
	request_reply_json(request, 200, json);
	return true;
}

static bool get_school(void *room, Request *request, GError **error)
{
	return reply_school(room, request, error);
}

static bool patch_school(void *room, Request *request, GError **error)
{
	json_t *body = request_body(request);
	SchoolInfo changes = {0};
	const Field fields[] = {
		{"name", FIELD_TEXT, false, SCHOOL_NAME_CHARACTERS_MAX, &changes.name},
		{"time_zone", FIELD_TEXT, false, 0, &changes.time_zone},
		{"support_email", FIELD_TEXT, false, 0, &changes.support_email},
		{0},
	};

	if (!json_read(body, fields, error))
		return false;
	if (json_is_null(json_object_get(body, "support_email")))
		changes.support_email = "";
	return school_change(room, request_actor(request), &changes, error) &&
	       reply_school(room, request, error);
}

static bool get_setup_code(void *room, Request *request, GError **error)
{
	char *code = school_setup_code(room, error);

	if (!code)
		return false;
	request_reply_object(request, 200, json_pack("{s:s}", "code", code));
	secret_free(code);
	return true;
}

const Route SCHOOL_ROUTES[] = {
	{GET, "/api/v1/school", "anyone", 0, get_school},
	{PATCH, "/api/v1/school", "administrator", 4096, patch_school},
	{GET, "/api/v1/console/setup-code", "console", 0, get_setup_code, ROUTE_SECRET},
	{0},
};
