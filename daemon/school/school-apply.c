/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of the school: the newest event wins, then the greater origin. */
#include "school/school-private.h"

static const char *body_text(const Event *event, const char *name)
{
	return json_string_value(json_object_get(event->body, name));
}

static char *stamp_of(const Event *event)
{
	return g_strdup_printf("%016" G_GINT64_MODIFIER "x %s", event->hlc, event->origin.text);
}

static bool apply_changed(void *room, const Event *event, GError **error)
{
	static const char *const TEXTS[] = {"name",	     "full_name",     "address",
					    "time_zone",     "support_email", "support_phone"};
	static const char *const PARAMETERS[] = {":name",      ":full_name",	 ":address",
						 ":time_zone", ":support_email", ":support_phone"};
	School *self = room;
	g_autoptr(Query) query = NULL;
	g_autoptr(json_t) languages = NULL;
	g_autofree char *listed = NULL;
	g_autofree char *stamp = NULL;

	if (!event->body)
		return true;
	languages = languages_to_json(
		languages_from_json(json_object_get(event->body, "languages")));
	listed = json_format(languages);
	stamp = stamp_of(event);
	query = store_query(self->store, "set_school");
	query_bind_text(query, ":id", event->subject);
	for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
		query_bind_text(query, PARAMETERS[i], body_text(event, TEXTS[i]));
	query_bind_text(query, ":languages", listed);
	query_bind_text(query, ":stamp", stamp);
	return query_run(query, error);
}

static bool apply_logo(void *room, const Event *event, GError **error)
{
	School *self = room;
	const char *large = body_text(event, "large");
	const char *small = body_text(event, "small");
	bool both = file_address_is_valid(large) && file_address_is_valid(small);
	g_autofree char *stamp = stamp_of(event);
	g_autoptr(Query) query = NULL;
	g_auto(Picture) before = {0};

	if (!event->body)
		return true;
	if (!logo_find(self, &before, error))
		return false;
	query = store_query(self->store, "set_school_logo");
	query_bind_text(query, ":large", both ? large : NULL);
	query_bind_text(query, ":small", both ? small : NULL);
	query_bind_text(query, ":stamp", stamp);
	if (!query_run(query, error))
		return false;
	if (!self->pictures || !store_changes(self->store))
		return true;
	pictures_let_go(self->pictures, &before);
	if (both)
		pictures_name(self->pictures, large, small);
	return true;
}

static bool live_school(void *room, const Event *event, const Actor *reader, const char **ret_name,
			char **ret_data)
{
	*ret_name = "school";
	*ret_data = g_strdup("{}");
	return true;
}

const EventKind SCHOOL_EVENTS[] = {
	{"school.changed", 1, LOCALITY_CLOUD, apply_changed, NULL, live_school, RETAIN_ALWAYS},
	{"school.logo.changed", 1, LOCALITY_CLOUD, apply_logo, NULL, live_school, RETAIN_ALWAYS},
	{0},
};
