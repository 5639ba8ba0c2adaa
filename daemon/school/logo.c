/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The school's logo: an administrator sends it, everybody sees it, also who is not signed in. */
#include "school/school-private.h"

#include <string.h>

bool logo_find(School *self, Picture *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_school_logo");
	bool row;

	if (!query_next(query, &row, error))
		return false;
	if (row) {
		ret->large = g_strdup(query_text(query, 0));
		ret->small = g_strdup(query_text(query, 1));
	}
	return true;
}

static bool find_named(void *room, const char *address, bool *ret_named, GError **error)
{
	g_auto(Picture) logo = {0};

	if (!logo_find(room, &logo, error))
		return false;
	*ret_named = g_strcmp0(logo.large, address) == 0 || g_strcmp0(logo.small, address) == 0;
	return true;
}

static bool list_named(void *room, const char *after, GPtrArray *pictures, GError **error)
{
	g_auto(Picture) logo = {0};

	if (!logo_find(room, &logo, error))
		return false;
	if (logo.large && strcmp(logo.large, after) > 0)
		g_ptr_array_add(pictures, picture_new(logo.large, logo.small));
	return true;
}

const PictureOwner SCHOOL_PICTURES = {"school.logo.changed", find_named, list_named};

static bool check_may_set(School *self, GError **error)
{
	if (!self->pictures)
		return error_set(error, ERROR_UNAVAILABLE, "No pictures are kept here");
	if (!school_is_set_up(self))
		return error_set(error, ERROR_NOT_FOUND, "There is no school yet");
	return true;
}

static bool append_logo(School *self, const Actor *actor, const Picture *logo, GError **error)
{
	g_autofree char *id = school_dup_id(self);
	g_autoptr(Event) event =
		event_new(actor, "school.logo.changed", "school", id,
			  json_pack("{s:s?, s:s?}", "large", logo->large, "small", logo->small));

	return events_append(self->events, event, error);
}

static bool keep_logo(void *room, Request *request, const GPtrArray *parts, GError **error)
{
	School *self = room;
	g_auto(Picture) logo = {0};

	return check_may_set(self, error) && pictures_keep(self->pictures, parts, &logo, error) &&
	       append_logo(self, request_actor(request), &logo, error) &&
	       reply_school(self, request, error);
}

bool put_logo(void *room, Request *request, GError **error)
{
	School *self = room;

	return check_may_set(self, error) &&
	       pictures_take(self->pictures, request, keep_logo, self, error);
}

bool delete_logo(void *room, Request *request, GError **error)
{
	School *self = room;
	g_auto(Picture) logo = {0};
	const Picture none = {0};

	if (!logo_find(self, &logo, error))
		return false;
	if (logo.large && !append_logo(self, request_actor(request), &none, error))
		return false;
	request_reply_empty(request);
	return true;
}

bool get_logo(void *room, Request *request, GError **error)
{
	const School *self = room;
	g_auto(Picture) logo = {0};

	return logo_find(room, &logo, error) &&
	       picture_reply(self->pictures, &logo, request, request_param(request, "size"), true, error);
}
