/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Channels: who makes them, who is in one today, who writes, and that nobody reads who reads. */
#include "fifth.h"
#include "listening.h"

#include "chats/chats-private.h"

#include <string.h>

static char *channel_body(const char *readers, const char *classes, const Id *writer)
{
	return g_strdup_printf("{\"title\":\"Новости\",\"about\":\"Для всех\",\"readers\":[%s],"
	                       "\"classes\":[%s],\"writers\":[%s%s%s]}",
	                       readers, classes, writer ? "\"" : "", writer ? writer->text : "",
	                       writer ? "\"" : "");
}

static Id make(Fifth *f, const char *readers, const char *classes, const Id *writer)
{
	g_autofree char *body = channel_body(readers, classes, writer);
	g_auto(Answer) answer =
	        rooms_ask(f->rooms, &f->admin, "POST", "/api/v1/channels", body, NULL);

	g_assert_cmpuint(answer.status, ==, 201);
	g_assert_cmpstr(answer_text(&answer, "kind"), ==, "channel");
	return id_from(answer_text(&answer, "id"));
}

/* Who of the class is in it: a letter each of administrator, teacher, subject teacher, a teacher
 * who does not teach it, Sonya, Dima, mother. */
static char *readers_of(Fifth *f, const Id *chat)
{
	const Id *const PEOPLE[] = {&f->admin, &f->teacher, &f->subject, &f->stranger,
	                            &f->sonya, &f->dima,    &f->mother};
	GString *letters = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(PEOPLE); i++)
		g_string_append_c(letters, is_in(f, PEOPLE[i], chat) ? "atoxsdm"[i] : '-');
	return g_string_free(letters, FALSE);
}

static void assert_readers(Fifth *f, const Id *chat, const char *expected)
{
	g_autofree char *readers = readers_of(f, chat);

	g_assert_cmpstr(readers, ==, expected);
}

static void set_roles(Fifth *f, const Id *person, unsigned roles)
{
	GError *error = NULL;

	rooms_begin(f->rooms);
	people_set_roles(f->rooms->people, &ACTOR_OF_SYSTEM, person->text, roles, &error);
	g_assert_no_error(error);
	rooms_end(f->rooms, true);
}

static char *class_text(const Id *class_id)
{
	return g_strdup_printf("\"%s\"", class_id->text);
}

static void test_the_audience_is_in_it(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id other_class = add_class(f, 6, "Б");
	g_autofree char *own = class_text(&f->class_id);
	g_autofree char *other = class_text(&other_class);
	const struct {
		const char *readers;
		const char *classes;
		const Id *writer;
		const char *expected;
	} CASES[] = {
	        {"\"staff\",\"parents\",\"pupils\"", "", NULL, "atoxsdm"},
	        {"\"staff\"", "", NULL, "atox---"},
	        {"\"parents\"", "", NULL, "a-----m"},
	        {"\"pupils\"", "", NULL, "a---sd-"},
	        {"\"parents\"", "", &f->stranger, "a--x--m"},
	        {"\"pupils\",\"parents\"", own, NULL, "a---sdm"},
	        {"\"pupils\",\"parents\"", other, NULL, "a------"},
	        {"\"staff\",\"pupils\"", other, NULL, "atox---"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		Id chat = make(f, CASES[i].readers, CASES[i].classes, CASES[i].writer);

		g_test_message("case %zu", i);
		assert_readers(f, &chat, CASES[i].expected);
	}
}

static void test_it_follows_roles_classes_and_families(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *own = class_text(&f->class_id);
	Id all = make(f, "\"staff\",\"parents\",\"pupils\"", "", NULL);
	Id of_class = make(f, "\"parents\",\"pupils\"", own, NULL);
	Id newcomer = add_person(f->rooms, "Новенький", ROLE_PUPIL);
	Id father = add_person(f->rooms, "Миронов", ROLE_PARENT);

	g_assert_true(is_in(f, &newcomer, &all));
	g_assert_false(is_in(f, &newcomer, &of_class));
	add_member(f, &f->class_id, &newcomer, MEMBER_PUPIL);
	g_assert_true(is_in(f, &newcomer, &of_class));
	g_assert_false(is_in(f, &father, &of_class));
	link_parent(f, &newcomer, &father);
	g_assert_true(is_in(f, &father, &of_class));
	remove_member(f, &f->class_id, &newcomer);
	g_assert_false(is_in(f, &newcomer, &of_class));
	g_assert_false(is_in(f, &father, &of_class));
	set_roles(f, &f->sonya, ROLE_PARENT);
	g_assert_true(is_in(f, &f->sonya, &all));
	g_assert_false(is_in(f, &f->sonya, &of_class));
	g_assert_false(is_in(f, &f->mother, &of_class));
}

static void test_few_write(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make(f, "\"staff\",\"parents\",\"pupils\"", "", &f->subject);
	g_autofree char *path = chat_path(&chat, "/messages");
	g_auto(Answer) seen = {0};

	assert_refused(f, &f->mother, "POST", path, "{\"text\":\"я\"}", 403, "channel-read-only");
	assert_refused(f, &f->teacher, "POST", path, "{\"text\":\"я\"}", 403, "channel-read-only");
	assert_refused(f, &f->admin, "POST", path, "{\"text\":\"я\"}", 403, "channel-read-only");
	post(f, &f->subject, &chat, "Завтра каникулы");
	g_assert_cmpint(unread_of(f, &f->mother, &chat), ==, 1);
	seen = get(f, &f->mother, "/api/v1/chats/%s", chat.text);
	g_assert_true(json_is_false(answer_at(&seen, "may_write")));
	g_assert_cmpstr(answer_text(&seen, "last_message.text"), ==, "Завтра каникулы");
	g_assert_cmpstr(answer_text(&seen, "readers.1"), ==, "parents");
	/* Who is no longer of the staff writes no longer, though a parent goes on reading. */
	set_roles(f, &f->subject, ROLE_PARENT);
	g_assert_true(is_in(f, &f->subject, &chat));
	assert_refused(f, &f->subject, "POST", path, "{\"text\":\"я\"}", 403, "channel-read-only");
	set_roles(f, &f->subject, ROLE_PARENT | ROLE_TEACHER);
	assert_refused(f, &f->subject, "POST", path, "{\"text\":\"я\"}", 403, "channel-read-only");
}

static void test_nobody_reads_who_reads(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make(f, "\"parents\",\"pupils\"", "", &f->subject);
	Id message = post(f, &f->subject, &chat, "Завтра каникулы");
	g_autofree char *rest = g_strdup_printf("/messages/%s/readers", message.text);
	g_autofree char *path = chat_path(&chat, rest);
	g_auto(Answer) members = {0};
	g_auto(Answer) counted = {0};
	Actor sonya = actor_of(f->rooms, &f->sonya);
	Actor mother = actor_of(f->rooms, &f->mother);

	mark(f, &f->mother, &chat, &message);
	members = get(f, &f->sonya, "/api/v1/chats/%s/members", chat.text);
	g_assert_cmpuint(json_array_size(answer_at(&members, "items")), ==, 1);
	g_assert_cmpstr(answer_text(&members, "items.0.id"), ==, f->subject.text);
	g_assert_cmpstr(answer_text(&members, "items.0.part"), ==, "writer");
	assert_refused(f, &f->sonya, "GET", path, NULL, 403, "channel-read-only");
	counted = get(f, &f->subject, "%s", path);
	g_assert_cmpuint(json_array_size(answer_at(&counted, "items")), ==, 0);
	g_assert_cmpint(json_integer_value(answer_at(&counted, "read_count")), ==, 1);
	g_assert_cmpint(json_integer_value(answer_at(&counted, "unread_count")), ==, 3);
	/* Readers see who writes, not each other. */
	g_assert_true(people_may_see(f->rooms->people, &mother, f->subject.text));
	g_assert_false(people_may_see(f->rooms->people, &mother, f->dima.text));
	g_assert_false(people_may_see(f->rooms->people, &sonya, f->admin.text));
}

/* Marks of thousands are not told to thousands. */
static void test_marks_are_told_to_oneself(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make(f, "\"parents\",\"pupils\"", "", &f->subject);
	Id message = post(f, &f->subject, &chat, "раз");
	g_autoptr(Listening) other = rooms_listen(f->rooms, &f->sonya, NULL);
	g_autoptr(Listening) own = rooms_listen(f->rooms, &f->mother, NULL);
	g_auto(Heard) hello = listening_next(other);
	g_auto(Heard) own_hello = listening_next(own);
	bool told = false;

	mark(f, &f->mother, &chat, &message);
	while (!told) {
		g_auto(Heard) heard = listening_next(own);

		told = strcmp(heard.name, "read") == 0;
	}
	/* Signals leave together: another one's would be there by now. */
	post(f, &f->subject, &chat, "два");
	for (told = false; !told;) {
		g_auto(Heard) heard = listening_next(other);

		g_assert_cmpstr(heard.name, !=, "read");
		told = strcmp(heard.name, "message") == 0;
	}
}

static guint count_events(Fifth *f)
{
	g_autoptr(GPtrArray) events = rooms_events(f->rooms);

	return events->len;
}

/* Nothing is written of nobody, nor of what is so already. */
static void test_nobody_is_no_member(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make(f, "\"parents\"", "", &f->teacher);
	const Id nobody = id_new();
	const struct {
		const Id *person;
		const char *part;
		unsigned status;
	} CASES[] = {
	        {&nobody, "member", 404},   {&nobody, "writer", 404},     {&f->class_id, "writer", 404},
	        {&f->sonya, "member", 404}, {&f->teacher, "writer", 200}, {&f->mother, "member", 200},
	};
	guint before = count_events(f);

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *rest = g_strdup_printf("/members/%s", CASES[i].person->text);
		g_autofree char *path = chat_path(&chat, rest);
		g_autofree char *body = g_strdup_printf("{\"part\":\"%s\"}", CASES[i].part);
		g_auto(Answer) answer = rooms_ask(f->rooms, &f->admin, "PUT", path, body, NULL);

		g_test_message("case %zu", i);
		g_assert_cmpuint(answer.status, ==, CASES[i].status);
	}
	g_assert_cmpuint(count_events(f), ==, before);
}

static void test_writers_change(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make(f, "\"parents\"", "", NULL);
	g_autofree char *path = g_strdup_printf("/api/v1/chats/%s/members/%s", chat.text,
	                                        f->stranger.text);
	g_autofree char *mother = g_strdup_printf("/api/v1/chats/%s/members/%s", chat.text,
	                                          f->mother.text);

	g_assert_false(is_in(f, &f->stranger, &chat));
	{
		g_auto(Answer) answer = rooms_ask(f->rooms, &f->admin, "PUT", path,
		                                  "{\"part\":\"writer\"}", NULL);

		g_assert_cmpuint(answer.status, ==, 200);
	}
	post(f, &f->stranger, &chat, "пишу");
	assert_refused(f, &f->stranger, "PUT", path, "{\"part\":\"writer\"}", 403, "forbidden");
	assert_refused(f, &f->admin, "PUT", mother, "{\"part\":\"writer\"}", 400, "invalid");
	assert_refused(f, &f->admin, "PUT", path, "{\"part\":\"owner\"}", 400, "invalid");
	assert_refused(f, &f->mother, "DELETE", mother, NULL, 403, "forbidden");
	{
		g_auto(Answer) answer = rooms_ask(f->rooms, &f->admin, "PUT", path,
		                                  "{\"part\":\"member\"}", NULL);

		g_assert_cmpuint(answer.status, ==, 200);
	}
	g_assert_false(is_in(f, &f->stranger, &chat));
}

static void test_the_audience_changes(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id chat = make(f, "\"parents\"", "", &f->subject);
	g_autofree char *path = chat_path(&chat, "");
	g_auto(Answer) answer =
	        rooms_ask(f->rooms, &f->admin, "PATCH", path,
	                  "{\"title\":\"Ученикам\",\"about\":\"\",\"readers\":[\"pupils\"],\"classes\":[]}",
	                  NULL);

	g_assert_cmpuint(answer.status, ==, 200);
	g_assert_cmpstr(answer_text(&answer, "title"), ==, "Ученикам");
	g_assert_cmpint(json_integer_value(answer_at(&answer, "member_count")), ==, 4);
	assert_readers(f, &chat, "a-o-sd-");
	assert_refused(f, &f->admin, "PATCH", path, "{\"title\":\"x\",\"about\":\"\"}", 400,
	               "missing-field");
	assert_refused(f, &f->subject, "PATCH", path, "{\"title\":\"x\",\"about\":\"\"}", 403,
	               "forbidden");
	answer_clear(&answer);
	answer = rooms_ask(f->rooms, &f->admin, "DELETE", path, NULL, NULL);
	g_assert_cmpuint(answer.status, ==, 204);
	assert_readers(f, &chat, "-------");
	/* And nobody comes back into a closed one. */
	add_person(f->rooms, "Новенький", ROLE_PUPIL);
	set_roles(f, &f->sonya, ROLE_PARENT);
	set_roles(f, &f->sonya, ROLE_PUPIL);
	assert_readers(f, &chat, "-------");
}

static void test_what_is_wrong_is_refused(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *no_class = class_text(&f->sonya);
	const struct {
		const char *readers;
		const char *classes;
		const Id *writer;
		const char *reason;
	} CASES[] = {
	        {"", "", NULL, "empty"},
	        {"\"all\"", "", NULL, "invalid"},
	        {"17", "", NULL, "invalid"},
	        {"\"pupils\"", no_class, NULL, "invalid"},
	        {"\"pupils\"", "\"x\"", NULL, "invalid"},
	        {"\"pupils\"", "", &f->sonya, "invalid"},
	        {"\"pupils\"", "", &f->mother, "invalid"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *body =
		        channel_body(CASES[i].readers, CASES[i].classes, CASES[i].writer);

		assert_refused(f, &f->admin, "POST", "/api/v1/channels", body, 400, CASES[i].reason);
	}
}

static void test_a_school_has_so_many(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *body = channel_body("\"staff\"", "", NULL);

	for (int i = 0; i < CHANNELS_MAX; i++)
		(void)make(f, "\"staff\"", "", NULL);
	assert_refused(f, &f->admin, "POST", "/api/v1/channels", body, 409, "too-many-chats");
	assert_refused(f, &f->teacher, "POST", "/api/v1/channels", body, 403, "forbidden");
}

static void test_the_log_gives_the_same_again(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autoptr(Rooms) other = rooms_open(NULL);
	g_autofree char *own = class_text(&f->class_id);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	g_autofree char *there = NULL;
	Id chat = make(f, "\"pupils\",\"parents\"", own, &f->subject);

	post(f, &f->subject, &chat, "привет");
	remove_member(f, &f->class_id, &f->sonya);
	set_roles(f, &f->subject, ROLE_PARENT);
	before = rooms_dump(f->rooms, "projection");
	rooms_rebuild(f->rooms);
	after = rooms_dump(f->rooms, "projection");
	g_assert_cmpstr(before, ==, after);
	rooms_carry(f->rooms, other);
	there = rooms_dump(other, "projection");
	g_assert_cmpstr(before, ==, there);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/channels/audience", test_the_audience_is_in_it);
	g_test_add_func("/chats/channels/follows", test_it_follows_roles_classes_and_families);
	g_test_add_func("/chats/channels/writers", test_few_write);
	g_test_add_func("/chats/channels/readers", test_nobody_reads_who_reads);
	g_test_add_func("/chats/channels/marks", test_marks_are_told_to_oneself);
	g_test_add_func("/chats/channels/nobody", test_nobody_is_no_member);
	g_test_add_func("/chats/channels/other-writers", test_writers_change);
	g_test_add_func("/chats/channels/other-audience", test_the_audience_changes);
	g_test_add_func("/chats/channels/wrong", test_what_is_wrong_is_refused);
	g_test_add_func("/chats/channels/most", test_a_school_has_so_many);
	g_test_add_func("/chats/channels/rebuilt", test_the_log_gives_the_same_again);
	return g_test_run();
}
