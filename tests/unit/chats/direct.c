/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chats of two: who may open one, that a pair has one, and what is left when a relation ends. */
#include "fifth.h"

#include "chats/chats-private.h"

#include <string.h>

static Id open_chat(Rooms *rooms, const Id *from, const Id *to)
{
	g_autofree char *body = g_strdup_printf("{\"with\":\"%s\"}", to->text);
	g_auto(Answer) answer = rooms_ask(rooms, from, "POST", "/api/v1/chats", body, NULL);

	g_assert_cmpuint(answer.status, ==, 201);
	g_assert_cmpstr(answer_text(&answer, "kind"), ==, "direct");
	g_assert_cmpstr(answer_text(&answer, "with.id"), ==, to->text);
	return id_from(answer_text(&answer, "id"));
}

static void refuse(Fifth *f, const Id *from, const Id *to, unsigned status, const char *reason)
{
	g_autofree char *body = g_strdup_printf("{\"with\":\"%s\"}", to->text);

	assert_refused(f, from, "POST", "/api/v1/chats", body, status, reason);
}

static bool may_write(Fifth *f, const Id *person, const Id *chat)
{
	g_auto(Answer) answer = get(f, person, "/api/v1/chats/%s", chat->text);

	return json_is_true(answer_at(&answer, "may_write"));
}

static void refuse_writing(Fifth *f, const Id *person, const Id *chat)
{
	g_autofree char *path = chat_path(chat, "/messages");

	g_assert_false(may_write(f, person, chat));
	assert_refused(f, person, "POST", path, "{\"text\":\"ещё\"}", 403, "chat-read-only");
}

static void unlink_parent(Fifth *f, const Id *child, const Id *parent)
{
	rooms_begin(f->rooms);
	g_assert_true(people_unlink_parent(f->rooms->people, &ACTOR_OF_SYSTEM, child->text,
	                                   parent->text, NULL));
	rooms_end(f->rooms, true);
}

static void test_only_those_whom_the_table_lets_write_open_one(void)
{
	g_autoptr(Fifth) f = fifth_new();

	(void)open_chat(f->rooms, &f->sonya, &f->dima);
	(void)open_chat(f->rooms, &f->sonya, &f->teacher);
	(void)open_chat(f->rooms, &f->subject, &f->sonya);
	(void)open_chat(f->rooms, &f->mother, &f->subject);
	(void)open_chat(f->rooms, &f->teacher, &f->mother);
	(void)open_chat(f->rooms, &f->stranger, &f->admin);
	/* Whom one may not see does not exist; whom one sees and may not write to is said so. */
	refuse(f, &f->sonya, &f->admin, 404, "not-found");
	refuse(f, &f->mother, &f->dima, 404, "not-found");
	refuse(f, &f->dima, &f->mother, 404, "not-found");
	refuse(f, &f->stranger, &f->sonya, 403, "may-not-write");
	refuse(f, &f->admin, &f->mother, 403, "may-not-write");
	refuse(f, &f->sonya, &f->sonya, 403, "may-not-write");
	refuse(f, &f->sonya, &f->class_id, 404, "not-found");
}

static void test_a_pair_has_one_chat(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id from_sonya = open_chat(f->rooms, &f->sonya, &f->teacher);
	Id again = open_chat(f->rooms, &f->sonya, &f->teacher);
	Id from_teacher = open_chat(f->rooms, &f->teacher, &f->sonya);

	g_assert_cmpstr(from_sonya.text, ==, again.text);
	g_assert_cmpstr(from_sonya.text, ==, from_teacher.text);
}

static void test_the_other_one_hears_of_it_with_the_first_message(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = open_chat(f->rooms, &f->sonya, &f->teacher);
	g_autofree char *path = chat_path(&chat, "");

	g_assert_true(is_in(f, &f->sonya, &chat));
	g_assert_false(is_in(f, &f->teacher, &chat));
	assert_refused(f, &f->teacher, "GET", path, NULL, 404, "not-found");
	post(f, &f->sonya, &chat, "Я заболела");
	{
		g_auto(Answer) seen = get(f, &f->teacher, "/api/v1/chats/%s", chat.text);
		g_auto(Answer) page = get(f, &f->teacher, "/api/v1/chats/%s/messages", chat.text);

		g_assert_cmpstr(answer_text(&seen, "with.id"), ==, f->sonya.text);
		g_assert_cmpstr(answer_text(&seen, "title"), ==, "Соня Миронова");
		g_assert_cmpint(json_integer_value(answer_at(&seen, "unread")), ==, 1);
		g_assert_cmpint(json_integer_value(answer_at(&seen, "member_count")), ==, 2);
		g_assert_true(json_is_true(answer_at(&seen, "may_write")));
		g_assert_cmpstr(answer_text(&page, "items.0.text"), ==, "Я заболела");
	}
}

static void test_nobody_else_is_in_it(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = open_chat(f->rooms, &f->sonya, &f->subject);
	g_autofree char *path = chat_path(&chat, "/messages");
	Id message = post(f, &f->sonya, &chat, "только вам");
	g_autofree char *one = g_strdup_printf("%s/%s", path, message.text);

	assert_refused(f, &f->admin, "GET", path, NULL, 404, "not-found");
	assert_refused(f, &f->teacher, "GET", path, NULL, 404, "not-found");
	assert_refused(f, &f->mother, "GET", path, NULL, 404, "not-found");
	/* Nor does the other one delete what was written to them. */
	assert_refused(f, &f->subject, "DELETE", one, NULL, 403, "forbidden");
}

/* An administrator is one of two here, not whoever looks after chats. */
static void test_an_administrator_deletes_nothing_of_a_colleagues(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = open_chat(f->rooms, &f->stranger, &f->admin);
	Id message = post(f, &f->stranger, &chat, "жалоба");
	g_autofree char *rest = g_strdup_printf("/messages/%s", message.text);
	g_autofree char *path = chat_path(&chat, rest);

	assert_refused(f, &f->admin, "DELETE", path, NULL, 403, "forbidden");
}

static void test_with_the_relation_the_writing_ends(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id mates = open_chat(f->rooms, &f->sonya, &f->dima);
	Id teaching = open_chat(f->rooms, &f->mother, &f->subject);
	Id family = open_chat(f->rooms, &f->mother, &f->sonya);
	Id own = post(f, &f->sonya, &mates, "привет");
	g_autofree char *rest = g_strdup_printf("/messages/%s", own.text);
	g_autofree char *path = chat_path(&mates, rest);

	post(f, &f->mother, &teaching, "здравствуйте");
	post(f, &f->mother, &family, "как дела");
	remove_member(f, &f->class_id, &f->sonya);
	refuse_writing(f, &f->sonya, &mates);
	refuse_writing(f, &f->dima, &mates);
	refuse_writing(f, &f->mother, &teaching);
	refuse_writing(f, &f->subject, &teaching);
	g_assert_true(may_write(f, &f->mother, &family));
	unlink_parent(f, &f->sonya, &f->mother);
	refuse_writing(f, &f->mother, &family);
	refuse_writing(f, &f->sonya, &family);
	/* What was written stays to be read, and may be taken back, but not rewritten. */
	{
		g_auto(Answer) page = get(f, &f->dima, "/api/v1/chats/%s/messages", mates.text);
		g_autofree char *texts = texts_of(&page);

		g_assert_cmpstr(texts, ==, "привет");
	}
	assert_refused(f, &f->sonya, "PATCH", path, "{\"text\":\"хитро\"}", 403, "chat-read-only");
	delete_it(f, &f->sonya, &mates, &own);
	/* Opening it again finds what was. */
	g_assert_cmpstr(open_chat(f->rooms, &f->sonya, &f->dima).text, ==, mates.text);
}

static void block(Fifth *f, const Id *person, bool blocked)
{
	Actor admin = actor_of(f->rooms, &f->admin);
	GError *error = NULL;

	rooms_begin(f->rooms);
	people_set_blocked(f->rooms->people, &admin, person->text, blocked, &error);
	g_assert_no_error(error);
	rooms_end(f->rooms, true);
}

static void test_nobody_writes_to_who_is_blocked(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = open_chat(f->rooms, &f->mother, &f->teacher);

	post(f, &f->mother, &chat, "здравствуйте");
	block(f, &f->teacher, true);
	refuse_writing(f, &f->mother, &chat);
	refuse(f, &f->sonya, &f->teacher, 403, "may-not-write");
	{
		g_auto(Answer) found = get(f, &f->sonya, "/api/v1/correspondents");
		size_t i;
		json_t *item;

		json_array_foreach(answer_at(&found, "items"), i, item)
			g_assert_cmpstr(json_string_value(json_object_get(item, "id")), !=,
			                f->teacher.text);
	}
	block(f, &f->teacher, false);
	post(f, &f->mother, &chat, "снова здравствуйте");
}

static void test_it_may_be_written_again_when_they_meet_again(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id mates = open_chat(f->rooms, &f->sonya, &f->dima);

	post(f, &f->sonya, &mates, "привет");
	remove_member(f, &f->class_id, &f->sonya);
	refuse_writing(f, &f->dima, &mates);
	add_member(f, &f->class_id, &f->sonya, MEMBER_PUPIL);
	post(f, &f->dima, &mates, "с возвращением");
}

static void test_what_is_taken_away_is_kept_sealed_where_a_pupil_is(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id with_pupil = open_chat(f->rooms, &f->teacher, &f->sonya);
	Id without = open_chat(f->rooms, &f->teacher, &f->admin);
	Id first = post(f, &f->teacher, &with_pupil, "раз");
	Id second = post(f, &f->teacher, &without, "два");
	g_autofree char *sealed = NULL;

	delete_it(f, &f->teacher, &with_pupil, &first);
	delete_it(f, &f->teacher, &without, &second);
	sealed = rooms_dump(f->rooms, "secret");
	g_assert_nonnull(strstr(sealed, first.text));
	g_assert_null(strstr(sealed, second.text));
}

static void test_there_is_an_end_to_chats(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id last;

	for (int i = 0; i < MADE_CHATS_MAX; i++) {
		g_autofree char *name = g_strdup_printf("Коллега%d", i);
		Actor admin = actor_of(f->rooms, &f->admin);
		Id colleague = add_person(f->rooms, name, ROLE_TEACHER);
		Id chat;

		rooms_begin(f->rooms);
		g_assert_true(chats_open(f->rooms->chats, &admin, colleague.text, &chat, NULL));
		rooms_end(f->rooms, true);
	}
	last = add_person(f->rooms, "Последний", ROLE_TEACHER);
	refuse(f, &f->admin, &last, 409, "too-many-chats");
	/* The other one still may: it is the administrator's own end. */
	(void)open_chat(f->rooms, &last, &f->admin);
}

/* Both open it and write without knowing of each other: one chat with both messages, everywhere. */
static void test_two_boxes_agree(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autoptr(Rooms) cloud = rooms_open(NULL);
	g_autofree char *rows = NULL;
	g_autofree char *of_cloud = NULL;
	Actor sonya = actor_of(f->rooms, &f->sonya);
	Id there;
	Id message;

	rooms_carry(f->rooms, cloud);
	{
		Id here = open_chat(f->rooms, &f->dima, &f->sonya);

		post(f, &f->dima, &here, "из школы");
		there = open_chat(cloud, &f->sonya, &f->dima);
		g_assert_cmpstr(here.text, ==, there.text);
	}
	rooms_begin(cloud);
	g_assert_true(chats_post(cloud->chats, &sonya, there.text, "из дома", NULL, NULL, &message,
	                         NULL));
	rooms_end(cloud, true);
	rooms_carry(cloud, f->rooms);
	rooms_carry(f->rooms, cloud);
	rows = rooms_dump(f->rooms, "projection");
	of_cloud = rooms_dump(cloud, "projection");
	g_assert_cmpstr(rows, ==, of_cloud);
	{
		g_auto(Answer) page = get(f, &f->dima, "/api/v1/chats/%s/messages", there.text);

		g_assert_cmpuint(json_array_size(answer_at(&page, "items")), ==, 2);
	}
	rooms_rebuild(f->rooms);
	g_clear_pointer(&rows, g_free);
	rows = rooms_dump(f->rooms, "projection");
	g_assert_cmpstr(rows, ==, of_cloud);
}

static void test_a_foreign_pair_has_to_be_one(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autoptr(Rooms) other = rooms_open(NULL);
	Actor sonya = actor_of(f->rooms, &f->sonya);
	g_autofree char *scope = g_strconcat("chat:", f->staff_chat.text, NULL);
	g_autoptr(Event) event = event_new(&sonya, "chat.opened", scope, f->dima.text, json_object());
	g_autoptr(GPtrArray) events = NULL;
	g_autoptr(Event) copy = NULL;
	GError *error = NULL;

	rooms_begin(f->rooms);
	g_assert_true(events_append(f->rooms->events, event, NULL));
	rooms_end(f->rooms, true);
	events = rooms_events(f->rooms);
	for (guint i = 0; i + 1 < events->len; i++)
		g_assert_true(rooms_receive(other, events->pdata[i]));
	{
		g_autofree char *line = event_to_json(events->pdata[events->len - 1]);
		g_autoptr(json_t) object = json_parse(line, strlen(line), NULL);

		copy = event_from_json(object, NULL);
	}
	rooms_begin(other);
	g_assert_false(events_receive(other->events, copy, &error));
	g_assert_true(error_is(error, ERROR_FORBIDDEN));
	g_clear_error(&error);
	rooms_end(other, false);
}

/* --- The search --- */

static char *found_by(Fifth *f, const Id *person, const char *query)
{
	g_auto(Answer) answer = get(f, person, "/api/v1/correspondents%s", query);
	GString *names = g_string_new(NULL);
	size_t i;
	json_t *item;

	json_array_foreach(answer_at(&answer, "items"), i, item) {
		const char *id = json_string_value(json_object_get(item, "id"));
		const struct {
			const Id *person;
			const char *name;
		} KNOWN[] = {{&f->admin, "admin"},       {&f->teacher, "teacher"}, {&f->subject, "subject"},
		             {&f->stranger, "stranger"}, {&f->sonya, "sonya"},     {&f->dima, "dima"},
		             {&f->mother, "mother"}};

		for (size_t k = 0; k < G_N_ELEMENTS(KNOWN); k++)
			if (strcmp(KNOWN[k].person->text, id) == 0)
				g_string_append_printf(names, "%s%s", names->len ? " " : "",
				                       KNOWN[k].name);
	}
	return g_string_free(names, FALSE);
}

static void test_the_search_finds_whom_one_may_write_to(void)
{
	g_autoptr(Fifth) f = fifth_new();
	const struct {
		const Id *person;
		const char *query;
		const char *found;
	} CASES[] = {
	        {&f->sonya, "", "mother dima subject teacher"},
	        {&f->mother, "", "sonya subject teacher"},
	        {&f->stranger, "", "admin subject teacher"},
	        {&f->teacher, "", "admin mother sonya dima subject stranger"},
	        {&f->admin, "?search=%D0%9C%D0%B8%D1%80", ""},           /* Мир */
	        {&f->teacher, "?search=%D0%BC%D0%B8%D1%80", "mother sonya"}, /* мир */
	        {&f->sonya, "?search=%D0%90%D0%B4%D0%BC", ""},           /* Адм */
	        {&f->sonya, "?search=%D0%9E%D1%80%D0%BB", "dima"},       /* Орл */
	        {&f->dima, "?search=%D0%9C%D0%B8%D1%80", "sonya"},       /* Мир */
	        /* Into a group the staff takes parents, and pupils whom it teaches. */
	        {&f->stranger, "?for=group&search=%D0%9C%D0%B8%D1%80", "mother"},
	        {&f->teacher, "?for=group&search=%D0%9C%D0%B8%D1%80", "mother sonya"},
	        {&f->sonya, "?for=group&search=%D0%9C%D0%B8%D1%80", "mother"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *found = found_by(f, CASES[i].person, CASES[i].query);
		g_auto(GStrv) got = g_strsplit(found, " ", -1);
		g_auto(GStrv) wanted = g_strsplit(CASES[i].found, " ", -1);

		g_test_message("case %zu: %s", i, found);
		g_assert_cmpuint(g_strv_length(got), ==, g_strv_length(wanted));
		for (char **name = wanted; *name; name++)
			g_assert_true(g_strv_contains((const char *const *)got, *name));
	}
	assert_refused(f, &f->sonya, "GET", "/api/v1/correspondents?for=all", NULL, 400, "invalid");
}

/* The chat shows the name and the words, and says that there is no more to see. */
static void check_history(Fifth *f, const Id *reader, const Id *chat, const char *title)
{
	g_auto(Answer) seen = get(f, reader, "/api/v1/chats/%s", chat->text);
	g_auto(Answer) page = get(f, reader, "/api/v1/chats/%s/messages", chat->text);

	g_assert_cmpstr(answer_text(&seen, "title"), ==, title);
	g_assert_true(json_is_false(answer_at(&seen, "may_see")));
	g_assert_cmpuint(json_array_size(answer_at(&page, "items")), ==, 1);
}

static bool sees(Fifth *f, const Id *person, const Id *other)
{
	Actor actor = actor_of(f->rooms, person);

	return people_may_see(f->rooms->people, &actor, other->text);
}

/* What was written stays; who wrote it is a stranger again. */
static void test_sight_ends_with_the_relation(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id mates = open_chat(f->rooms, &f->sonya, &f->dima);
	Id family = open_chat(f->rooms, &f->mother, &f->sonya);

	post(f, &f->sonya, &mates, "привет");
	post(f, &f->mother, &family, "как дела");
	g_assert_true(sees(f, &f->sonya, &f->dima));
	remove_member(f, &f->class_id, &f->sonya);
	g_assert_false(sees(f, &f->sonya, &f->dima));
	g_assert_false(sees(f, &f->dima, &f->sonya));
	check_history(f, &f->dima, &mates, "Соня Миронова");
	g_assert_true(sees(f, &f->mother, &f->sonya));
	unlink_parent(f, &f->sonya, &f->mother);
	g_assert_false(sees(f, &f->mother, &f->sonya));
	g_assert_false(sees(f, &f->sonya, &f->mother));
	check_history(f, &f->mother, &family, "Соня Миронова");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/direct/who", test_only_those_whom_the_table_lets_write_open_one);
	g_test_add_func("/chats/direct/one", test_a_pair_has_one_chat);
	g_test_add_func("/chats/direct/first", test_the_other_one_hears_of_it_with_the_first_message);
	g_test_add_func("/chats/direct/private", test_nobody_else_is_in_it);
	g_test_add_func("/chats/direct/administrator",
	                test_an_administrator_deletes_nothing_of_a_colleagues);
	g_test_add_func("/chats/direct/ends", test_with_the_relation_the_writing_ends);
	g_test_add_func("/chats/direct/blocked", test_nobody_writes_to_who_is_blocked);
	g_test_add_func("/chats/direct/again", test_it_may_be_written_again_when_they_meet_again);
	g_test_add_func("/chats/direct/sealed",
	                test_what_is_taken_away_is_kept_sealed_where_a_pupil_is);
	g_test_add_func("/chats/direct/most", test_there_is_an_end_to_chats);
	g_test_add_func("/chats/direct/replicas", test_two_boxes_agree);
	g_test_add_func("/chats/direct/foreign", test_a_foreign_pair_has_to_be_one);
	g_test_add_func("/chats/direct/search", test_the_search_finds_whom_one_may_write_to);
	g_test_add_func("/chats/direct/seen", test_sight_ends_with_the_relation);
	return g_test_run();
}
