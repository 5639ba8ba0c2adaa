/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What open pages get: each what its person may see today, and nothing else. */
#include "fifth.h"
#include "listening.h"

#include <string.h>

/* The next block of that name; others are passed over. */
static Heard next(Listening *listening, const char *name)
{
	Heard heard = listening_next(listening);

	while (strcmp(heard.name, name) != 0) {
		heard_clear(&heard);
		heard = listening_next(listening);
	}
	return heard;
}

static Listening *listen_from_now(Fifth *f, const Id *person)
{
	Listening *listening = rooms_listen(f->rooms, person, NULL);
	g_auto(Heard) hello = next(listening, "hello");

	g_assert_nonnull(hello.id);
	return listening;
}

static void test_each_gets_their_own_view(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autoptr(Listening) sonya = listen_from_now(f, &f->sonya);
	g_autoptr(Listening) dima = listen_from_now(f, &f->dima);
	g_autofree char *path = chat_path(&f->pupils_chat, "/messages");
	g_auto(Answer) posted =
	        rooms_ask(f->rooms, &f->sonya, "POST", path, "{\"text\":\"Я \\\"здесь\\\"\"}", "key-1");
	g_auto(Heard) own = next(sonya, "message");
	g_auto(Heard) other = next(dima, "message");

	g_assert_true(json_equal(answer_at(&own.data, "message"), posted.json));
	g_assert_true(json_is_true(answer_at(&own.data, "message.mine")));
	g_assert_cmpstr(answer_text(&own.data, "message.client_id"), ==, "key-1");
	g_assert_true(json_is_false(answer_at(&other.data, "message.mine")));
	g_assert_true(json_is_null(answer_at(&other.data, "message.client_id")));
	g_assert_cmpstr(answer_text(&other.data, "chat_id"), ==, f->pupils_chat.text);
	g_assert_cmpstr(own.id, ==, other.id);
}

static void test_changes_are_told(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->sonya, &f->pupils_chat, "первый");
	g_autoptr(Listening) dima = listen_from_now(f, &f->dima);
	g_autoptr(Listening) sonya = listen_from_now(f, &f->sonya);

	edit(f, &f->sonya, &f->pupils_chat, &message, "второй");
	{
		g_auto(Heard) edited = next(dima, "message_changed");
		g_auto(Heard) own = next(sonya, "message_changed");

		g_assert_cmpstr(answer_text(&edited.data, "message.text"), ==, "второй");
		g_assert_true(json_is_true(answer_at(&own.data, "message.mine")));
	}
	delete_it(f, &f->sonya, &f->pupils_chat, &message);
	{
		g_auto(Heard) deleted = next(dima, "message_changed");

		g_assert_true(json_is_true(answer_at(&deleted.data, "message.deleted")));
		g_assert_true(json_is_null(answer_at(&deleted.data, "message.text")));
	}
}

static void test_what_another_deletes_is_only_named(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->sonya, &f->pupils_chat, "первый");
	g_autoptr(Listening) sonya = listen_from_now(f, &f->sonya);

	delete_it(f, &f->teacher, &f->pupils_chat, &message);
	{
		g_auto(Heard) deleted = next(sonya, "message_changed");

		g_assert_null(answer_at(&deleted.data, "message"));
		g_assert_cmpstr(answer_text(&deleted.data, "message_id"), ==, message.text);
	}
}

static void test_what_lies_before_a_joining_is_only_named(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id before = post(f, &f->sonya, &f->pupils_chat, "раньше");
	Id newcomer = add_person(f->rooms, "Новенький", ROLE_PUPIL);
	g_autoptr(Listening) listening = NULL;

	add_member(f, &f->class_id, &newcomer, MEMBER_PUPIL);
	listening = listen_from_now(f, &newcomer);
	edit(f, &f->sonya, &f->pupils_chat, &before, "раньше, но иначе");
	reply(f, &f->sonya, &f->pupils_chat, "ответ", &before);
	post(f, &f->sonya, &f->pupils_chat, "позже");
	{
		g_auto(Heard) edited = next(listening, "message_changed");
		g_auto(Heard) replied = next(listening, "message");
		g_auto(Heard) later = next(listening, "message");

		g_assert_null(answer_at(&edited.data, "message"));
		g_assert_null(answer_at(&replied.data, "message"));
		g_assert_cmpstr(answer_text(&later.data, "message.text"), ==, "позже");
	}
}

/* Replay, too, is judged by today: from before the joining nothing but a name. */
static void test_a_newcomer_is_replayed_no_old_text(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id newcomer = add_person(f->rooms, "Новенький", ROLE_PUPIL);
	g_autofree char *position = NULL;
	g_autoptr(Listening) listening = NULL;

	{
		g_autoptr(Listening) first = rooms_listen(f->rooms, &newcomer, NULL);
		g_auto(Heard) hello = next(first, "hello");

		position = g_strdup(hello.id);
	}
	post(f, &f->sonya, &f->pupils_chat, "раньше");
	add_member(f, &f->class_id, &newcomer, MEMBER_PUPIL);
	post(f, &f->sonya, &f->pupils_chat, "позже");
	listening = rooms_listen(f->rooms, &newcomer, position);
	{
		g_auto(Heard) before = next(listening, "message");
		g_auto(Heard) after = next(listening, "message");
		g_auto(Heard) hello = next(listening, "hello");

		g_assert_null(answer_at(&before.data, "message"));
		g_assert_cmpstr(answer_text(&after.data, "message.text"), ==, "позже");
	}
}

static void test_a_right_lost_while_the_stream_is_open(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autoptr(Listening) sonya = listen_from_now(f, &f->sonya);
	g_autoptr(Listening) dima = listen_from_now(f, &f->dima);
	g_autofree char *position = NULL;

	remove_member(f, &f->class_id, &f->sonya);
	{
		g_auto(Heard) removed = next(sonya, "chat_removed");

		g_assert_cmpstr(answer_text(&removed.data, "chat_id"), ==, f->pupils_chat.text);
		g_assert_null(removed.id);
	}
	post(f, &f->teacher, &f->pupils_chat, "без Сони");
	{
		g_auto(Heard) heard = next(dima, "message");

		position = g_strdup(heard.id);
	}
	add_member(f, &f->class_id, &f->sonya, MEMBER_PUPIL);
	{
		g_auto(Heard) added = next(sonya, "chat_added");

		g_assert_cmpstr(answer_text(&added.data, "chat_id"), ==, f->pupils_chat.text);
	}
	post(f, &f->teacher, &f->pupils_chat, "снова с Соней");
	{
		g_auto(Heard) heard = next(sonya, "message");

		g_assert_cmpstr(answer_text(&heard.data, "message.text"), ==, "снова с Соней");
	}
}

static void test_read_marks_are_told(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id message = post(f, &f->teacher, &f->pupils_chat, "прочтите");
	g_autoptr(Listening) teacher = listen_from_now(f, &f->teacher);

	mark(f, &f->dima, &f->pupils_chat, &message);
	{
		g_auto(Heard) read = next(teacher, "read");

		g_assert_null(read.id);
		g_assert_cmpstr(answer_text(&read.data, "person_id"), ==, f->dima.text);
		g_assert_cmpstr(answer_text(&read.data, "message_id"), ==, message.text);
	}
	mark(f, &f->dima, &f->pupils_chat, &message); /* nothing new: nothing told */
	post(f, &f->dima, &f->pupils_chat, "да");
	{
		g_auto(Heard) heard = next(teacher, "message");

		g_assert_cmpstr(answer_text(&heard.data, "message.text"), ==, "да");
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/live/own-view", test_each_gets_their_own_view);
	g_test_add_func("/chats/live/changes", test_changes_are_told);
	g_test_add_func("/chats/live/deleted-by-another", test_what_another_deletes_is_only_named);
	g_test_add_func("/chats/live/before-joining", test_what_lies_before_a_joining_is_only_named);
	g_test_add_func("/chats/live/replay", test_a_newcomer_is_replayed_no_old_text);
	g_test_add_func("/chats/live/lost-right", test_a_right_lost_while_the_stream_is_open);
	g_test_add_func("/chats/live/read", test_read_marks_are_told);
	return g_test_run();
}
