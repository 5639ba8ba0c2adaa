/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Profile pictures: one's own is sent and kept by pictures/; others see it who see the person.
 *
 * A pupil has one as long as a parent's consent holds, and none without. */
#include "people/people-private.h"

bool people_find_picture(People *self, const char *person, Picture *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_person_picture");
	bool row;

	query_bind_text(query, ":id", person);
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
	People *self = room;
	g_autoptr(Query) query = store_query(self->store, "is_picture_wanted");

	query_bind_text(query, ":address", address);
	return query_next(query, ret_named, error);
}

static bool list_named(void *room, const char *after, GPtrArray *pictures, GError **error)
{
	People *self = room;
	g_autoptr(Query) query = store_query(self->store, "list_person_pictures");
	bool row = true;

	query_bind_text(query, ":after", after);
	query_bind_int(query, ":most", PICTURES_AT_ONCE);
	while (query_next(query, &row, error) && row)
		g_ptr_array_add(pictures, picture_new(query_text(query, 0), query_text(query, 1)));
	return !row;
}

const PictureOwner PEOPLE_PICTURES = {"person.picture.changed", find_named, list_named};

static bool may_be_shown(People *self, const char *person)
{
	return !(people_roles(self, person) & ROLE_PUPIL) ||
	       people_has_agreed(self, "photo", person);
}

static bool check_may_have(People *self, const Actor *actor, GError **error)
{
	if (!self->pictures)
		return error_set(error, ERROR_UNAVAILABLE, "No pictures are kept here");
	if (!may_be_shown(self, actor->person.text))
		return error_reason(error, ERROR_FORBIDDEN, "picture-needs-consent", NULL,
				    "A pupil has a picture when a parent has agreed to it");
	return true;
}

static bool append_picture(People *self, const Actor *actor, const char *person, const char *large,
                           const char *small, GError **error)
{
	g_autofree char *scope = g_strconcat("person:", person, NULL);
	g_autoptr(Event) event = event_new(actor, "person.picture.changed", scope, person,
	                                   json_pack("{s:s?, s:s?}", "large", large, "small", small));

	return events_append(self->events, event, error);
}

bool people_drop_picture(People *self, const Actor *actor, const char *person, GError **error)
{
	g_auto(Picture) picture = {0};

	return people_find_picture(self, person, &picture, error) &&
	       (!picture.large || append_picture(self, actor, person, NULL, NULL, error));
}

static bool keep_picture(void *room, Request *request, const GPtrArray *parts, GError **error)
{
	People *self = room;
	const Actor *actor = request_actor(request);
	g_auto(Picture) picture = {0};
	json_t *me;

	if (!check_may_have(self, actor, error) ||
	    !pictures_keep(self->pictures, parts, &picture, error) ||
	    !append_picture(self, actor, actor->person.text, picture.large, picture.small, error))
		return false;
	me = people_me_json(self, actor, error);
	if (!me)
		return false;
	request_reply_object(request, 200, me);
	return true;
}

bool put_picture(void *room, Request *request, GError **error)
{
	People *self = room;

	return check_may_have(self, request_actor(request), error) &&
	       pictures_take(self->pictures, request, keep_picture, self, error);
}

bool delete_picture(void *room, Request *request, GError **error)
{
	People *self = room;
	const Actor *actor = request_actor(request);

	if (!people_drop_picture(self, actor, actor->person.text, error))
		return false;
	request_reply_empty(request);
	return true;
}

/* The gate has judged whether the person may be seen. */
bool get_picture(void *room, Request *request, GError **error)
{
	People *self = room;
	const char *person = request_param(request, "person");
	g_auto(Picture) picture = {0};

	if (!people_find_picture(self, person, &picture, error))
		return false;
	if (!may_be_shown(self, person))
		picture_clear(&picture);
	return picture_reply(self->pictures, &picture, request, request_query(request, "size"), false, error);
}
