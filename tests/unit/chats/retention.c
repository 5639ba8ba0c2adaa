/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is past its time goes, and what is held stays; the log makes the same rows again. */
#include "fifth.h"

#include <string.h>

#define DAY_MS G_GINT64_CONSTANT(86400000)

static void pass_days(Fifth *self, int days)
{
	events_pretend_now(self->rooms->events, events_now_ms(self->rooms->events) + days * DAY_MS);
}

static void ask_for(Fifth *self, const char *method, const char *path, const char *body,
                    unsigned status)
{
	g_auto(Answer) answer = rooms_ask(self->rooms, &self->admin, method, path, body, NULL);

	g_assert_cmpuint(answer.status, ==, status);
}

static char *hold(Fifth *self, const char *what, const Id *id)
{
	g_autofree char *body = g_strdup_printf("{\"%s\":\"%s\",\"reason\":\"запрос суда\"}", what,
	                                        id->text);
	g_auto(Answer) answer = rooms_ask(self->rooms, &self->admin, "POST", "/api/v1/legal-holds",
	                                  body, NULL);

	g_assert_cmpuint(answer.status, ==, 201);
	return g_strdup(answer_text(&answer, "id"));
}

static void lift(Fifth *self, const char *id)
{
	g_autofree char *path = g_strconcat("/api/v1/legal-holds/", id, "/lifting", NULL);

	ask_for(self, "PUT", path, "{}", 200);
}

static void on_done(void *data, int64_t removed, const GError *failure)
{
	g_assert_no_error(failure);
	*(int64_t *)data = removed;
}

static int64_t run(Fifth *self)
{
	int64_t removed = -1;

	privacy_run_retention(self->rooms->privacy, on_done, &removed);
	while (removed < 0)
		g_main_context_iteration(NULL, TRUE);
	return removed;
}

static void assert_texts(Fifth *self, const Id *chat, const char *expected)
{
	g_auto(Answer) page = get(self, &self->teacher, "/api/v1/chats/%s/messages", chat->text);
	g_autofree char *texts = texts_of(&page);

	g_assert_cmpstr(texts, ==, expected);
}

static void assert_rebuilt_alike(Fifth *self, const char *gone)
{
	g_autofree char *before = rooms_dump(self->rooms, "projection");
	g_autofree char *after = NULL;

	g_assert_null(strstr(before, gone));
	rooms_verify(self->rooms);
	rooms_rebuild(self->rooms);
	after = rooms_dump(self->rooms, "projection");
	g_assert_cmpstr(before, ==, after);
}

static void test_nothing_without_a_setting(void)
{
	g_autoptr(Fifth) self = fifth_new();

	post(self, &self->teacher, &self->pupils_chat, "слова");
	pass_days(self, 190);
	g_assert_cmpint(run(self), ==, 0);
	assert_texts(self, &self->pupils_chat, "слова");
}

static void test_removed(void)
{
	g_autoptr(Fifth) self = fifth_new();
	Id edited = post(self, &self->sonya, &self->pupils_chat, "старое");

	edit(self, &self->sonya, &self->pupils_chat, &edited, "старое, иначе");
	post(self, &self->teacher, &self->pupils_chat, "старое учителя");
	post(self, &self->teacher, &self->parents_chat, "родителям");
	for (int i = 0; i < 120; i++)
		post(self, &self->teacher, &self->staff_chat, "много");
	pass_days(self, 100);
	reply(self, &self->teacher, &self->pupils_chat, "новое", &edited);
	ask_for(self, "PUT", "/api/v1/retention/class_pupils", "{\"days\":60}", 200);
	ask_for(self, "PUT", "/api/v1/retention/staff", "{\"days\":60}", 200);
	g_assert_cmpint(run(self), ==, 122);
	assert_texts(self, &self->pupils_chat, "-|-|новое");
	assert_texts(self, &self->parents_chat, "родителям");
	assert_rebuilt_alike(self, "старое");
	assert_texts(self, &self->pupils_chat, "-|-|новое");
	g_assert_cmpint(run(self), ==, 0);
}

static bool is_expired(const json_t *message)
{
	return json_is_true(json_object_get(message, "expired"));
}

static void test_says_why(void)
{
	g_autoptr(Fifth) self = fifth_new();
	Id deleted = post(self, &self->teacher, &self->parents_chat, "удалено рукой");
	json_t *items;

	post(self, &self->teacher, &self->parents_chat, "прошло");
	delete_it(self, &self->teacher, &self->parents_chat, &deleted);
	pass_days(self, 31);
	ask_for(self, "PUT", "/api/v1/retention/class_parents", "{\"days\":30}", 200);
	g_assert_cmpint(run(self), ==, 1);
	{
		g_auto(Answer) page = get(self, &self->mother, "/api/v1/chats/%s/messages",
		                          self->parents_chat.text);

		items = answer_at(&page, "items");
		g_assert_false(is_expired(json_array_get(items, 0)));
		g_assert_true(is_expired(json_array_get(items, 1)));
	}
}

static void test_held(void)
{
	g_autoptr(Fifth) self = fifth_new();
	g_autofree char *of_sonya = NULL;
	g_autofree char *of_chat = NULL;

	post(self, &self->sonya, &self->pupils_chat, "сонино");
	post(self, &self->dima, &self->pupils_chat, "димино");
	post(self, &self->teacher, &self->parents_chat, "родителям");
	of_sonya = hold(self, "person", &self->sonya);
	of_chat = hold(self, "chat", &self->parents_chat);
	pass_days(self, 40);
	ask_for(self, "PUT", "/api/v1/retention/class_pupils", "{\"days\":30}", 200);
	ask_for(self, "PUT", "/api/v1/retention/class_parents", "{\"days\":30}", 200);
	g_assert_cmpint(run(self), ==, 1);
	assert_texts(self, &self->pupils_chat, "сонино|-");
	assert_texts(self, &self->parents_chat, "родителям");
	assert_rebuilt_alike(self, "димино");
	lift(self, of_sonya);
	lift(self, of_chat);
	g_assert_cmpint(run(self), ==, 2);
	assert_rebuilt_alike(self, "сонино");
}

/* What is taken away under a hold stays sealed, where pupils write and where they do not. */
static void test_deleted_under_a_hold(void)
{
	g_autoptr(Fifth) self = fifth_new();
	Id message = post(self, &self->teacher, &self->staff_chat, "под запретом");
	g_autofree char *id = hold(self, "person", &self->teacher);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	delete_it(self, &self->teacher, &self->staff_chat, &message);
	pass_days(self, 60);
	run(self);
	before = rooms_dump(self->rooms, "secret");
	g_assert_nonnull(strstr(before, message.text));
	lift(self, id);
	run(self);
	after = rooms_dump(self->rooms, "secret");
	g_assert_null(strstr(after, message.text));
}

static void test_refused(void)
{
	g_autoptr(Fifth) self = fifth_new();
	g_autofree char *body = g_strdup_printf("{\"person\":\"%s\",\"reason\":\"запрос суда\"}",
	                                        self->sonya.text);
	g_autofree char *id = hold(self, "person", &self->sonya);

	assert_refused(self, &self->admin, "PUT", "/api/v1/retention/staff", "{\"days\":29}", 400,
	               "invalid");
	assert_refused(self, &self->admin, "PUT", "/api/v1/retention/staff", "{\"days\":0}", 400,
	               "invalid");
	assert_refused(self, &self->admin, "PUT", "/api/v1/retention/nothing", "{\"days\":60}", 404,
	               "not-found");
	assert_refused(self, &self->admin, "GET", "/api/v1/retention/staff/preview?days=x", NULL, 400,
	               "invalid");
	assert_refused(self, &self->admin, "POST", "/api/v1/legal-holds", body, 409, "held-already");
	assert_refused(self, &self->admin, "POST", "/api/v1/legal-holds", "{\"reason\":\"суд\"}", 400,
	               "invalid");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/retention/nothing-without-a-setting", test_nothing_without_a_setting);
	g_test_add_func("/chats/retention/removed", test_removed);
	g_test_add_func("/chats/retention/says-why", test_says_why);
	g_test_add_func("/chats/retention/held", test_held);
	g_test_add_func("/chats/retention/deleted-under-a-hold", test_deleted_under_a_hold);
	g_test_add_func("/chats/retention/refused", test_refused);
	return g_test_run();
}
