/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The chats of two accounts that become one: groups, chats of two, what was written and read. */
#include "fifth.h"

#include "chats/chats-private.h"

#include <string.h>

static Id open_chat(Fifth *f, const Id *from, const Id *to)
{
	g_autofree char *body = g_strdup_printf("{\"with\":\"%s\"}", to->text);
	g_auto(Answer) answer = rooms_ask(f->rooms, from, "POST", "/api/v1/chats", body, NULL);

	g_assert_cmpuint(answer.status, ==, 201);
	return id_from(answer_text(&answer, "id"));
}

static Id make_group(Fifth *f, const Id *maker, const Id *member)
{
	g_autofree char *body =
	        g_strdup_printf("{\"title\":\"Кружок\",\"members\":[\"%s\"]}", member->text);
	g_auto(Answer) answer = rooms_ask(f->rooms, maker, "POST", "/api/v1/chats", body, NULL);

	g_assert_cmpuint(answer.status, ==, 201);
	return id_from(answer_text(&answer, "id"));
}

static void merge(Fifth *f, const Id *from, const Id *into)
{
	GError *error = NULL;

	rooms_begin(f->rooms);
	people_merge(f->rooms->people, &ACTOR_OF_SYSTEM, from->text, into->text, &error);
	g_assert_no_error(error);
	rooms_end(f->rooms, true);
}

/* Another account of the teacher of the subject, who teaches there too. */
static Id add_spare(Fifth *f)
{
	Id spare = add_person(f->rooms, "Предметник", ROLE_TEACHER);

	add_member(f, &f->class_id, &spare, MEMBER_TEACHER);
	return spare;
}

static void assert_texts(Fifth *f, const Id *reader, const Id *chat, const char *wanted)
{
	g_auto(Answer) page = get(f, reader, "/api/v1/chats/%s/messages", chat->text);
	g_autofree char *texts = texts_of(&page);

	g_assert_cmpstr(texts, ==, wanted);
}

/* Rows and marks, which a rebuild leaves as they are, and the rows of another box. */
static void assert_the_log_says_so(Fifth *f)
{
	g_autoptr(Rooms) other = rooms_open(NULL);
	g_autofree char *rows = rooms_dump(f->rooms, "projection");
	g_autofree char *marks = rooms_dump(f->rooms, "register");
	g_autofree char *rows_again = NULL;
	g_autofree char *marks_again = NULL;
	g_autofree char *there = NULL;

	rooms_rebuild(f->rooms);
	rows_again = rooms_dump(f->rooms, "projection");
	marks_again = rooms_dump(f->rooms, "register");
	g_assert_cmpstr(rows, ==, rows_again);
	g_assert_cmpstr(marks, ==, marks_again);
	rooms_carry(f->rooms, other);
	there = rooms_dump(other, "projection");
	g_assert_cmpstr(rows, ==, there);
}

static void test_groups_go_along(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id spare = add_spare(f);
	Id group = make_group(f, &spare, &f->sonya);
	Id old = post(f, &f->sonya, &group, "из прошлого");

	merge(f, &spare, &f->subject);
	{
		g_auto(Answer) seen = get(f, &f->subject, "/api/v1/chats/%s", group.text);

		g_assert_cmpstr(answer_text(&seen, "as"), ==, "owner");
		g_assert_cmpint(json_integer_value(answer_at(&seen, "member_count")), ==, 2);
	}
	assert_texts(f, &f->subject, &group, "из прошлого");
	delete_it(f, &f->subject, &group, &old);
	assert_the_log_says_so(f);
}

static void test_two_chats_with_somebody_are_one(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id spare = add_spare(f);
	Id kept = open_chat(f, &f->subject, &f->sonya);
	Id moved = open_chat(f, &spare, &f->sonya);
	Id alone = open_chat(f, &spare, &f->dima);
	g_autofree char *gone = chat_path(&moved, "");
	Id went;
	Id first;
	Id last;

	first = post(f, &spare, &moved, "один");
	post(f, &f->subject, &kept, "два");
	last = post(f, &f->sonya, &moved, "три");
	post(f, &spare, &alone, "Диме");
	mark(f, &spare, &moved, &last);
	merge(f, &spare, &f->subject);
	assert_texts(f, &f->sonya, &kept, "один|два|три");
	assert_texts(f, &f->subject, &kept, "один|два|три");
	g_assert_cmpint(unread_of(f, &f->subject, &kept), ==, 0);
	assert_refused(f, &f->sonya, "GET", gone, NULL, 404, "not-found");
	/* What the other account wrote is one's own. */
	edit(f, &f->subject, &kept, &first, "раз");
	assert_texts(f, &f->sonya, &kept, "раз|два|три");
	went = open_chat(f, &f->subject, &f->dima);
	assert_texts(f, &f->dima, &went, "Диме");
	post(f, &f->dima, &went, "спасибо");
	{
		g_auto(Answer) page = get(f, &f->subject, "/api/v1/chats/%s/messages", kept.text);

		g_assert_true(json_is_true(answer_at(&page, "items.0.mine")));
		g_assert_true(json_is_false(answer_at(&page, "items.2.mine")));
	}
	assert_the_log_says_so(f);
}

/* A third account: who had become the second is the third one by now. */
static void test_a_chain_ends_at_who_is_left(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id spare = add_spare(f);
	Id third = add_spare(f);
	Id chat = open_chat(f, &spare, &f->sonya);
	Id message = post(f, &spare, &chat, "привет");
	g_autoptr(GPtrArray) all = NULL;
	Id kept;

	merge(f, &spare, &f->subject);
	merge(f, &f->subject, &third);
	kept = open_chat(f, &third, &f->sonya);
	edit(f, &third, &kept, &message, "здравствуй");
	assert_texts(f, &f->sonya, &kept, "здравствуй");
	all = people_merged_into(f->rooms->people, third.text, NULL);
	g_assert_cmpuint(all->len, ==, 2);
	assert_the_log_says_so(f);
}

/* A parent's groups hang on the child, whose link goes over too. */
static void test_a_parent_stays_with_the_child(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id spare = add_person(f->rooms, "Миронова", ROLE_PARENT);
	Id group = make_group(f, &f->teacher, &f->sonya);
	g_autofree char *rest = g_strdup_printf("/members/%s", f->mother.text);
	g_autofree char *path = chat_path(&group, rest);
	g_auto(Answer) put = rooms_ask(f->rooms, &f->teacher, "PUT", path, "{\"part\":\"member\"}", NULL);

	g_assert_cmpuint(put.status, ==, 200);
	merge(f, &f->mother, &spare);
	g_assert_true(is_in(f, &spare, &group));
	g_assert_true(people_is_parent_of(f->rooms->people, spare.text, f->sonya.text));
	assert_the_log_says_so(f);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/merge/groups", test_groups_go_along);
	g_test_add_func("/chats/merge/pairs", test_two_chats_with_somebody_are_one);
	g_test_add_func("/chats/merge/chain", test_a_chain_ends_at_who_is_left);
	g_test_add_func("/chats/merge/parents", test_a_parent_stays_with_the_child);
	return g_test_run();
}
