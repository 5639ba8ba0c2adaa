/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is unread, who has read, and the pace of marks. */
#include "fifth.h"

static void test_unread_goes_up_and_down(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id first = post(f, &f->teacher, &f->pupils_chat, "раз");
	Id second = post(f, &f->teacher, &f->pupils_chat, "два");

	post(f, &f->sonya, &f->pupils_chat, "три");
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 3);
	g_assert_cmpint(unread_of(f, &f->sonya, &f->pupils_chat), ==, 2);
	mark(f, &f->dima, &f->pupils_chat, &second);
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 1);
	mark(f, &f->dima, &f->pupils_chat, &first); /* never back */
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 1);
	{
		g_auto(Answer) chat = get(f, &f->dima, "/api/v1/chats/%s", f->pupils_chat.text);

		g_assert_cmpstr(answer_text(&chat, "read_up_to"), ==, second.text);
	}
}

static void test_deleted_is_not_unread(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->teacher, &f->pupils_chat, "раз");

	post(f, &f->teacher, &f->pupils_chat, "два");
	delete_it(f, &f->teacher, &f->pupils_chat, &message);
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 1);
}

static void test_unread_is_counted_to_a_hundred(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Actor teacher = actor_of(f->rooms, &f->teacher);
	GError *error = NULL;
	Id id;

	rooms_begin(f->rooms);
	for (int i = 0; i < 130; i++) {
		chats_post(f->rooms->chats, &teacher, f->pupils_chat.text, "ещё", NULL, NULL, &id,
		           &error);
		g_assert_no_error(error);
	}
	rooms_end(f->rooms, true);
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 100);
}

static bool is_read(Fifth *f, const Id *reader)
{
	g_auto(Answer) page = get(f, reader, "/api/v1/chats/%s/messages", f->pupils_chat.text);

	return json_is_true(answer_at(&page, "items.0.read"));
}

static void test_ticks_and_readers(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->teacher, &f->pupils_chat, "прочтите");

	g_assert_false(is_read(f, &f->teacher));
	mark(f, &f->teacher, &f->pupils_chat, &message); /* the author's own does not count */
	g_assert_false(is_read(f, &f->teacher));
	mark(f, &f->sonya, &f->pupils_chat, &message);
	g_assert_true(is_read(f, &f->teacher));
	{
		g_auto(Answer) readers = get(f, &f->teacher, "/api/v1/chats/%s/messages/%s/readers",
		                             f->pupils_chat.text, message.text);

		g_assert_cmpuint(json_array_size(answer_at(&readers, "items")), ==, 1);
		g_assert_cmpstr(answer_text(&readers, "items.0.id"), ==, f->sonya.text);
		g_assert_cmpint(json_integer_value(answer_at(&readers, "unread_count")), ==, 2);
	}
}

static void test_a_late_message_is_still_unread(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autoptr(Rooms) other = rooms_open(NULL);
	GError *error = NULL;
	Actor sonya;
	Id late;
	Id here;

	rooms_carry(f->rooms, other);
	sonya = actor_of(other, &f->sonya);
	events_pretend_now(other->events, clock_wall_ms() - 5000);
	rooms_begin(other);
	chats_post(other->chats, &sonya, f->pupils_chat.text, "из облака", NULL, NULL, &late,
	           &error);
	g_assert_no_error(error);
	rooms_end(other, true);
	events_pretend_now(f->rooms->events, clock_wall_ms() + 5000);
	here = post(f, &f->teacher, &f->pupils_chat, "отсюда");
	mark(f, &f->dima, &f->pupils_chat, &here);
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 0);
	rooms_carry(other, f->rooms);
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 1);
	{
		g_auto(Answer) page = get(f, &f->dima, "/api/v1/chats/%s/messages?around=unread",
		                          f->pupils_chat.text);
		g_autofree char *texts = texts_of(&page);

		g_assert_cmpstr(texts, ==, "из облака|отсюда");
		g_assert_true(json_is_false(answer_at(&page, "items.0.read")));
		g_assert_true(json_is_true(answer_at(&page, "items.1.read")));
	}
	mark(f, &f->dima, &f->pupils_chat, &here);
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 0);
}

static unsigned put_mark(Fifth *f, const Id *message)
{
	g_autofree char *path = chat_path(&f->pupils_chat, "/read");
	g_autofree char *body = g_strdup_printf("{\"message\":\"%s\"}", message->text);
	g_auto(Answer) answer = rooms_ask(f->rooms, &f->dima, "PUT", path, body, NULL);

	return answer.status;
}

static void test_what_is_answered_is_written(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id first = post(f, &f->teacher, &f->pupils_chat, "раз");
	Id second = post(f, &f->teacher, &f->pupils_chat, "два");
	int64_t began_us = g_get_monotonic_time();

	g_assert_cmpuint(put_mark(f, &first), ==, 204);
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 1);
	g_assert_cmpuint(put_mark(f, &second), ==, 204); /* held until two seconds are over */
	g_assert_cmpint(g_get_monotonic_time() - began_us, >=, 1900000);
	g_assert_cmpint(unread_of(f, &f->dima, &f->pupils_chat), ==, 0);
}

static void test_bad_marks(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *path = chat_path(&f->pupils_chat, "/read");

	assert_refused(f, &f->dima, "PUT", path, "{}", 400, "missing-field");
	assert_refused(f, &f->dima, "PUT", path, "{\"message\":\"x\"}", 400, "bad-id");
	assert_refused(f, &f->dima, "PUT", path,
	               "{\"message\":\"01890a5d-ac96-774b-bcce-b302099a8057\"}", 404, "not-found");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/marks/unread", test_unread_goes_up_and_down);
	g_test_add_func("/chats/marks/deleted", test_deleted_is_not_unread);
	g_test_add_func("/chats/marks/hundred", test_unread_is_counted_to_a_hundred);
	g_test_add_func("/chats/marks/readers", test_ticks_and_readers);
	g_test_add_func("/chats/marks/late", test_a_late_message_is_still_unread);
	g_test_add_func("/chats/marks/pace", test_what_is_answered_is_written);
	g_test_add_func("/chats/marks/bad", test_bad_marks);
	return g_test_run();
}
