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
	static const char *const NAMES[] = {"year", NULL};
	const char *year = request_query(request, "year");
	g_autofree char *list = NULL;

	if (!request_check_query(request, NAMES, error))
		return false;
	list = classes_render_list(room, request_actor(request), year, error);
	if (!list)
		return false;
	request_reply_json(request, 200, list);
	return true;
}

/* The list that the staff gets says who came in and who the parents are. */
static void note_looks(Classes *self, const Actor *actor, const json_t *class)
{
	json_t *pupil;
	size_t i;

	if (!(actor->roles & ROLE_STAFF))
		return;
	json_array_foreach(json_object_get(class, "pupils"), i, pupil)
		people_note_look(self->people, actor,
				 json_string_value(json_object_get(pupil, "id")), LOOK_CLASS);
}

static bool get_class(void *room, Request *request, GError **error)
{
	const Actor *actor = request_actor(request);
	json_t *class =
		classes_class_json(room, actor, request_param(request, "class"), error);

	if (class)
		note_looks(room, actor, class);
	return reply(request, class);
}

static bool get_children(void *room, Request *request, GError **error)
{
	return reply(request, classes_children_json(room, request_actor(request), error));
}

const Route CLASSES_ROUTES[] = {
	{GET, "/api/v1/school-years", "staff", 0, get_years},
	{POST, "/api/v1/school-years", "administrator", 1024, post_year},
	{PATCH, "/api/v1/school-years/:year", "administrator", 1024, patch_year},
	{DELETE, "/api/v1/school-years/:year", "administrator", 0, delete_year},
	{GET, "/api/v1/school-years/:year/promotion", "administrator", 0, get_promotion},
	{POST, "/api/v1/school-years/:year/promotion", "administrator", CLASSES_MAX * 40 + 1024,
	 post_promotion},
	{DELETE, "/api/v1/school-years/:year/promotion", "administrator", 0, delete_promotion},
	{GET, "/api/v1/classes", "staff", 0, get_classes},
	{POST, "/api/v1/classes", "administrator", 2048, post_classes},
	{GET, "/api/v1/classes/:class", "class-visible", 0, get_class},
	{PATCH, "/api/v1/classes/:class", "administrator", 512, patch_class},
	{DELETE, "/api/v1/classes/:class", "administrator", 0, delete_class},
	{PUT, "/api/v1/classes/:class/members/:person", "administrator", 512, put_member},
	{DELETE, "/api/v1/classes/:class/members/:person", "administrator", 0, delete_member},
	{GET, "/api/v1/children", "parent", 0, get_children},
	{0},
};
