/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in for administrators: school years, new classes, their names, who sits in them. */
#include "classes/classes-private.h"

#include <string.h>

static bool reply_text(Request *request, unsigned status, char *json)
{
	g_autofree char *owned = json;

	if (!json)
		return false;
	request_reply_json(request, status, json);
	return true;
}

static bool reply_class(Classes *self, Request *request, const char *class_id, GError **error)
{
	json_t *class = classes_class_json(self, request_actor(request), class_id, error);

	if (!class)
		return false;
	request_reply_object(request, 200, class);
	return true;
}

/* --- School years --- */

bool get_years(void *room, Request *request, GError **error)
{
	return reply_text(request, 200, years_render(room, NULL, error));
}

static bool read_year(Request *request, bool whole, SchoolYear *ret, GError **error)
{
	const Field fields[] = {
		{"title", FIELD_TEXT, whole, 0, &ret->title},
		{"from_date", FIELD_TEXT, whole, 0, &ret->from_date},
		{"to_date", FIELD_TEXT, whole, 0, &ret->to_date},
		{0},
	};

	return json_read(request_body(request), fields, error);
}

bool post_year(void *room, Request *request, GError **error)
{
	SchoolYear year = {0};
	Id id;

	return read_year(request, true, &year, error) &&
	       classes_add_year(room, request_actor(request), year.title, year.from_date,
				year.to_date, &id, error) &&
	       reply_text(request, 201, years_render(room, id.text, error));
}

bool patch_year(void *room, Request *request, GError **error)
{
	SchoolYear changes = {0};
	const char *id;

	return request_param_id(request, "year", &id, error) &&
	       read_year(request, false, &changes, error) &&
	       classes_change_year(room, request_actor(request), id, &changes, error) &&
	       reply_text(request, 200, years_render(room, id, error));
}

bool delete_year(void *room, Request *request, GError **error)
{
	const char *id;

	if (!request_param_id(request, "year", &id, error) ||
	    !classes_remove_year(room, request_actor(request), id, error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool reply_promotion(Classes *self, Request *request, unsigned status, const char *year,
			    GError **error)
{
	json_t *promotion = promotion_json(self, year, error);

	if (!promotion)
		return false;
	request_reply_object(request, status, promotion);
	return true;
}

bool get_promotion(void *room, Request *request, GError **error)
{
	const char *id;

	return request_param_id(request, "year", &id, error) &&
	       reply_promotion(room, request, 200, id, error);
}

bool post_promotion(void *room, Request *request, GError **error)
{
	const char *id;
	json_t *classes = NULL;
	const Field fields[] = {{"classes", FIELD_ARRAY, true, CLASSES_MAX, &classes}, {0}};

	return request_param_id(request, "year", &id, error) &&
	       json_read(request_body(request), fields, error) &&
	       classes_promote(room, request_actor(request), id, classes, error) &&
	       reply_promotion(room, request, 201, id, error);
}

bool delete_promotion(void *room, Request *request, GError **error)
{
	const char *id;

	return request_param_id(request, "year", &id, error) &&
	       classes_undo_promotion(room, request_actor(request), id, error) &&
	       reply_promotion(room, request, 200, id, error);
}

/* --- Classes --- */

/* All or none: the first letter that cannot be is the answer. */
static bool add_classes(Classes *self, const Actor *actor, const char *year, int grade,
			const json_t *letters, GError **error)
{
	const json_t *letter;
	size_t i;

	if (!json_array_size(letters))
		return error_reason(error, ERROR_INVALID, "empty", "letters", "Say which letters");
	json_array_foreach(letters, i, letter)
	{
		const char *text = json_string_value(letter);
		Id ignored;

		if (!text)
			return error_reason(error, ERROR_INVALID, "invalid", "letters",
					    "Letters are texts");
		if (!classes_add(self, actor, year, grade, text, &ignored, error))
			return false;
	}
	return true;
}

bool post_classes(void *room, Request *request, GError **error)
{
	const Actor *actor = request_actor(request);
	const char *year = NULL;
	gint64 grade = 0;
	json_t *letters = NULL;
	const Field fields[] = {
		{"year", FIELD_ID, true, 0, &year},
		{"grade", FIELD_INT, true, 0, &grade},
		{"letters", FIELD_ARRAY, true, LETTERS_MAX, &letters},
		{0},
	};

	return json_read(request_body(request), fields, error) &&
	       add_classes(room, actor, year, (int)CLAMP(grade, 0, GRADE_MAX + 1), letters, error) &&
	       reply_text(request, 201, classes_render_list(room, actor, year, error));
}

bool patch_class(void *room, Request *request, GError **error)
{
	const char *letter = NULL;
	const char *class_id;
	gint64 grade = 0;
	const Field fields[] = {
		{"grade", FIELD_INT, false, 0, &grade},
		{"letter", FIELD_TEXT, false, 0, &letter},
		{0},
	};

	if (!request_param_id(request, "class", &class_id, error) ||
	    !json_read(request_body(request), fields, error))
		return false;
	if (!grade && json_object_get(request_body(request), "grade"))
		grade = -1;
	return classes_rename(room, request_actor(request), class_id,
			      (int)CLAMP(grade, -1, GRADE_MAX + 1), letter, error) &&
	       reply_class(room, request, class_id, error);
}

bool delete_class(void *room, Request *request, GError **error)
{
	const char *class_id;

	if (!request_param_id(request, "class", &class_id, error) ||
	    !classes_remove(room, request_actor(request), class_id, error))
		return false;
	request_reply_empty(request);
	return true;
}

/* --- Seats --- */

static bool read_as(const char *name, MemberAs *ret_as, GError **error)
{
	static const char *const NAMES[] = {
		[MEMBER_PUPIL] = "pupil",
		[MEMBER_TEACHER] = "teacher",
		[MEMBER_CLASS_TEACHER] = "class_teacher",
	};

	for (MemberAs as = MEMBER_PUPIL; as <= MEMBER_CLASS_TEACHER; as++) {
		if (strcmp(name, NAMES[as]) == 0) {
			*ret_as = as;
			return true;
		}
	}
	return error_reason(error, ERROR_INVALID, "invalid", "as",
			    "Somebody is in a class as pupil, teacher or class_teacher");
}

bool put_member(void *room, Request *request, GError **error)
{
	const char *as = NULL;
	Seat seat = {0};
	const Field fields[] = {
		{"as", FIELD_TEXT, true, 0, &as},
		{"from", FIELD_ID, false, 0, &seat.from},
		{"instead", FIELD_ID, false, 0, &seat.instead},
		{0},
	};

	return request_param_id(request, "class", &seat.class_id, error) &&
	       request_param_id(request, "person", &seat.person, error) &&
	       json_read(request_body(request), fields, error) && read_as(as, &seat.as, error) &&
	       classes_seat(room, request_actor(request), &seat, error) &&
	       reply_class(room, request, seat.class_id, error);
}

bool delete_member(void *room, Request *request, GError **error)
{
	const char *class_id;
	const char *person;

	if (!request_param_id(request, "class", &class_id, error) ||
	    !request_param_id(request, "person", &person, error) ||
	    !classes_remove_member(room, request_actor(request), class_id, person, error))
		return false;
	request_reply_empty(request);
	return true;
}
