/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in: classes for the staff and their members, children for their parents. */
#include "classes/classes-private.h"

static bool reply(Request *request, json_t *object)
{
	if (!object)
		return false;
	request_reply_object(request, 200, object);
	return true;
}

static bool get_classes(void *room, Request *request, GError **error)
{
	g_autofree char *list = classes_render_list(room, request_actor(request), error);

	if (!list)
		return false;
	request_reply_json(request, 200, list);
	return true;
}

static bool get_class(void *room, Request *request, GError **error)
{
	return reply(request, classes_class_json(room, request_actor(request),
						 request_param(request, "class"), error));
}

static bool get_children(void *room, Request *request, GError **error)
{
	return reply(request, classes_children_json(room, request_actor(request), error));
}

const Route CLASSES_ROUTES[] = {
	{GET, "/api/v1/classes", "staff", 0, get_classes},
	{GET, "/api/v1/classes/:class", "class-visible", 0, get_class},
	{GET, "/api/v1/children", "parent", 0, get_children},
	{0},
};
