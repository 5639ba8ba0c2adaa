/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Complaints: who makes and who handles them, and that a chat opens to two people together. */
#include "fifth.h"

#include "chats/complaints.h"

#include <string.h>

typedef struct {
	Fifth *f;
	Id second; /* another administrator */
	Id chat;   /* of Dima and Sonya */
	Id bad;    /* Dima wrote it to her */
	Id complaint;
} Case;

static Id open_chat(Fifth *f, const Id *from, const Id *to)
{
	g_autofree char *body = g_strdup_printf("{\"with\":\"%s\"}", to->text);
	g_auto(Answer) answer = rooms_ask(f->rooms, from, "POST", "/api/v1/chats", body, NULL);

	return id_from(answer_text(&answer, "id"));
}

static char *complaints_path(const Id *chat, const Id *message)
{
	return g_strdup_printf("/api/v1/chats/%s/messages/%s/complaints", chat->text, message->text);
}

static Id complain(Fifth *f, const Id *person, const Id *chat, const Id *message)
{
	g_autofree char *path = complaints_path(chat, message);
	g_auto(Answer) answer = rooms_ask(f->rooms, person, "POST", path,
	                                  "{\"reason\":\"insult\",\"words\":\"обидно\"}", NULL);

	g_assert_cmpuint(answer.status, ==, 201);
	return id_from(answer_text(&answer, "id"));
}

static Case *case_new(void)
{
	Case *self = g_new0(Case, 1);

	self->f = fifth_new();
	self->second = add_person(self->f->rooms, "Вторая", ROLE_ADMINISTRATOR);
	self->chat = open_chat(self->f, &self->f->dima, &self->f->sonya);
	post(self->f, &self->f->dima, &self->chat, "до того");
	self->bad = post(self->f, &self->f->dima, &self->chat, "плохое слово");
	self->complaint = complain(self->f, &self->f->sonya, &self->chat, &self->bad);
	return self;
}

static void case_free(Case *self)
{
	fifth_free(self->f);
	g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Case, case_free)

static char *path_of(const Case *self, const char *rest)
{
	return g_strdup_printf("/api/v1/complaints/%s%s", self->complaint.text, rest);
}

static size_t listed(const Case *self, const Id *person)
{
	g_auto(Answer) answer = get(self->f, person, "/api/v1/complaints");

	return json_array_size(answer_at(&answer, "items"));
}

static void refuse(const Case *self, const Id *person, const char *method, const char *rest,
                   const char *body, unsigned status, const char *reason)
{
	g_autofree char *path = path_of(self, rest);

	assert_refused(self->f, person, method, path, body, status, reason);
}

static Answer done(const Case *self, const Id *person, const char *method, const char *rest,
                   const char *body)
{
	g_autofree char *path = path_of(self, rest);
	Answer answer = rooms_ask(self->f->rooms, person, method, path, body, NULL);

	g_test_message("%s %s: %u", method, path, answer.status);
	g_assert_cmpuint(answer.status, <, 300);
	return answer;
}

static void test_administrators_see_it_with_the_message(void)
{
	g_autoptr(Case) c = case_new();
	g_auto(Answer) seen = done(c, &c->f->admin, "GET", "", NULL);

	g_assert_cmpuint(listed(c, &c->f->admin), ==, 1);
	g_assert_cmpstr(answer_text(&seen, "message.text"), ==, "плохое слово");
	g_assert_cmpstr(answer_text(&seen, "message.author.id"), ==, c->f->dima.text);
	g_assert_cmpstr(answer_text(&seen, "by.id"), ==, c->f->sonya.text);
	g_assert_cmpstr(answer_text(&seen, "reason"), ==, "insult");
	g_assert_cmpstr(answer_text(&seen, "words"), ==, "обидно");
	/* A private chat is none of the class teacher's. */
	g_assert_cmpuint(listed(c, &c->f->teacher), ==, 0);
	refuse(c, &c->f->teacher, "GET", "", NULL, 404, "not-found");
	refuse(c, &c->f->sonya, "GET", "", NULL, 404, "not-found");
	refuse(c, &c->f->dima, "PUT", "/decision", "{\"decision\":\"kept\"}", 404, "not-found");
	assert_refused(c->f, &c->f->sonya, "GET", "/api/v1/complaints", NULL, 403, "forbidden");
}

static void test_the_class_teacher_handles_the_classes_chat(void)
{
	g_autoptr(Case) c = case_new();
	Id message = post(c->f, &c->f->dima, &c->f->pupils_chat, "при всех");
	Id own = post(c->f, &c->f->teacher, &c->f->pupils_chat, "сам учитель");

	c->complaint = complain(c->f, &c->f->sonya, &c->f->pupils_chat, &message);
	g_assert_cmpuint(listed(c, &c->f->teacher), ==, 1);
	g_assert_cmpuint(listed(c, &c->f->subject), ==, 0);
	refuse(c, &c->f->subject, "GET", "", NULL, 404, "not-found");
	{
		g_auto(Answer) decided = done(c, &c->f->teacher, "PUT", "/decision",
		                              "{\"decision\":\"removed\",\"words\":\"поговорили\"}");

		g_assert_cmpstr(answer_text(&decided, "decision"), ==, "removed");
		g_assert_true(json_is_true(answer_at(&decided, "message.deleted")));
	}
	/* Nobody handles one about their own words. */
	c->complaint = complain(c->f, &c->f->sonya, &c->f->pupils_chat, &own);
	refuse(c, &c->f->teacher, "GET", "", NULL, 404, "not-found");
	g_assert_cmpuint(listed(c, &c->f->teacher), ==, 1);
	g_assert_cmpuint(listed(c, &c->f->admin), ==, 3);
}

static void test_who_does_not_see_a_message_cannot_complain(void)
{
	g_autoptr(Case) c = case_new();
	g_autofree char *path = complaints_path(&c->chat, &c->bad);
	g_autofree char *elsewhere = complaints_path(&c->f->pupils_chat, &c->bad);

	assert_refused(c->f, &c->f->admin, "POST", path, "{\"reason\":\"spam\"}", 404, "not-found");
	assert_refused(c->f, &c->f->sonya, "POST", elsewhere, "{\"reason\":\"spam\"}", 404, "not-found");
	assert_refused(c->f, &c->f->dima, "POST", path, "{\"reason\":\"spam\"}", 400, "invalid");
	assert_refused(c->f, &c->f->sonya, "POST", path, "{\"reason\":\"x\"}", 400, "invalid");
	assert_refused(c->f, &c->f->sonya, "POST", path, "{}", 400, "missing-field");
}

static void test_a_second_one_is_the_first(void)
{
	g_autoptr(Case) c = case_new();
	Id again = complain(c->f, &c->f->sonya, &c->chat, &c->bad);

	g_assert_cmpstr(again.text, ==, c->complaint.text);
	g_assert_cmpuint(listed(c, &c->f->admin), ==, 1);
}

static void test_one_person_has_so_many_open(void)
{
	g_autoptr(Case) c = case_new();
	Id last;

	for (int i = 1; i < OPEN_COMPLAINTS_MAX; i++) {
		Id message = post(c->f, &c->f->dima, &c->chat, "ещё");

		(void)complain(c->f, &c->f->sonya, &c->chat, &message);
	}
	last = post(c->f, &c->f->dima, &c->chat, "последнее");
	{
		g_autofree char *path = complaints_path(&c->chat, &last);

		assert_refused(c->f, &c->f->sonya, "POST", path, "{\"reason\":\"spam\"}", 409,
		               "too-many-complaints");
	}
	{
		g_auto(Answer) decided =
		        done(c, &c->f->admin, "PUT", "/decision", "{\"decision\":\"kept\"}");
	}
	(void)complain(c->f, &c->f->sonya, &c->chat, &last);
	refuse(c, &c->f->admin, "PUT", "/decision", "{\"decision\":\"removed\"}", 409, "conflict");
}

static size_t openings_of(const Case *c, const Id *person)
{
	g_auto(Answer) answer = get(c->f, person, "/api/v1/chats/%s/openings", c->chat.text);

	return json_array_size(answer_at(&answer, "items"));
}

static void test_a_chat_opens_to_two_together(void)
{
	g_autoptr(Case) c = case_new();
	Id third = add_person(c->f->rooms, "Третий", ROLE_ADMINISTRATOR);
	g_autofree char *confirmation = NULL;
	Id opening;

	edit(c->f, &c->f->dima, &c->chat, &c->bad, "приличное слово");
	refuse(c, &c->f->admin, "GET", "/messages", NULL, 403, "not-opened");
	refuse(c, &c->f->admin, "POST", "/openings", "{\"reason\":\"  \"}", 400, "empty");
	{
		g_auto(Answer) asked = done(c, &c->f->admin, "POST", "/openings",
		                            "{\"reason\":\"угрозы ребёнку\"}");

		opening = id_from(answer_text(&asked, "openings.0.id"));
		g_assert_true(json_is_null(answer_at(&asked, "openings.0.confirmed_by")));
	}
	confirmation = g_strdup_printf("/openings/%s/confirmation", opening.text);
	/* One alone opens nothing, and the chat does not hear of it yet. */
	refuse(c, &c->f->admin, "PUT", confirmation, "{}", 403, "second-person");
	refuse(c, &c->f->admin, "GET", "/messages", NULL, 403, "not-opened");
	refuse(c, &c->second, "POST", "/openings", "{\"reason\":\"и я\"}", 409, "conflict");
	g_assert_cmpuint(openings_of(c, &c->f->sonya), ==, 0);
	{
		g_auto(Answer) confirmed = done(c, &c->second, "PUT", confirmation, "{}");
		g_auto(Answer) around = done(c, &c->f->admin, "GET", "/messages", NULL);
		g_auto(Answer) too = done(c, &c->second, "GET", "/messages", NULL);
		g_autofree char *texts = texts_of(&around);

		g_assert_cmpstr(answer_text(&confirmed, "openings.0.confirmed_by.id"), ==,
		                c->second.text);
		g_assert_cmpstr(texts, ==, "до того|приличное слово");
		g_assert_cmpstr(answer_text(&around, "before_changes.0"), ==, "плохое слово");
		g_assert_cmpstr(answer_text(&too, "before_changes.0"), ==, "плохое слово");
	}
	/* Not to a third, and both parties see who did it and why. */
	refuse(c, &third, "GET", "/messages", NULL, 403, "not-opened");
	{
		g_auto(Answer) seen = get(c->f, &c->f->dima, "/api/v1/chats/%s/openings", c->chat.text);
		g_auto(Answer) chat = get(c->f, &c->f->sonya, "/api/v1/chats/%s", c->chat.text);

		g_assert_cmpstr(answer_text(&seen, "items.0.asked_by.id"), ==, c->f->admin.text);
		g_assert_cmpstr(answer_text(&seen, "items.0.confirmed_by.id"), ==, c->second.text);
		g_assert_cmpstr(answer_text(&seen, "items.0.reason"), ==, "угрозы ребёнку");
		g_assert_true(json_is_true(answer_at(&chat, "opened")));
	}
	g_assert_cmpuint(openings_of(c, &c->f->sonya), ==, 1);
}

static void test_class_teachers_open_nothing(void)
{
	g_autoptr(Case) c = case_new();
	Id message = post(c->f, &c->f->dima, &c->f->pupils_chat, "при всех");

	c->complaint = complain(c->f, &c->f->sonya, &c->f->pupils_chat, &message);
	refuse(c, &c->f->teacher, "POST", "/openings", "{\"reason\":\"надо\"}", 403, "forbidden");
	refuse(c, &c->f->teacher, "GET", "/messages", NULL, 403, "not-opened");
}

static void test_a_deleted_message_is_complained_about_all_the_same(void)
{
	g_autoptr(Case) c = case_new();
	Id gone = post(c->f, &c->f->dima, &c->chat, "сотру сразу");

	delete_it(c->f, &c->f->dima, &c->chat, &gone);
	c->complaint = complain(c->f, &c->f->sonya, &c->chat, &gone);
	{
		g_auto(Answer) seen = done(c, &c->f->admin, "GET", "", NULL);

		g_assert_true(json_is_null(answer_at(&seen, "message.text")));
	}
}

static void test_the_log_gives_the_same_again(void)
{
	g_autoptr(Case) c = case_new();
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	g_autofree char *confirmation = NULL;

	{
		g_auto(Answer) asked =
		        done(c, &c->f->admin, "POST", "/openings", "{\"reason\":\"надо\"}");
		g_auto(Answer) confirmed = {0};
		g_auto(Answer) decided = {0};

		confirmation = g_strdup_printf("/openings/%s/confirmation",
		                               answer_text(&asked, "openings.0.id"));
		confirmed = done(c, &c->second, "PUT", confirmation, "{}");
		decided = done(c, &c->second, "PUT", "/decision", "{\"decision\":\"removed\"}");
	}
	before = rooms_dump(c->f->rooms, "projection");
	rooms_rebuild(c->f->rooms);
	after = rooms_dump(c->f->rooms, "projection");
	g_assert_cmpstr(before, ==, after);
}

/* Who is erased takes their complaints along, and a rebuild gives the same. */
static void test_erasing_takes_what_one_complained(void)
{
	g_autoptr(Case) c = case_new();
	g_auto(Answer) asked = done(c, &c->f->admin, "POST", "/openings", "{\"reason\":\"надо\"}");
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	PersonStep step = {0};
	bool more = true;

	while (more) {
		GError *error = NULL;

		rooms_begin(c->f->rooms);
		store_erase_person(c->f->rooms->store, &ACTOR_OF_SYSTEM, c->f->sonya.text, &step, &more,
		                   &error);
		g_assert_no_error(error);
		rooms_end(c->f->rooms, true);
	}
	g_assert_cmpuint(listed(c, &c->f->admin), ==, 0);
	before = rooms_dump(c->f->rooms, "projection");
	rooms_rebuild(c->f->rooms);
	after = rooms_dump(c->f->rooms, "projection");
	g_assert_null(strstr(before, "complaint"));
	g_assert_null(strstr(after, "complaint"));
}

static void test_blanked_bodies_break_nothing(void)
{
	g_autoptr(Case) c = case_new();
	g_auto(Answer) asked = done(c, &c->f->admin, "POST", "/openings", "{\"reason\":\"надо\"}");
	g_autoptr(GPtrArray) events = rooms_events(c->f->rooms);

	rooms_begin(c->f->rooms);
	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		if (g_str_has_prefix(event->kind, "complaint."))
			g_assert_true(events_blank(c->f->rooms->events, event->id.text, NULL));
	}
	rooms_end(c->f->rooms, true);
	rooms_rebuild(c->f->rooms);
	g_assert_cmpuint(listed(c, &c->f->admin), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/complaints/seen", test_administrators_see_it_with_the_message);
	g_test_add_func("/chats/complaints/class", test_the_class_teacher_handles_the_classes_chat);
	g_test_add_func("/chats/complaints/strangers",
	                test_who_does_not_see_a_message_cannot_complain);
	g_test_add_func("/chats/complaints/again", test_a_second_one_is_the_first);
	g_test_add_func("/chats/complaints/most", test_one_person_has_so_many_open);
	g_test_add_func("/chats/complaints/opened", test_a_chat_opens_to_two_together);
	g_test_add_func("/chats/complaints/teachers", test_class_teachers_open_nothing);
	g_test_add_func("/chats/complaints/deleted",
	                test_a_deleted_message_is_complained_about_all_the_same);
	g_test_add_func("/chats/complaints/rebuilt", test_the_log_gives_the_same_again);
	g_test_add_func("/chats/complaints/erased", test_erasing_takes_what_one_complained);
	g_test_add_func("/chats/complaints/blanked", test_blanked_bodies_break_nothing);
	return g_test_run();
}
