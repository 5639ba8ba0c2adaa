/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Classes: which there are, what they are called, who asks about them. Who sits in them: seats.c. */
#include "base/text.h"
#include "classes/classes-private.h"

#include <string.h>

const Migration CLASSES_MIGRATION = {.resource = "/urok/classes/classes-schema.sql"};
const Migration CLASSES_REMOVED_MIGRATION = {
	.resource = "/urok/classes/classes-removed-schema.sql"};

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

static bool is_of_this_year(Classes *self, const char *class_id)
{
	g_autoptr(Query) query = NULL;
	int64_t year;
	bool row;

	if (!classes_find_year(self, &year, NULL))
		return false;
	query = store_query(self->store, "is_class_of_year");
	query_bind_text(query, ":class", class_id);
	query_bind_int(query, ":year", year);
	return query_next(query, &row, NULL) && row;
}

/* Relations are of a school year (relations.c): last year's classmates are strangers. */
static bool may_see_class(Classes *self, const Actor *actor, const char *class_id)
{
	if (!classes_exists(self, class_id))
		return false;
	if (actor->roles & ROLE_STAFF)
		return true;
	return is_of_this_year(self, class_id) &&
	       (classes_is_member(self, class_id, actor->person.text) ||
		classes_is_parent_in(self, class_id, actor->person.text));
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
	events_add_kinds(self->events, PROMOTION_EVENTS, self);
	classes_follow(self);
	events_add_audience(self->events, add_scopes, self);
	store_add_person_data(self->store, &CLASSES_DATA, self);
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

void classes_today(Classes *self, char ret_today[TIME_TEXT_SIZE])
{
	clock_format(events_now_ms(self->events), ret_today);
	ret_today[strlen("2026-09-01")] = '\0';
}

bool classes_find_year(Classes *self, int64_t *ret_year, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_current_year");
	char today[TIME_TEXT_SIZE];

	classes_today(self, today);
	query_bind_text(query, ":today", today);
	if (!query_one(query, error))
		return false;
	*ret_year = query_int(query, 0);
	return true;
}

MemberAs classes_member_as(Classes *self, const char *class_id, const char *person)
{
	g_autoptr(Query) query = store_query(self->store, "find_class_member");
	bool row;

	query_bind_text(query, ":class", class_id);
	query_bind_text(query, ":person", person);
	return query_next(query, &row, NULL) && row ? (MemberAs)query_int(query, 0) : 0;
}

bool classes_is_member(Classes *self, const char *class_id, const char *person)
{
	return classes_member_as(self, class_id, person) != 0;
}

bool classes_is_class_teacher(Classes *self, const char *class_id, const char *person)
{
	return classes_member_as(self, class_id, person) == MEMBER_CLASS_TEACHER;
}

bool classes_has_row(Classes *self, const char *statement, const char *class_id,
		     const char *person)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	bool row;

	query_bind_text(query, ":class", class_id);
	query_bind_text(query, ":person", person);
	return query_next(query, &row, NULL) && row;
}

bool classes_is_parent_in(Classes *self, const char *class_id, const char *person)
{
	return classes_has_row(self, "is_class_parent", class_id, person);
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

typedef struct {
	int64_t year;
	int grade;
	char *letter; /* borrowed, in capitals */
} Name;

static bool append(Classes *self, Event *event, GError **error)
{
	g_autoptr(Event) owned = event;

	return events_append(self->events, owned, error);
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

/* By (grade, letter) of the year; a class that is renamed may be the one that is there. */
static bool check_name_free(Classes *self, const Name *name, const char *own, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_class_like");
	bool row;

	query_bind_int(query, ":year", name->year);
	query_bind_int(query, ":grade", name->grade);
	query_bind_text(query, ":letter", name->letter);
	if (!query_next(query, &row, error))
		return false;
	return !row || g_strcmp0(query_text(query, 0), own) == 0 ||
	       error_reason(error, ERROR_CONFLICT, "class-exists", "letter",
			    "There is a class %d%s this year", name->grade, name->letter);
}

static bool check_name(Classes *self, const Name *name, const char *own, GError **error)
{
	if (name->grade < 1 || name->grade > GRADE_MAX)
		return error_reason(error, ERROR_INVALID, "invalid", "grade", "A grade is 1 to %d",
				    GRADE_MAX);
	return check_letter(name->letter, error) && check_name_free(self, name, own, error);
}

bool classes_add(Classes *self, const Actor *actor, const char *year, int grade, const char *letter,
		 Id *ret_id, GError **error)
{
	g_autofree char *upper = g_utf8_strup(letter, -1);
	g_autofree char *title = g_strdup_printf("%d%s", grade, upper);
	Name name = {.grade = grade, .letter = upper};
	Id id = id_new();

	if (!actor_check_administrator(actor, error) || !years_find(self, year, &name.year, error) ||
	    !check_name(self, &name, NULL, error) || !years_check_room(self, name.year, 1, error))
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

static bool load_name(Classes *self, const char *class_id, Name *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_class");

	query_bind_text(query, ":id", class_id);
	if (!query_one(query, error))
		return false;
	ret->year = query_int(query, 1);
	ret->grade = (int)query_int(query, 2);
	ret->letter = g_strdup(query_text(query, 3));
	return true;
}

bool classes_rename(Classes *self, const Actor *actor, const char *class_id, int grade,
		    const char *letter, GError **error)
{
	g_autofree char *upper = letter ? g_utf8_strup(letter, -1) : NULL;
	g_autofree char *was = NULL;
	g_autofree char *title = NULL;
	g_autofree char *scope = g_strconcat("class:", class_id, NULL);
	Name name = {0};

	if (!actor_check_administrator(actor, error) || !load_name(self, class_id, &name, error))
		return false;
	was = name.letter;
	name.grade = grade ? grade : name.grade;
	name.letter = upper ? upper : was;
	if (!check_name(self, &name, class_id, error))
		return false;
	title = g_strdup_printf("%d%s", name.grade, name.letter);
	return append(self,
		      event_new(actor, "class.changed", scope, class_id,
				json_pack("{s:i, s:s, s:s}", "grade", name.grade, "letter",
					  name.letter, "title", title)),
		      error) &&
	       classes_tell_all(self, class_id, true, error);
}

static bool is_empty(Classes *self, const char *class_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "has_class_members");
	bool row;

	query_bind_text(query, ":class", class_id);
	if (!query_next(query, &row, error))
		return false;
	return !row || error_reason(error, ERROR_CONFLICT, "class-not-empty", NULL,
				    "There is somebody in this class: move or remove them first");
}

bool classes_remove(Classes *self, const Actor *actor, const char *class_id, GError **error)
{
	if (!actor_check_administrator(actor, error))
		return false;
	if (!classes_exists(self, class_id))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	return is_empty(self, class_id, error) &&
	       append(self,
		      event_new(actor, "class.removed", "staff", class_id, json_pack("{}")), error);
}
