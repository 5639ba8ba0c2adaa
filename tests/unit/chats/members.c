/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chats make themselves: who is in which, what each looks like, and from when on it is seen. */
#include "fifth.h"

static void test_everybody_is_where_they_belong(void)
{
	g_autoptr(Fifth) f = fifth_new();
	const struct {
		const Id *person;
		bool staff, pupils, parents;
	} EXPECTED[] = {
	        {&f->admin, true, false, false}, {&f->teacher, true, true, true},
	        {&f->subject, true, true, true}, {&f->stranger, true, false, false},
	        {&f->sonya, false, true, false}, {&f->dima, false, true, false},
	        {&f->mother, false, false, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(EXPECTED); i++) {
		g_test_message("person %zu", i);
		g_assert_true(is_in(f, EXPECTED[i].person, &f->staff_chat) == EXPECTED[i].staff);
		g_assert_true(is_in(f, EXPECTED[i].person, &f->pupils_chat) == EXPECTED[i].pupils);
		g_assert_true(is_in(f, EXPECTED[i].person, &f->parents_chat) ==
		              EXPECTED[i].parents);
	}
}

static void test_a_chat_says_what_it_is(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_auto(Answer) pupils = get(f, &f->sonya, "/api/v1/chats/%s", f->pupils_chat.text);
	g_auto(Answer) parents = get(f, &f->mother, "/api/v1/chats/%s", f->parents_chat.text);
	g_auto(Answer) staff = get(f, &f->admin, "/api/v1/chats/%s", f->staff_chat.text);

	g_assert_cmpstr(answer_text(&pupils, "kind"), ==, "class_pupils");
	g_assert_cmpstr(answer_text(&pupils, "title"), ==, "5А");
	g_assert_cmpstr(answer_text(&pupils, "class.id"), ==, f->class_id.text);
	g_assert_cmpint(json_integer_value(answer_at(&pupils, "member_count")), ==, 4);
	g_assert_true(json_is_null(answer_at(&pupils, "last_message")));
	g_assert_true(json_is_null(answer_at(&pupils, "read_up_to")));
	g_assert_cmpstr(answer_text(&parents, "kind"), ==, "class_parents");
	g_assert_cmpstr(answer_text(&parents, "title"), ==, "5А, родители");
	g_assert_cmpint(json_integer_value(answer_at(&parents, "member_count")), ==, 3);
	g_assert_cmpstr(answer_text(&staff, "kind"), ==, "staff");
	g_assert_true(json_is_null(answer_at(&staff, "class")));
	g_assert_cmpint(json_integer_value(answer_at(&staff, "member_count")), ==, 4);
}

static void test_members_are_listed_by_name_and_page(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_auto(Answer) first = get(f, &f->sonya, "/api/v1/chats/%s/members?limit=3",
	                           f->pupils_chat.text);
	g_auto(Answer) second = get(f, &f->sonya, "/api/v1/chats/%s/members?limit=3&cursor=%s",
	                            f->pupils_chat.text, answer_text(&first, "next_cursor"));

	g_assert_cmpuint(json_array_size(answer_at(&first, "items")), ==, 3);
	g_assert_cmpstr(answer_text(&first, "items.0.id"), ==, f->sonya.text);
	g_assert_cmpstr(answer_text(&first, "items.0.as"), ==, "pupil");
	g_assert_cmpstr(answer_text(&first, "items.2.id"), ==, f->subject.text);
	g_assert_cmpstr(answer_text(&first, "items.2.as"), ==, "teacher");
	g_assert_cmpuint(json_array_size(answer_at(&second, "items")), ==, 1);
	g_assert_cmpstr(answer_text(&second, "items.0.as"), ==, "class_teacher");
	g_assert_true(json_is_null(answer_at(&second, "next_cursor")));
}

static void test_bad_member_cursors(void)
{
	static const char *const BAD[] = {"x", "%D0%B6", "YWJj",
	                                  "MDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjMwMjA5OWE4MDU3"};
	g_autoptr(Fifth) f = fifth_new();

	for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
		g_autofree char *rest = g_strconcat("/members?cursor=", BAD[i], NULL);
		g_autofree char *path = chat_path(&f->pupils_chat, rest);

		assert_refused(f, &f->sonya, "GET", path, NULL, 400, "bad-cursor");
	}
}

static void test_who_leaves_sees_nothing_any_more(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *pupils = chat_path(&f->pupils_chat, "/messages");
	g_autofree char *parents = chat_path(&f->parents_chat, "");

	post(f, &f->teacher, &f->pupils_chat, "До свидания, Соня");
	remove_member(f, &f->class_id, &f->sonya);
	assert_refused(f, &f->sonya, "GET", pupils, NULL, 404, "not-found");
	assert_refused(f, &f->sonya, "POST", pupils, "{\"text\":\"я\"}", 404, "not-found");
	assert_refused(f, &f->mother, "GET", parents, NULL, 404, "not-found");
	g_assert_false(is_in(f, &f->sonya, &f->pupils_chat));
	g_assert_false(is_in(f, &f->mother, &f->parents_chat));
}

static void test_a_second_child_keeps_the_parent_in(void)
{
	g_autoptr(Fifth) f = fifth_new();

	link_parent(f, &f->dima, &f->mother);
	remove_member(f, &f->class_id, &f->sonya);
	g_assert_true(is_in(f, &f->mother, &f->parents_chat));
	remove_member(f, &f->class_id, &f->dima);
	g_assert_false(is_in(f, &f->mother, &f->parents_chat));
}

static void test_roles_open_and_close_the_staff_chat(void)
{
	g_autoptr(Fifth) f = fifth_new();
	GError *error = NULL;

	rooms_begin(f->rooms);
	people_set_roles(f->rooms->people, &ACTOR_OF_SYSTEM, f->mother.text,
	                 ROLE_PARENT | ROLE_TEACHER, &error);
	g_assert_no_error(error);
	rooms_end(f->rooms, true);
	g_assert_true(is_in(f, &f->mother, &f->staff_chat));
	rooms_begin(f->rooms);
	people_set_roles(f->rooms->people, &ACTOR_OF_SYSTEM, f->mother.text, ROLE_PARENT, &error);
	g_assert_no_error(error);
	rooms_end(f->rooms, true);
	g_assert_false(is_in(f, &f->mother, &f->staff_chat));
	g_assert_true(is_in(f, &f->mother, &f->parents_chat));
}

static void test_newcomers_see_from_their_joining_on(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id newcomer = add_person(f->rooms, "Новенький", ROLE_PUPIL);
	Id before = post(f, &f->teacher, &f->pupils_chat, "раньше");
	g_autofree char *around = NULL;
	g_autofree char *readers = NULL;
	g_autofree char *texts = NULL;
	g_autofree char *of_old = NULL;

	add_member(f, &f->class_id, &newcomer, MEMBER_PUPIL);
	g_assert_cmpint(unread_of(f, &newcomer, &f->pupils_chat), ==, 0);
	reply(f, &f->teacher, &f->pupils_chat, "позже", &before);
	{
		g_auto(Answer) page = get(f, &newcomer, "/api/v1/chats/%s/messages",
		                          f->pupils_chat.text);
		g_auto(Answer) chat = get(f, &newcomer, "/api/v1/chats/%s", f->pupils_chat.text);
		g_auto(Answer) old = get(f, &f->sonya, "/api/v1/chats/%s/messages",
		                         f->pupils_chat.text);

		texts = texts_of(&page);
		of_old = texts_of(&old);
		g_assert_true(json_is_null(answer_at(&page, "items.0.reply_to")));
		g_assert_true(json_is_null(answer_at(&page, "older_cursor")));
		g_assert_cmpstr(answer_text(&chat, "last_message.text"), ==, "позже");
		g_assert_cmpstr(answer_text(&old, "items.1.reply_to.text"), ==, "раньше");
	}
	g_assert_cmpstr(texts, ==, "позже");
	g_assert_cmpstr(of_old, ==, "раньше|позже");
	g_assert_cmpint(unread_of(f, &newcomer, &f->pupils_chat), ==, 1);
	around = g_strconcat("/messages?around=", before.text, NULL);
	{
		g_autofree char *path = chat_path(&f->pupils_chat, around);

		assert_refused(f, &newcomer, "GET", path, NULL, 404, "not-found");
	}
	readers = g_strdup_printf("/messages/%s/readers", before.text);
	{
		g_autofree char *path = chat_path(&f->pupils_chat, readers);

		assert_refused(f, &newcomer, "GET", path, NULL, 404, "not-found");
	}
}

static void test_the_list_begins_with_the_newest(void)
{
	g_autoptr(Fifth) f = fifth_new();

	post(f, &f->admin, &f->staff_chat, "раз");
	post(f, &f->teacher, &f->parents_chat, "два");
	post(f, &f->sonya, &f->pupils_chat, "три");
	post(f, &f->teacher, &f->staff_chat, "четыре");
	{
		g_auto(Answer) chats = get(f, &f->teacher, "/api/v1/chats");

		g_assert_cmpuint(json_array_size(answer_at(&chats, "items")), ==, 3);
		g_assert_cmpstr(answer_text(&chats, "items.0.id"), ==, f->staff_chat.text);
		g_assert_cmpstr(answer_text(&chats, "items.1.id"), ==, f->pupils_chat.text);
		g_assert_cmpstr(answer_text(&chats, "items.2.id"), ==, f->parents_chat.text);
		g_assert_cmpstr(answer_text(&chats, "items.0.last_message.text"), ==, "четыре");
		g_assert_true(json_is_true(answer_at(&chats, "items.0.last_message.mine")));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/members/belong", test_everybody_is_where_they_belong);
	g_test_add_func("/chats/members/chat", test_a_chat_says_what_it_is);
	g_test_add_func("/chats/members/list", test_members_are_listed_by_name_and_page);
	g_test_add_func("/chats/members/bad-cursors", test_bad_member_cursors);
	g_test_add_func("/chats/members/leave", test_who_leaves_sees_nothing_any_more);
	g_test_add_func("/chats/members/second-child", test_a_second_child_keeps_the_parent_in);
	g_test_add_func("/chats/members/roles", test_roles_open_and_close_the_staff_chat);
	g_test_add_func("/chats/members/newcomers", test_newcomers_see_from_their_joining_on);
	g_test_add_func("/chats/members/order", test_the_list_begins_with_the_newest);
	return g_test_run();
}
