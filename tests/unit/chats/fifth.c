/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The class 5А with its people. */
#include "fifth.h"

#include "chats/chats-private.h"

#include <string.h>

Actor actor_of(Rooms *rooms, const Id *person)
{
	return (Actor){.kind = ACTOR_PERSON, .person = *person,
	               .roles = people_roles(rooms->people, person->text)};
}

static void must(Rooms *rooms, bool done, GError *error)
{
	g_assert_no_error(error);
	g_assert_true(done);
	rooms_end(rooms, true);
}

Id add_person(Rooms *rooms, const char *family_name, unsigned roles)
{
	const NewPerson person = {.family_name = family_name, .given_name = "Соня",
	                          .patronymic = "Олеговна", .roles = roles};
	GError *error = NULL;
	Id id;

	rooms_begin(rooms);
	must(rooms, people_add(rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error), error);
	return id;
}

Id add_class(Fifth *self, int grade, const char *letter)
{
	GError *error = NULL;
	Id id;

	rooms_begin(self->rooms);
	must(self->rooms,
	     classes_add(self->rooms->classes, &ACTOR_OF_SYSTEM, self->year.text, grade, letter, &id,
	                 &error),
	     error);
	return id;
}

void add_member(Fifth *self, const Id *class_id, const Id *person, MemberAs as)
{
	GError *error = NULL;

	rooms_begin(self->rooms);
	must(self->rooms,
	     classes_add_member(self->rooms->classes, &ACTOR_OF_SYSTEM, class_id->text,
	                        person->text, as, &error),
	     error);
}

void remove_member(Fifth *self, const Id *class_id, const Id *person)
{
	GError *error = NULL;

	rooms_begin(self->rooms);
	must(self->rooms,
	     classes_remove_member(self->rooms->classes, &ACTOR_OF_SYSTEM, class_id->text,
	                           person->text, &error),
	     error);
}

void link_parent(Fifth *self, const Id *child, const Id *parent)
{
	GError *error = NULL;

	rooms_begin(self->rooms);
	must(self->rooms,
	     people_link_parent(self->rooms->people, &ACTOR_OF_SYSTEM, child->text, parent->text,
	                        &error),
	     error);
}

static Id add_year(Rooms *rooms)
{
	GError *error = NULL;
	Id id;

	rooms_begin(rooms);
	must(rooms,
	     classes_add_year(rooms->classes, &ACTOR_OF_SYSTEM, "2026/27", "2026-09-01",
	                      "2027-05-31", &id, &error),
	     error);
	return id;
}

Fifth *fifth_new(void)
{
	Fifth *self = g_new0(Fifth, 1);

	self->rooms = rooms_open(NULL);
	self->year = add_year(self->rooms);
	self->admin = add_person(self->rooms, "Администратор", ROLE_ADMINISTRATOR);
	self->teacher = add_person(self->rooms, "Учитель", ROLE_TEACHER);
	self->subject = add_person(self->rooms, "Предметник", ROLE_TEACHER);
	self->stranger = add_person(self->rooms, "Чужой", ROLE_TEACHER);
	self->sonya = add_person(self->rooms, "Миронова", ROLE_PUPIL);
	self->dima = add_person(self->rooms, "Орлов", ROLE_PUPIL);
	self->mother = add_person(self->rooms, "Миронова", ROLE_PARENT);
	self->class_id = add_class(self, 5, "А");
	add_member(self, &self->class_id, &self->teacher, MEMBER_CLASS_TEACHER);
	add_member(self, &self->class_id, &self->subject, MEMBER_TEACHER);
	add_member(self, &self->class_id, &self->sonya, MEMBER_PUPIL);
	add_member(self, &self->class_id, &self->dima, MEMBER_PUPIL);
	link_parent(self, &self->sonya, &self->mother);
	self->staff_chat = chats_id_of(CHAT_STAFF, NULL);
	self->pupils_chat = chats_id_of(CHAT_CLASS_PUPILS, self->class_id.text);
	self->parents_chat = chats_id_of(CHAT_CLASS_PARENTS, self->class_id.text);
	return self;
}

void fifth_free(Fifth *self)
{
	rooms_free(self->rooms);
	g_free(self);
}

Id reply(Fifth *self, const Id *author, const Id *chat, const char *text, const Id *reply_to)
{
	Actor actor = actor_of(self->rooms, author);
	GError *error = NULL;
	Id id;

	rooms_begin(self->rooms);
	must(self->rooms,
	     chats_post(self->rooms->chats, &actor, chat->text, text,
	                reply_to ? reply_to->text : NULL, NULL, &id, &error),
	     error);
	return id;
}

Id post(Fifth *self, const Id *author, const Id *chat, const char *text)
{
	return reply(self, author, chat, text, NULL);
}

void edit(Fifth *self, const Id *author, const Id *chat, const Id *message, const char *text)
{
	Actor actor = actor_of(self->rooms, author);
	GError *error = NULL;

	rooms_begin(self->rooms);
	must(self->rooms,
	     chats_edit(self->rooms->chats, &actor, chat->text, message->text, text, &error), error);
}

void delete_it(Fifth *self, const Id *author, const Id *chat, const Id *message)
{
	Actor actor = actor_of(self->rooms, author);
	GError *error = NULL;

	rooms_begin(self->rooms);
	must(self->rooms,
	     chats_delete(self->rooms->chats, &actor, chat->text, message->text, &error), error);
}

void mark(Fifth *self, const Id *reader, const Id *chat, const Id *message)
{
	Actor actor = actor_of(self->rooms, reader);
	GError *error = NULL;

	rooms_begin(self->rooms);
	must(self->rooms,
	     chats_mark_read(self->rooms->chats, &actor, chat->text, message->text, &error), error);
}

Answer get(Fifth *self, const Id *person, const char *format, ...)
{
	g_autofree char *path = NULL;
	Answer answer;
	va_list args;

	va_start(args, format);
	path = g_strdup_vprintf(format, args);
	va_end(args);
	answer = rooms_ask(self->rooms, person, "GET", path, NULL, NULL);
	g_assert_cmpuint(answer.status, ==, 200);
	return answer;
}

void assert_refused(Fifth *self, const Id *person, const char *method, const char *path,
                    const char *body, unsigned status, const char *reason)
{
	g_auto(Answer) answer = rooms_ask(self->rooms, person, method, path, body, NULL);
	g_autofree char *type = g_strconcat("urn:urok:problem:", reason, NULL);

	g_test_message("%s %s %s", method, path, body ? body : "");
	g_assert_cmpuint(answer.status, ==, status);
	g_assert_cmpstr(answer_text(&answer, "type"), ==, type);
}

char *chat_path(const Id *chat, const char *rest)
{
	return g_strconcat("/api/v1/chats/", chat->text, rest, NULL);
}

int64_t unread_of(Fifth *self, const Id *person, const Id *chat)
{
	g_auto(Answer) answer = get(self, person, "/api/v1/chats/%s", chat->text);

	return json_integer_value(answer_at(&answer, "unread"));
}

bool is_in(Fifth *self, const Id *person, const Id *chat)
{
	g_auto(Answer) answer = get(self, person, "/api/v1/chats");
	size_t i;
	json_t *item;

	json_array_foreach(answer_at(&answer, "items"), i, item) {
		if (strcmp(json_string_value(json_object_get(item, "id")), chat->text) == 0)
			return true;
	}
	return false;
}

char *texts_of(const Answer *page)
{
	GString *out = g_string_new(NULL);
	size_t i;
	json_t *item;

	json_array_foreach(answer_at(page, "items"), i, item) {
		const char *text = json_string_value(json_object_get(item, "text"));

		g_string_append_printf(out, "%s%s", i ? "|" : "", text ? text : "-");
	}
	return g_string_free(out, FALSE);
}
