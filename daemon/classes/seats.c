/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who takes which seat: pupils sit, teachers teach, one of them is the class teacher; and what of
 * it is one action for who does it: moving a pupil, handing a class over. */
#include "classes/classes-private.h"

#include <string.h>

static int count_members(Classes *self, const char *class_id, bool pupils, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_class_members");

	query_bind_text(query, ":class", class_id);
	query_bind_int(query, ":pupils", pupils);
	return query_one(query, error) ? (int)query_int(query, 0) : INT_MAX;
}

static bool check_room(Classes *self, const char *class_id, MemberAs as, GError **error)
{
	bool pupils = as == MEMBER_PUPIL;
	int most = pupils ? CLASS_PUPILS_MAX : CLASS_TEACHERS_MAX;

	return count_members(self, class_id, pupils, error) < most ||
	       error_reason(error, ERROR_CONFLICT, "class-full", NULL,
			    "A class has at most %d pupils and %d teachers", CLASS_PUPILS_MAX,
			    CLASS_TEACHERS_MAX);
}

/* Who sits elsewhere in the year, who else is the class teacher. */
static bool check_free(Classes *self, const char *class_id, const char *person, MemberAs as,
		       GError **error)
{
	if (as == MEMBER_PUPIL && classes_has_row(self, "has_other_seat", class_id, person))
		return error_reason(error, ERROR_CONFLICT, "sits-elsewhere", NULL,
				    "This pupil sits in another class of the same year");
	if (as == MEMBER_CLASS_TEACHER &&
	    classes_has_row(self, "has_other_class_teacher", class_id, person))
		return error_reason(error, ERROR_CONFLICT, "class-teacher-there", NULL,
				    "This class has a class teacher");
	return true;
}

static bool check_seat(Classes *self, const char *class_id, const char *person, MemberAs as,
		       GError **error)
{
	unsigned roles = people_roles(self->people, person);

	if (!classes_exists(self, class_id) || !roles)
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	if (!(roles & (as == MEMBER_PUPIL ? ROLE_PUPIL : ROLE_TEACHER)))
		return error_reason(error, ERROR_INVALID, "invalid", "as",
				    as == MEMBER_PUPIL ? "Only a pupil sits in a class"
						       : "Only a teacher teaches a class");
	return check_free(self, class_id, person, as, error);
}

static bool tell(Classes *self, const char *class_id, const char *person, GError **error)
{
	g_autofree char *data = g_strdup_printf("{\"class_id\":\"%s\",\"renamed\":false}", class_id);
	g_autoptr(GPtrArray) parents = people_parents(self->people, person, error);

	if (!parents)
		return false;
	people_tell_changed(self->people, person);
	for (guint i = 0; i < parents->len; i++)
		people_tell_changed(self->people, parents->pdata[i]);
	/* Its members hear of it by the event; administrators, who may be none, by this. */
	events_signal(self->events, "admins", "class", class_id, data);
	return true;
}

bool classes_tell_all(Classes *self, const char *class_id, bool renamed, GError **error)
{
	g_autofree char *data = g_strdup_printf("{\"class_id\":\"%s\",\"renamed\":%s}", class_id,
						renamed ? "true" : "false");
	g_autoptr(GPtrArray) people = NULL;

	{
		g_autoptr(Query) query = store_query(self->store, "list_class_people");

		query_bind_text(query, ":class", class_id);
		people = query_list_texts(query, error);
	}
	for (guint i = 0; people && i < people->len; i++)
		people_tell_changed(self->people, people->pdata[i]);
	events_signal(self->events, "admins", "class", class_id, data);
	return people != NULL;
}

static bool append(Classes *self, const Actor *actor, const char *kind, const char *class_id,
		   const char *person, json_t *body, GError **error)
{
	g_autofree char *scope = g_strconcat("class:", class_id, NULL);
	g_autoptr(Event) event = event_new(actor, kind, scope, class_id, body);

	return events_append(self->events, event, error) &&
	       tell(self, class_id, person, error);
}

bool classes_add_member(Classes *self, const Actor *actor, const char *class_id, const char *person,
			MemberAs as, GError **error)
{
	MemberAs now;

	if (!actor_check_administrator(actor, error) ||
	    !check_seat(self, class_id, person, as, error))
		return false;
	now = classes_member_as(self, class_id, person);
	if (now == as)
		return true;
	if ((!now || (now == MEMBER_PUPIL) != (as == MEMBER_PUPIL)) &&
	    !check_room(self, class_id, as, error))
		return false;
	return append(self, actor, "class.member.added", class_id, person,
		      json_pack("{s:s, s:i}", "person", person, "as", (int)as), error);
}

bool classes_remove_member(Classes *self, const Actor *actor, const char *class_id,
			   const char *person, GError **error)
{
	if (!actor_check_administrator(actor, error))
		return false;
	if (!classes_is_member(self, class_id, person))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	return append(self, actor, "class.member.removed", class_id, person,
		      json_pack("{s:s}", "person", person), error);
}

/* The pupil leaves `from`, if that is still the seat and in the same year. */
static bool leave(Classes *self, const Actor *actor, const Seat *seat, GError **error)
{
	if (seat->as != MEMBER_PUPIL || strcmp(seat->from, seat->class_id) == 0)
		return error_reason(error, ERROR_INVALID, "invalid", "from",
				    "A pupil moves from another class");
	if (classes_member_as(self, seat->from, seat->person) != MEMBER_PUPIL ||
	    !classes_has_row(self, "is_class_of_same_year", seat->class_id, seat->from))
		return error_reason(error, ERROR_CONFLICT, "pupil-moved", NULL,
				    "This pupil does not sit in that class any more");
	return classes_remove_member(self, actor, seat->from, seat->person, error);
}

/* Who was the class teacher goes on teaching the class. */
static bool step_back(Classes *self, const Actor *actor, const Seat *seat, GError **error)
{
	if (seat->as != MEMBER_CLASS_TEACHER || strcmp(seat->instead, seat->person) == 0)
		return error_reason(error, ERROR_INVALID, "invalid", "instead",
				    "A class teacher comes instead of another one");
	if (classes_member_as(self, seat->class_id, seat->instead) != MEMBER_CLASS_TEACHER)
		return error_reason(error, ERROR_CONFLICT, "class-teacher-changed", NULL,
				    "Somebody else is the class teacher by now");
	return classes_add_member(self, actor, seat->class_id, seat->instead, MEMBER_TEACHER, error);
}

bool classes_seat(Classes *self, const Actor *actor, const Seat *seat, GError **error)
{
	return actor_check_administrator(actor, error) &&
	       (!seat->from || leave(self, actor, seat, error)) &&
	       (!seat->instead || step_back(self, actor, seat, error)) &&
	       classes_add_member(self, actor, seat->class_id, seat->person, seat->as, error);
}
