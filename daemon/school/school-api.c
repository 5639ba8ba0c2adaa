/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in: what the school says of itself. */
#include "school/school-private.h"

bool reply_school(School *self, Request *request, GError **error)
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

/* Absent is NULL, which leaves it; null is "", which takes it away. */
static void read_nulls(const json_t *body, SchoolInfo *changes)
{
	const struct {
		const char *name;
		const char **ret;
	} TEXTS[] = {{"full_name", &changes->full_name},
		     {"address", &changes->address},
		     {"support_email", &changes->support_email},
		     {"support_phone", &changes->support_phone}};

	for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
		if (json_is_null(json_object_get(body, TEXTS[i].name)))
			*TEXTS[i].ret = "";
}

static bool read_languages(const json_t *list, unsigned *ret_languages, GError **error)
{
	if (!list)
		return true;
	*ret_languages = languages_from_json(list);
	if (*ret_languages && (size_t)__builtin_popcount(*ret_languages) == json_array_size(list))
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "languages",
			    "Pages are in ru, in en, or in both, each named once");
}

static bool patch_school(void *room, Request *request, GError **error)
{
	json_t *body = request_body(request);
	json_t *languages = NULL;
	SchoolInfo changes = {0};
	const Field fields[] = {
		{"name", FIELD_TEXT, false, 0, &changes.name},
		{"full_name", FIELD_TEXT, false, 0, &changes.full_name},
		{"address", FIELD_TEXT, false, 0, &changes.address},
		{"time_zone", FIELD_TEXT, false, 0, &changes.time_zone},
		{"languages", FIELD_ARRAY, false, 0, &languages},
		{"support_email", FIELD_TEXT, false, 0, &changes.support_email},
		{"support_phone", FIELD_TEXT, false, 0, &changes.support_phone},
		{0},
	};

	if (!json_read(body, fields, error) ||
	    !read_languages(languages, &changes.languages, error))
		return false;
	read_nulls(body, &changes);
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
	{PUT, "/api/v1/school/logo", "administrator", PICTURE_BYTES_MAX, put_logo, ROUTE_SPOOLS},
	{DELETE, "/api/v1/school/logo", "administrator", 0, delete_logo},
	{GET, "/api/v1/school/logo/:size", "anyone", 0, get_logo},
	{GET, "/api/v1/console/setup-code", "console", 0, get_setup_code, ROUTE_SECRET},
	{0},
};
