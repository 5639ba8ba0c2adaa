/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Groups: who makes them, who gets in and out, who looks after them, and how large they grow. */
#include "fifth.h"

#include "chats/chats-private.h"

#include <string.h>

static char *group_body(const char *title, const Id *const members[])
{
	GString *body = g_string_new(NULL);

	g_string_printf(body, "{\"title\":\"%s\",\"members\":[", title);
	for (int i = 0; members[i]; i++)
		g_string_append_printf(body, "%s\"%s\"", i ? "," : "", members[i]->text);
	g_string_append(body, "]}");
	return g_string_free(body, FALSE);
}

static Id make(Fifth *f, const Id *maker, const Id *const members[])
{
	g_autofree char *body = group_body("Олимпиада", members);
	g_auto(Answer) answer = rooms_ask(f->rooms, maker, "POST", "/api/v1/chats", body, NULL);

	g_assert_cmpuint(answer.status, ==, 201);
	g_assert_cmpstr(answer_text(&answer, "kind"), ==, "group");
	g_assert_cmpstr(answer_text(&answer, "title"), ==, "Олимпиада");
	g_assert_cmpstr(answer_text(&answer, "as"), ==, "owner");
	return id_from(answer_text(&answer, "id"));
}

static Id make_usual(Fifth *f)
{
	const Id *const MEMBERS[] = {&f->subject, &f->sonya, &f->mother, NULL};

	return make(f, &f->teacher, MEMBERS);
}

static void refuse_group(Fifth *f, const Id *maker, const Id *member, unsigned status,
                         const char *reason)
{
	const Id *const MEMBERS[] = {member, NULL};
	g_autofree char *body = group_body("Олимпиада", MEMBERS);

	assert_refused(f, maker, "POST", "/api/v1/chats", body, status, reason);
}

static char *member_path(const Id *chat, const Id *person)
{
	return g_strdup_printf("/api/v1/chats/%s/members/%s", chat->text, person->text);
}

static void put(Fifth *f, const Id *actor, const Id *chat, const Id *person, const char *part)
{
	g_autofree char *path = member_path(chat, person);
	g_autofree char *body = g_strdup_printf("{\"part\":\"%s\"}", part);
	g_auto(Answer) answer = rooms_ask(f->rooms, actor, "PUT", path, body, NULL);

	g_assert_cmpuint(answer.status, ==, 200);
}

static void refuse_put(Fifth *f, const Id *actor, const Id *chat, const Id *person,
                       const char *part, unsigned status, const char *reason)
{
	g_autofree char *path = member_path(chat, person);
	g_autofree char *body = g_strdup_printf("{\"part\":\"%s\"}", part);

	assert_refused(f, actor, "PUT", path, body, status, reason);
}

static void take_out(Fifth *f, const Id *actor, const Id *chat, const Id *person)
{
	g_autofree char *path = member_path(chat, person);
	g_auto(Answer) answer = rooms_ask(f->rooms, actor, "DELETE", path, NULL, NULL);

	g_assert_cmpuint(answer.status, ==, 204);
}

static void refuse_out(Fifth *f, const Id *actor, const Id *chat, const Id *person, unsigned status,
                       const char *reason)
{
	g_autofree char *path = member_path(chat, person);

	assert_refused(f, actor, "DELETE", path, NULL, status, reason);
}

static char *part_of(Fifth *f, const Id *person, const Id *chat)
{
	g_auto(Answer) answer = get(f, person, "/api/v1/chats/%s", chat->text);

	return g_strdup(answer_text(&answer, "as"));
}

static void set_roles(Fifth *f, const Id *person, unsigned roles)
{
	GError *error = NULL;

	rooms_begin(f->rooms);
	people_set_roles(f->rooms->people, &ACTOR_OF_SYSTEM, person->text, roles, &error);
	g_assert_no_error(error);
	rooms_end(f->rooms, true);
}

static void test_the_staff_makes_them(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make_usual(f);
	g_auto(Answer) members = get(f, &f->mother, "/api/v1/chats/%s/members", chat.text);

	g_assert_cmpuint(json_array_size(answer_at(&members, "items")), ==, 4);
	g_assert_true(is_in(f, &f->sonya, &chat));
	g_assert_true(is_in(f, &f->mother, &chat));
	g_assert_false(is_in(f, &f->admin, &chat));
	post(f, &f->sonya, &chat, "я с вами");
	g_assert_cmpint(unread_of(f, &f->mother, &chat), ==, 1);
	refuse_group(f, &f->sonya, &f->dima, 403, "forbidden");
	refuse_group(f, &f->mother, &f->sonya, 403, "forbidden");
}

static void test_pupils_are_safe(void)
{
	g_autoptr(Fifth) f = fifth_new();
	const Id *const COLLEAGUE[] = {&f->subject, NULL};
	Id chat = make(f, &f->stranger, COLLEAGUE);

	refuse_group(f, &f->stranger, &f->sonya, 403, "may-not-write");
	refuse_group(f, &f->admin, &f->sonya, 403, "may-not-write");
	refuse_group(f, &f->teacher, &f->class_id, 404, "not-found");
	refuse_put(f, &f->stranger, &chat, &f->sonya, "member", 403, "may-not-write");
	/* A moderator who teaches her may. */
	put(f, &f->stranger, &chat, &f->subject, "moderator");
	put(f, &f->subject, &chat, &f->sonya, "member");
	g_assert_true(is_in(f, &f->sonya, &chat));
}

static void unlink_parent(Fifth *f, const Id *child, const Id *parent)
{
	rooms_begin(f->rooms);
	g_assert_true(people_unlink_parent(f->rooms->people, &ACTOR_OF_SYSTEM, child->text,
	                                   parent->text, NULL));
	rooms_end(f->rooms, true);
}

static void test_parents_are_with_their_own_children(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id foreign = add_person(f->rooms, "Чужая", ROLE_PARENT);
	const Id *const MIXED[] = {&f->sonya, &f->mother, &foreign, NULL};
	const Id *const PARENTS[] = {&f->mother, &foreign, NULL};
	const Id *const FAMILY[] = {&f->mother, &f->sonya, NULL};
	g_autofree char *mixed = group_body("Олимпиада", MIXED);
	Id parents = make(f, &f->teacher, PARENTS);
	Id family = make(f, &f->teacher, FAMILY);

	assert_refused(f, &f->teacher, "POST", "/api/v1/chats", mixed, 403, "foreign-parent");
	refuse_put(f, &f->teacher, &parents, &f->sonya, "member", 403, "foreign-parent");
	refuse_put(f, &f->teacher, &family, &foreign, "member", 403, "foreign-parent");
	put(f, &f->teacher, &family, &f->dima, "member");
	/* A child of theirs among the pupils is enough. */
	link_parent(f, &f->dima, &foreign);
	put(f, &f->teacher, &family, &foreign, "member");
	/* Who works here is there as that. */
	set_roles(f, &f->subject, ROLE_TEACHER | ROLE_PARENT);
	put(f, &f->teacher, &family, &f->subject, "member");
	g_assert_true(is_in(f, &foreign, &family));
}

static void test_a_parent_goes_with_the_link_or_the_child(void)
{
	g_autoptr(Fifth) f = fifth_new();
	const Id *const MEMBERS[] = {&f->sonya, &f->dima, &f->mother, NULL};
	const Id *const PARENTS[] = {&f->mother, NULL};
	Id one = make(f, &f->teacher, MEMBERS);
	Id two = make(f, &f->teacher, MEMBERS);
	Id without_pupils = make(f, &f->teacher, PARENTS);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	take_out(f, &f->teacher, &one, &f->dima);
	g_assert_true(is_in(f, &f->mother, &one));
	put(f, &f->teacher, &one, &f->dima, "member");
	take_out(f, &f->teacher, &one, &f->sonya);
	g_assert_false(is_in(f, &f->mother, &one));
	g_assert_true(is_in(f, &f->mother, &two));
	unlink_parent(f, &f->sonya, &f->mother);
	g_assert_false(is_in(f, &f->mother, &two));
	g_assert_true(is_in(f, &f->mother, &without_pupils));
	before = rooms_dump(f->rooms, "projection");
	rooms_rebuild(f->rooms);
	after = rooms_dump(f->rooms, "projection");
	g_assert_cmpstr(before, ==, after);
}

static void test_owner_and_moderators_look_after_it(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make_usual(f);
	Id message = post(f, &f->sonya, &chat, "лишнее");

	refuse_put(f, &f->subject, &chat, &f->dima, "member", 403, "forbidden");
	refuse_out(f, &f->subject, &chat, &f->sonya, 403, "forbidden");
	put(f, &f->teacher, &chat, &f->subject, "moderator");
	put(f, &f->subject, &chat, &f->dima, "member");
	delete_it(f, &f->subject, &chat, &message);
	refuse_put(f, &f->teacher, &chat, &f->mother, "owner", 400, "invalid");
	take_out(f, &f->subject, &chat, &f->sonya);
	g_assert_false(is_in(f, &f->sonya, &chat));
	/* But they neither put the owner out nor make others what they are. */
	refuse_out(f, &f->subject, &chat, &f->teacher, 403, "forbidden");
	refuse_put(f, &f->subject, &chat, &f->teacher, "member", 409, "conflict");
	put(f, &f->subject, &chat, &f->stranger, "member");
	refuse_put(f, &f->subject, &chat, &f->stranger, "moderator", 403, "forbidden");
	refuse_put(f, &f->teacher, &chat, &f->dima, "moderator", 400, "invalid");
	refuse_put(f, &f->teacher, &chat, &f->stranger, "writer", 400, "invalid");
}

static void test_who_is_not_in_it_does_not_know_it(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make_usual(f);
	g_autofree char *path = chat_path(&chat, "");

	refuse_put(f, &f->admin, &chat, &f->admin, "member", 404, "not-found");
	refuse_out(f, &f->dima, &chat, &f->sonya, 404, "not-found");
	assert_refused(f, &f->stranger, "PATCH", path, "{\"title\":\"Моё\",\"about\":\"\"}", 404,
	               "not-found");
	assert_refused(f, &f->stranger, "DELETE", path, NULL, 404, "not-found");
	assert_refused(f, &f->sonya, "DELETE", path, NULL, 403, "forbidden");
}

static void test_it_is_handed_over(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make_usual(f);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	put(f, &f->teacher, &chat, &f->subject, "owner");
	before = part_of(f, &f->teacher, &chat);
	after = part_of(f, &f->subject, &chat);
	g_assert_cmpstr(before, ==, "moderator");
	g_assert_cmpstr(after, ==, "owner");
	refuse_put(f, &f->teacher, &chat, &f->teacher, "owner", 403, "forbidden");
}

static void test_people_leave(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make_usual(f);
	g_autofree char *part = NULL;

	take_out(f, &f->mother, &chat, &f->mother);
	take_out(f, &f->teacher, &chat, &f->teacher);
	g_assert_false(is_in(f, &f->mother, &chat));
	/* Nobody owns it now: whoever of the staff is left takes it. */
	put(f, &f->subject, &chat, &f->subject, "owner");
	part = part_of(f, &f->subject, &chat);
	g_assert_cmpstr(part, ==, "owner");
	refuse_out(f, &f->sonya, &f->pupils_chat, &f->sonya, 403, "forbidden");
}

static void test_a_role_that_goes_takes_its_place(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make_usual(f);

	set_roles(f, &f->subject, ROLE_PARENT);
	g_assert_false(is_in(f, &f->subject, &chat));
	set_roles(f, &f->mother, ROLE_PARENT | ROLE_TEACHER);
	g_assert_true(is_in(f, &f->mother, &chat));
	set_roles(f, &f->sonya, ROLE_PARENT);
	g_assert_false(is_in(f, &f->sonya, &chat));
}

static void test_titles_and_descriptions(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make_usual(f);
	g_autofree char *path = chat_path(&chat, "");
	g_autofree char *longest = g_strnfill(CHAT_TITLE_CHARACTERS_MAX, 'x');
	g_autofree char *about = g_strnfill(CHAT_ABOUT_CHARACTERS_MAX, 'y');
	g_autofree char *good =
	        g_strdup_printf("{\"title\":\"%s\",\"about\":\"%s\"}", longest, about);
	g_autofree char *too_long = g_strdup_printf("{\"title\":\"%sx\",\"about\":\"\"}", longest);
	g_autofree char *too_much =
	        g_strdup_printf("{\"title\":\"%s\",\"about\":\"%sy\"}", longest, about);
	g_auto(Answer) answer = rooms_ask(f->rooms, &f->teacher, "PATCH", path, good, NULL);

	g_assert_cmpuint(answer.status, ==, 200);
	g_assert_cmpstr(answer_text(&answer, "title"), ==, longest);
	g_assert_cmpstr(answer_text(&answer, "about"), ==, about);
	assert_refused(f, &f->teacher, "PATCH", path, too_long, 400, "too-long");
	assert_refused(f, &f->teacher, "PATCH", path, too_much, 400, "too-long");
	assert_refused(f, &f->teacher, "PATCH", path, "{\"title\":\"  \",\"about\":\"\"}", 400, "empty");
	assert_refused(f, &f->teacher, "PATCH", path, "{\"title\":\"a\\nb\",\"about\":\"\"}", 400,
	               "invalid");
	assert_refused(f, &f->teacher, "POST", "/api/v1/chats", "{\"title\":\"x\"}", 400,
	               "missing-field");
	assert_refused(f, &f->teacher, "POST", "/api/v1/chats", "{\"title\":\"x\",\"members\":[17]}", 400,
	               "bad-id");
}

static void test_a_group_has_an_end(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autoptr(GArray) people = g_array_new(FALSE, FALSE, sizeof(Id));
	g_autoptr(GPtrArray) members = g_ptr_array_new();
	g_autofree char *full = NULL;
	g_autofree char *over = NULL;
	Id chat;

	for (int i = 0; i < GROUP_MEMBERS_MAX; i++) {
		g_autofree char *name = g_strdup_printf("Коллега%d", i);
		Id person = add_person(f->rooms, name, ROLE_TEACHER);

		g_array_append_val(people, person);
	}
	for (int i = 0; i < GROUP_MEMBERS_MAX; i++)
		g_ptr_array_add(members, &g_array_index(people, Id, i));
	g_ptr_array_add(members, NULL);
	over = group_body("Все", (const Id *const *)members->pdata);
	assert_refused(f, &f->admin, "POST", "/api/v1/chats", over, 400, "too-many-members");
	members->pdata[GROUP_MEMBERS_MAX - 1] = NULL;
	full = group_body("Все", (const Id *const *)members->pdata);
	{
		g_auto(Answer) answer =
		        rooms_ask(f->rooms, &f->admin, "POST", "/api/v1/chats", full, NULL);

		g_assert_cmpuint(answer.status, ==, 201);
		chat = id_from(answer_text(&answer, "id"));
	}
	refuse_put(f, &f->admin, &chat, &f->stranger, "member", 409, "too-many-members");
}

static void test_one_person_owns_so_many(void)
{
	g_autoptr(Fifth) f = fifth_new();
	const Id *const NOBODY[] = {NULL};
	g_autofree char *body = group_body("Ещё одна", NOBODY);

	for (int i = 0; i < OWNED_GROUPS_MAX; i++)
		(void)make(f, &f->admin, NOBODY);
	assert_refused(f, &f->admin, "POST", "/api/v1/chats", body, 409, "too-many-chats");
}

static void test_a_closed_one_is_gone(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make_usual(f);
	g_autofree char *path = chat_path(&chat, "");
	g_auto(Answer) answer = rooms_ask(f->rooms, &f->teacher, "DELETE", path, NULL, NULL);

	g_assert_cmpuint(answer.status, ==, 204);
	g_assert_false(is_in(f, &f->teacher, &chat));
	g_assert_false(is_in(f, &f->sonya, &chat));
	assert_refused(f, &f->sonya, "GET", path, NULL, 404, "not-found");
	assert_refused(f, &f->teacher, "DELETE", path, NULL, 404, "not-found");
}

static void test_the_log_gives_the_same_again(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autoptr(Rooms) other = rooms_open(NULL);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	g_autofree char *there = NULL;
	Id kept = make_usual(f);
	Id closed = make_usual(f);
	g_autofree char *path = chat_path(&closed, "");
	g_auto(Answer) answer = {0};

	post(f, &f->sonya, &kept, "привет");
	put(f, &f->teacher, &kept, &f->subject, "owner");
	take_out(f, &f->mother, &kept, &f->mother);
	set_roles(f, &f->subject, ROLE_PARENT);
	answer = rooms_ask(f->rooms, &f->teacher, "DELETE", path, NULL, NULL);
	g_assert_cmpuint(answer.status, ==, 204);
	before = rooms_dump(f->rooms, "projection");
	rooms_rebuild(f->rooms);
	after = rooms_dump(f->rooms, "projection");
	g_assert_cmpstr(before, ==, after);
	rooms_carry(f->rooms, other);
	there = rooms_dump(other, "projection");
	g_assert_cmpstr(before, ==, there);
}

/* Bodies go when somebody is erased: who is in what stays, with no words. */
static void test_blanked_bodies_leave_the_group(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make_usual(f);
	g_autoptr(GPtrArray) events = rooms_events(f->rooms);

	rooms_begin(f->rooms);
	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		if (g_str_has_prefix(event->kind, "chat."))
			g_assert_true(events_blank(f->rooms->events, event->id.text, NULL));
	}
	rooms_end(f->rooms, true);
	rooms_rebuild(f->rooms);
	g_assert_true(is_in(f, &f->sonya, &chat));
	{
		g_auto(Answer) answer = get(f, &f->sonya, "/api/v1/chats/%s", chat.text);

		g_assert_cmpstr(answer_text(&answer, "title"), ==, "");
		g_assert_cmpint(json_integer_value(answer_at(&answer, "member_count")), ==, 4);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/groups/made", test_the_staff_makes_them);
	g_test_add_func("/chats/groups/safe", test_pupils_are_safe);
	g_test_add_func("/chats/groups/families", test_parents_are_with_their_own_children);
	g_test_add_func("/chats/groups/come-apart", test_a_parent_goes_with_the_link_or_the_child);
	g_test_add_func("/chats/groups/parts", test_owner_and_moderators_look_after_it);
	g_test_add_func("/chats/groups/foreign", test_who_is_not_in_it_does_not_know_it);
	g_test_add_func("/chats/groups/handed-over", test_it_is_handed_over);
	g_test_add_func("/chats/groups/left", test_people_leave);
	g_test_add_func("/chats/groups/roles", test_a_role_that_goes_takes_its_place);
	g_test_add_func("/chats/groups/titles", test_titles_and_descriptions);
	g_test_add_func("/chats/groups/most", test_a_group_has_an_end);
	g_test_add_func("/chats/groups/owned", test_one_person_owns_so_many);
	g_test_add_func("/chats/groups/closed", test_a_closed_one_is_gone);
	g_test_add_func("/chats/groups/rebuilt", test_the_log_gives_the_same_again);
	g_test_add_func("/chats/groups/blanked", test_blanked_bodies_leave_the_group);
	return g_test_run();
}
