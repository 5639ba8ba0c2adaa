/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of classes: years, classes in them, who sits where, who teaches whom. */
#include "base/text.h"
#include "classes/classes-private.h"

#include <string.h>

const Migration CLASSES_MIGRATION = {.resource = "/urok/classes/classes-schema.sql"};

static void add_scopes(void *room, const Actor *reader, ScopeSet *set)
{
	Classes *self = room;
	g_autoptr(Query) query = store_query(self->store, "list_class_scopes");
	bool row;

	if (reader->kind != ACTOR_PERSON)
		return;
	query_bind_text(query, ":person", reader->person.text);
	while (query_next(query, &row, NULL) && row) {
		g_autofree char *scope = g_strconcat("class:", query_text(query, 0), NULL);

		scope_add(set, scope);
	}
}

static bool may_see_class(Classes *self, const Actor *actor, const char *class_id)
{
	if (!classes_exists(self, class_id))
		return false;
	return (actor->roles & ROLE_STAFF) ||
	       classes_is_member(self, class_id, actor->person.text) ||
	       classes_is_parent_in(self, class_id, actor->person.text);
}

static bool gate_class_visible(void *room, Request *request, GError **error)
{
	const Actor *actor = request_actor(request);
	const char *class_id;

	if (actor->kind != ACTOR_PERSON)
		return error_set(error, ERROR_UNAUTHENTICATED, "Please sign in");
	if (!request_param_id(request, "class", &class_id, error))
		return false;
	if (may_see_class(room, actor, class_id))
		return true;
	return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

Classes *classes_new(const ClassesOptions *options)
{
	Classes *self = g_new0(Classes, 1);

	self->store = options->store;
	self->events = options->events;
	self->people = options->people;
	events_add_kinds(self->events, CLASSES_EVENTS, self);
	classes_follow(self);
	events_add_audience(self->events, add_scopes, self);
	people_set_sight(self->people, &CLASSES_SIGHT, self);
	people_set_belonging(self->people, &CLASSES_BELONGING, self);
	if (options->http)
		http_add_gate(options->http, "class-visible", gate_class_visible, self);
	return self;
}

void classes_free(Classes *self)
{
	g_free(self);
}

void classes_set_chats_of(Classes *self, ChatsOfClass chats_of, void *room)
{
	self->chats_of = chats_of;
	self->chats_room = room;
}

/* --- Questions --- */

bool classes_find_year(Classes *self, int64_t *ret_year, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_current_year");
	char now[TIME_TEXT_SIZE];

	clock_format(events_now_ms(self->events), now);
	now[10] = '\0'; /* the date */
	query_bind_text(query, ":today", now);
	if (!query_one(query, error))
		return false;
	*ret_year = query_int(query, 0);
	return true;
}

static int find_member_as(Classes *self, const char *class_id, const char *person)
{
	g_autoptr(Query) query = store_query(self->store, "find_class_member");
	bool row;

	query_bind_text(query, ":class", class_id);
	query_bind_text(query, ":person", person);
	return query_next(query, &row, NULL) && row ? (int)query_int(query, 0) : 0;
}

bool classes_is_member(Classes *self, const char *class_id, const char *person)
{
	return find_member_as(self, class_id, person) != 0;
}

bool classes_is_class_teacher(Classes *self, const char *class_id, const char *person)
{
	return find_member_as(self, class_id, person) == MEMBER_CLASS_TEACHER;
}

static bool has_row(Classes *self, const char *statement, const char *class_id, const char *person)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	bool row;

	query_bind_text(query, ":class", class_id);
	query_bind_text(query, ":person", person);
	return query_next(query, &row, NULL) && row;
}

bool classes_is_parent_in(Classes *self, const char *class_id, const char *person)
{
	return has_row(self, "is_class_parent", class_id, person);
}

char *classes_dup_title(Classes *self, const char *class_id)
{
	g_autoptr(Query) query = store_query(self->store, "find_class");
	bool row;

	query_bind_text(query, ":id", class_id);
	return query_next(query, &row, NULL) && row ? g_strdup(query_text(query, 0)) : NULL;
}

bool classes_exists(Classes *self, const char *class_id)
{
	g_autofree char *title = classes_dup_title(self, class_id);

	return title != NULL;
}

/* --- Rules --- */

static bool append(Classes *self, Event *event, GError **error)
{
	g_autoptr(Event) owned = event;

	return events_append(self->events, owned, error);
}

static bool check_year(const char *title, const char *from_date, const char *to_date,
		       GError **error)
{
	if (text_is_blank(title))
		return error_reason(error, ERROR_INVALID, "empty", "title", "The title is empty");
	if (text_length(title) > YEAR_TITLE_CHARACTERS_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", "title",
				    "The title has at most %d characters",
				    YEAR_TITLE_CHARACTERS_MAX);
	if (!text_is_date(from_date))
		return error_reason(error, ERROR_INVALID, "invalid", "from_date",
				    "A date looks like 2026-09-01");
	if (!text_is_date(to_date) || strcmp(from_date, to_date) >= 0)
		return error_reason(error, ERROR_INVALID, "invalid", "to_date",
				    "A year ends after it began, at a date like 2027-05-31");
	return true;
}

bool classes_add_year(Classes *self, const Actor *actor, const char *title, const char *from_date,
		      const char *to_date, Id *ret_id, GError **error)
{
	Id id = id_new();

	if (!actor_check_administrator(actor, error) || !check_year(title, from_date, to_date, error))
		return false;
	if (!append(self,
		    event_new(actor, "year.added", "school", id.text,
			      json_pack("{s:s, s:s, s:s}", "title", title, "from_date", from_date,
					"to_date", to_date)),
		    error))
		return false;
	*ret_id = id;
	return true;
}

static bool check_year_exists(Classes *self, const char *year, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "has_school_year");

	query_bind_text(query, ":id", year);
	return query_one(query, error);
}

static bool check_letter(const char *letter, GError **error)
{
	size_t length = text_length(letter);
	bool letters = length >= 1 && length <= LETTER_CHARACTERS_MAX;

	for (const char *at = letter; letters && *at; at = g_utf8_next_char(at))
		letters = g_unichar_isalpha(g_utf8_get_char(at));
	if (letters)
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "letter",
			    "A class has 1 to %d letters", LETTER_CHARACTERS_MAX);
}

static bool check_new_class(Classes *self, const char *year, int grade, const char *letter,
			    GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "has_class_like");
	bool row;

	query_bind_text(query, ":year", year);
	query_bind_int(query, ":grade", grade);
	query_bind_text(query, ":letter", letter);
	if (!query_next(query, &row, error))
		return false;
	if (row)
		return error_set(error, ERROR_CONFLICT, "There is a class %d%s this year", grade,
				 letter);
	return true;
}

bool classes_add(Classes *self, const Actor *actor, const char *year, int grade, const char *letter,
		 Id *ret_id, GError **error)
{
	g_autofree char *upper = g_utf8_strup(letter, -1);
	g_autofree char *title = g_strdup_printf("%d%s", grade, upper);
	Id id = id_new();

	if (!actor_check_administrator(actor, error) || !check_year_exists(self, year, error))
		return false;
	if (grade < 1 || grade > GRADE_MAX)
		return error_reason(error, ERROR_INVALID, "invalid", "grade", "A grade is 1 to %d",
				    GRADE_MAX);
	if (!check_letter(letter, error) || !check_new_class(self, year, grade, upper, error))
		return false;
	if (!append(self,
		    event_new(actor, "class.added", "school", id.text,
			      json_pack("{s:s, s:i, s:s, s:s}", "year", year, "grade", grade,
					"letter", upper, "title", title)),
		    error))
		return false;
	*ret_id = id;
	return true;
}

static bool check_class_and_person(Classes *self, const char *class_id, const char *person,
				   unsigned *ret_roles, GError **error)
{
	*ret_roles = people_roles(self->people, person);
	if (classes_exists(self, class_id) && *ret_roles)
		return true;
	return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

static bool check_seat(Classes *self, const char *class_id, const char *person, MemberAs as,
		       GError **error)
{
	unsigned roles;

	if (!check_class_and_person(self, class_id, person, &roles, error))
		return false;
	if (!(roles & (as == MEMBER_PUPIL ? ROLE_PUPIL : ROLE_TEACHER)))
		return error_reason(error, ERROR_INVALID, "invalid", "as",
				    as == MEMBER_PUPIL ? "Only a pupil sits in a class"
						       : "Only a teacher teaches a class");
	if (as == MEMBER_PUPIL && has_row(self, "has_other_seat", class_id, person))
		return error_set(error, ERROR_CONFLICT,
				 "This pupil sits in another class of the same year");
	if (as == MEMBER_CLASS_TEACHER &&
	    has_row(self, "has_other_class_teacher", class_id, person))
		return error_set(error, ERROR_CONFLICT, "This class has a class teacher");
	return true;
}

static bool tell_family(Classes *self, const char *person, GError **error)
{
	g_autoptr(GPtrArray) parents = people_parents(self->people, person, error);

	if (!parents)
		return false;
	people_tell_changed(self->people, person);
	for (guint i = 0; i < parents->len; i++)
		people_tell_changed(self->people, parents->pdata[i]);
	return true;
}

static bool append_member(Classes *self, const Actor *actor, const char *kind, const char *class_id,
			  const char *person, json_t *body, GError **error)
{
	g_autofree char *scope = g_strconcat("class:", class_id, NULL);

	return append(self, event_new(actor, kind, scope, class_id, body), error) &&
	       tell_family(self, person, error);
}

bool classes_add_member(Classes *self, const Actor *actor, const char *class_id, const char *person,
			MemberAs as, GError **error)
{
	if (!actor_check_administrator(actor, error) || !check_seat(self, class_id, person, as, error))
		return false;
	if (find_member_as(self, class_id, person) == (int)as)
		return true;
	return append_member(self, actor, "class.member.added", class_id, person,
			     json_pack("{s:s, s:i}", "person", person, "as", (int)as), error);
}

bool classes_remove_member(Classes *self, const Actor *actor, const char *class_id,
			   const char *person, GError **error)
{
	if (!actor_check_administrator(actor, error))
		return false;
	if (!classes_is_member(self, class_id, person))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	return append_member(self, actor, "class.member.removed", class_id, person,
			     json_pack("{s:s}", "person", person), error);
}
