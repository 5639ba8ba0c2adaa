/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Writing, replying, editing, deleting: every rule, and what stays in the log. */
#include "fifth.h"

#include <string.h>

static char *message_path(const Id *chat, const Id *message)
{
	return g_strdup_printf("/api/v1/chats/%s/messages/%s", chat->text, message->text);
}

static char *body_of_length(int characters)
{
	g_autoptr(GString) text = g_string_new("{\"text\":\"");

	for (int i = 0; i < characters; i++)
		g_string_append(text, "ы");
	g_string_append(text, "\"}");
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void test_a_message_is_answered_whole(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *path = chat_path(&f->pupils_chat, "/messages");
	g_auto(Answer) answer = rooms_ask(f->rooms, &f->sonya, "POST", path,
	                                  "{\"text\":\"  Доброе \\\"утро\\\"\\n \"}", "key-1");
	g_auto(Answer) page = get(f, &f->dima, "%s", path);

	g_assert_cmpuint(answer.status, ==, 201);
	g_assert_cmpstr(answer_text(&answer, "text"), ==, "Доброе \"утро\"");
	g_assert_cmpstr(answer_text(&answer, "chat_id"), ==, f->pupils_chat.text);
	g_assert_cmpstr(answer_text(&answer, "author.id"), ==, f->sonya.text);
	g_assert_cmpstr(answer_text(&answer, "client_id"), ==, "key-1");
	g_assert_true(json_is_true(answer_at(&answer, "mine")));
	g_assert_true(json_is_false(answer_at(&answer, "read")));
	g_assert_true(json_is_false(answer_at(&answer, "deleted")));
	g_assert_true(json_is_null(answer_at(&answer, "edited_at")));
	g_assert_true(json_is_null(answer_at(&answer, "reply_to")));
	g_assert_cmpuint(strlen(answer_text(&answer, "sent_at")), ==, 24);
	g_assert_cmpstr(answer_text(&page, "items.0.id"), ==, answer_text(&answer, "id"));
	g_assert_true(json_is_false(answer_at(&page, "items.0.mine")));
	g_assert_true(json_is_null(answer_at(&page, "items.0.client_id")));
}

static void test_texts_that_are_refused(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *path = chat_path(&f->pupils_chat, "/messages");
	g_autofree char *longest = body_of_length(4000);
	g_autofree char *too_long = body_of_length(4001);
	g_auto(Answer) fits = rooms_ask(f->rooms, &f->sonya, "POST", path, longest, NULL);

	g_assert_cmpuint(fits.status, ==, 201);
	assert_refused(f, &f->sonya, "POST", path, too_long, 400, "too-long");
	assert_refused(f, &f->sonya, "POST", path, "{\"text\":\"\"}", 400, "empty");
	assert_refused(f, &f->sonya, "POST", path, "{\"text\":\" \\n\\t \"}", 400, "empty");
	assert_refused(f, &f->sonya, "POST", path, "{\"text\":\"\\u200b\\u00a0\"}", 400, "empty");
	assert_refused(f, &f->sonya, "POST", path, "{}", 400, "missing-field");
	assert_refused(f, &f->sonya, "POST", path, "{\"text\":1}", 400, "invalid");
	assert_refused(f, &f->sonya, "POST", path, "{\"text\":\"a\",\"to\":1}", 400,
	               "unknown-field");
	assert_refused(f, &f->sonya, "POST", path, "{\"text\":\"a\",\"reply_to\":\"x\"}", 400,
	               "bad-id");
	assert_refused(f, &f->sonya, "POST", path, "{\"text\":\"a\"", 400, "bad-json");
}

static void test_no_chat_of_yours_does_not_exist(void)
{
	static const char *const PATHS[] = {"", "/members", "/messages", "/messages?around=unread"};
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->teacher, &f->pupils_chat, "только нам");
	Id nothing = id_new();
	const Id *const CHATS[] = {&f->pupils_chat, &nothing};

	for (size_t i = 0; i < G_N_ELEMENTS(CHATS); i++) {
		g_autofree char *one = message_path(CHATS[i], &message);
		g_autofree char *readers = g_strconcat(one, "/readers", NULL);
		g_autofree char *read = chat_path(CHATS[i], "/read");
		g_autofree char *mark_body = g_strdup_printf("{\"message\":\"%s\"}", message.text);

		for (size_t j = 0; j < G_N_ELEMENTS(PATHS); j++) {
			g_autofree char *path = chat_path(CHATS[i], PATHS[j]);

			assert_refused(f, &f->mother, "GET", path, NULL, 404, "not-found");
		}
		assert_refused(f, &f->mother, "GET", readers, NULL, 404, "not-found");
		assert_refused(f, &f->mother, "PUT", read, mark_body, 404, "not-found");
		assert_refused(f, &f->mother, "PATCH", one, "{\"text\":\"я\"}", 404, "not-found");
		assert_refused(f, &f->mother, "DELETE", one, NULL, 404, "not-found");
		assert_refused(f, &f->admin, "DELETE", one, NULL, 404, "not-found");
	}
}

static void test_a_message_of_another_chat_is_not_found(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->teacher, &f->parents_chat, "собрание");
	g_autofree char *path = message_path(&f->pupils_chat, &message);
	g_autofree char *read = chat_path(&f->pupils_chat, "/read");
	g_autofree char *body = g_strdup_printf("{\"message\":\"%s\"}", message.text);

	assert_refused(f, &f->teacher, "PATCH", path, "{\"text\":\"я\"}", 404, "not-found");
	assert_refused(f, &f->teacher, "DELETE", path, NULL, 404, "not-found");
	assert_refused(f, &f->teacher, "PUT", read, body, 404, "not-found");
}

static void test_replies_quote_and_stay_in_their_chat(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *path = chat_path(&f->pupils_chat, "/messages");
	Id asked = post(f, &f->teacher, &f->pupils_chat, "Кто дежурит?");
	Id elsewhere = post(f, &f->teacher, &f->parents_chat, "собрание");
	g_autofree char *body = g_strdup_printf("{\"text\":\"Я\",\"reply_to\":\"%s\"}", asked.text);
	g_autofree char *across =
	        g_strdup_printf("{\"text\":\"Я\",\"reply_to\":\"%s\"}", elsewhere.text);
	g_auto(Answer) answer = rooms_ask(f->rooms, &f->dima, "POST", path, body, NULL);

	g_assert_cmpstr(answer_text(&answer, "reply_to.id"), ==, asked.text);
	g_assert_cmpstr(answer_text(&answer, "reply_to.text"), ==, "Кто дежурит?");
	g_assert_nonnull(answer_text(&answer, "reply_to.author_name"));
	assert_refused(f, &f->teacher, "POST", path, across, 400, "invalid");
}

static void test_a_quote_is_short_and_forgets_what_was_deleted(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *long_text = g_strnfill(300, 'q');
	Id asked = post(f, &f->dima, &f->pupils_chat, long_text);

	reply(f, &f->sonya, &f->pupils_chat, "да", &asked);
	{
		g_auto(Answer) page =
		        get(f, &f->sonya, "/api/v1/chats/%s/messages", f->pupils_chat.text);

		g_assert_cmpint(g_utf8_strlen(answer_text(&page, "items.1.reply_to.text"), -1), ==,
		                140);
	}
	delete_it(f, &f->dima, &f->pupils_chat, &asked);
	reply(f, &f->sonya, &f->pupils_chat, "уже нет", &asked);
	{
		g_auto(Answer) page =
		        get(f, &f->sonya, "/api/v1/chats/%s/messages", f->pupils_chat.text);

		for (int i = 1; i <= 2; i++) {
			g_autofree char *text = g_strdup_printf("items.%d.reply_to.text", i);
			g_autofree char *deleted = g_strdup_printf("items.%d.reply_to.deleted", i);

			g_assert_true(json_is_null(answer_at(&page, text)));
			g_assert_true(json_is_true(answer_at(&page, deleted)));
		}
	}
}

/* How often the log's bodies and the database hold a text. */
static int count_in_log(Fifth *f, const char *text)
{
	g_autoptr(GPtrArray) events = rooms_events(f->rooms);
	int count = 0;

	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		count += event->body_text && strstr(event->body_text, text);
	}
	return count;
}

static void assert_log_verifies(Fifth *f)
{
	LogVerdict verdict;
	GError *error = NULL;

	events_verify(f->rooms->events, &verdict, &error);
	g_assert_no_error(error);
	g_assert_cmpint(verdict.bad_seq, ==, 0);
}

static int sealed_rows(Fifth *f)
{
	g_autofree char *dump = rooms_dump(f->rooms, "secret");
	int count = 0;

	for (const char *at = dump; (at = strstr(at, "message_sealed:")); at++)
		count++;
	return count;
}

static void test_an_edit_replaces_and_blanks(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id asked = post(f, &f->teacher, &f->pupils_chat, "вопрос");
	Id message = reply(f, &f->sonya, &f->pupils_chat, "первый", &asked);
	g_autofree char *path = message_path(&f->pupils_chat, &message);
	g_auto(Answer) second =
	        rooms_ask(f->rooms, &f->sonya, "PATCH", path, "{\"text\":\"второй\"}", NULL);

	g_assert_cmpuint(second.status, ==, 200);
	g_assert_cmpstr(answer_text(&second, "text"), ==, "второй");
	g_assert_nonnull(answer_text(&second, "edited_at"));
	g_assert_cmpstr(answer_text(&second, "reply_to.id"), ==, asked.text);
	g_assert_cmpint(count_in_log(f, "первый"), ==, 0);
	g_assert_cmpint(count_in_log(f, "второй"), ==, 1);
	edit(f, &f->sonya, &f->pupils_chat, &message, "третий");
	g_assert_cmpint(count_in_log(f, "второй"), ==, 0);
	g_assert_cmpint(count_in_log(f, "третий"), ==, 1);
	g_assert_cmpint(sealed_rows(f), ==, 2);
	assert_log_verifies(f);
}

static void test_the_same_text_is_no_edit(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->sonya, &f->pupils_chat, "тот же");
	int64_t before = events_last_seq(f->rooms->events);

	edit(f, &f->sonya, &f->pupils_chat, &message, " тот же ");
	g_assert_cmpint(events_last_seq(f->rooms->events), ==, before);
}

static void test_only_the_author_edits(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->sonya, &f->pupils_chat, "моё");
	g_autofree char *path = message_path(&f->pupils_chat, &message);

	assert_refused(f, &f->dima, "PATCH", path, "{\"text\":\"чужое\"}", 403, "forbidden");
	assert_refused(f, &f->teacher, "PATCH", path, "{\"text\":\"чужое\"}", 403, "forbidden");
	assert_refused(f, &f->sonya, "PATCH", path, "{\"text\":\" \"}", 400, "empty");
	delete_it(f, &f->sonya, &f->pupils_chat, &message);
	assert_refused(f, &f->sonya, "PATCH", path, "{\"text\":\"снова\"}", 409, "conflict");
}

static void test_who_may_delete(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id of_sonya = post(f, &f->sonya, &f->pupils_chat, "от Сони");
	Id of_teacher = post(f, &f->subject, &f->staff_chat, "от учителя");
	g_autofree char *path = message_path(&f->pupils_chat, &of_sonya);
	g_autofree char *staff = message_path(&f->staff_chat, &of_teacher);

	assert_refused(f, &f->dima, "DELETE", path, NULL, 403, "forbidden");
	assert_refused(f, &f->subject, "DELETE", path, NULL, 403, "forbidden");
	assert_refused(f, &f->stranger, "DELETE", staff, NULL, 403, "forbidden");
	delete_it(f, &f->teacher, &f->pupils_chat, &of_sonya);
	delete_it(f, &f->admin, &f->staff_chat, &of_teacher);
	delete_it(f, &f->sonya, &f->pupils_chat, &of_sonya); /* again: nothing more */
	{
		g_auto(Answer) page =
		        get(f, &f->sonya, "/api/v1/chats/%s/messages", f->pupils_chat.text);

		g_assert_true(json_is_true(answer_at(&page, "items.0.deleted")));
		g_assert_true(json_is_null(answer_at(&page, "items.0.text")));
	}
	g_assert_cmpint(count_in_log(f, "от Сони"), ==, 0);
	g_assert_cmpint(count_in_log(f, "от учителя"), ==, 0);
	g_assert_cmpint(sealed_rows(f), ==, 1); /* where pupils write, nowhere else */
	assert_log_verifies(f);
}

static void test_sealed_texts_go_after_thirty_days(void)
{
	const int64_t now_ms = clock_wall_ms();
	g_autoptr(Fifth) f = fifth_new();
	Id message;

	message = post(f, &f->sonya, &f->pupils_chat, "первый");
	edit(f, &f->sonya, &f->pupils_chat, &message, "второй");
	g_assert_cmpint(sealed_rows(f), ==, 1);
	events_pretend_now(f->rooms->events, now_ms + 29 * G_GINT64_CONSTANT(86400000));
	edit(f, &f->sonya, &f->pupils_chat, &message, "третий");
	g_assert_cmpint(sealed_rows(f), ==, 2);
	events_pretend_now(f->rooms->events, now_ms + 31 * G_GINT64_CONSTANT(86400000));
	edit(f, &f->sonya, &f->pupils_chat, &message, "четвёртый");
	g_assert_cmpint(sealed_rows(f), ==, 2);
}

static void test_a_refused_rule_leaves_nothing(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->sonya, &f->pupils_chat, "первый");
	Actor actor = actor_of(f->rooms, &f->sonya);
	int64_t before = events_last_seq(f->rooms->events);
	g_autofree char *rows = rooms_dump(f->rooms, "projection");
	g_autofree char *after = NULL;
	GError *error = NULL;
	Id id;

	rooms_begin(f->rooms);
	g_assert_true(chats_post(f->rooms->chats, &actor, f->pupils_chat.text, "нет",
	                         message.text, NULL, &id, &error));
	rooms_end(f->rooms, false);
	after = rooms_dump(f->rooms, "projection");
	g_assert_cmpstr(rows, ==, after);
	g_assert_cmpint(events_last_seq(f->rooms->events), ==, before);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/messages/whole", test_a_message_is_answered_whole);
	g_test_add_func("/chats/messages/texts", test_texts_that_are_refused);
	g_test_add_func("/chats/messages/not-yours", test_no_chat_of_yours_does_not_exist);
	g_test_add_func("/chats/messages/other-chat", test_a_message_of_another_chat_is_not_found);
	g_test_add_func("/chats/messages/reply", test_replies_quote_and_stay_in_their_chat);
	g_test_add_func("/chats/messages/quote", test_a_quote_is_short_and_forgets_what_was_deleted);
	g_test_add_func("/chats/messages/edit", test_an_edit_replaces_and_blanks);
	g_test_add_func("/chats/messages/same", test_the_same_text_is_no_edit);
	g_test_add_func("/chats/messages/own", test_only_the_author_edits);
	g_test_add_func("/chats/messages/delete", test_who_may_delete);
	g_test_add_func("/chats/messages/sealed", test_sealed_texts_go_after_thirty_days);
	g_test_add_func("/chats/messages/refused", test_a_refused_rule_leaves_nothing);
	return g_test_run();
}
