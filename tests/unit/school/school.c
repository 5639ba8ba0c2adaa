/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The school's information: who may change it, what is refused; the setup code's life. */
#include "box.h"
#include "school/school-private.h"

#include <glib/gstdio.h>
#include <string.h>

static bool set(Box *box, const Actor *actor, SchoolInfo info, GError **error)
{
	bool done;

	box_begin(box);
	done = school_set(box->school, actor, &info, error);
	box_end(box, done);
	return done;
}

static void test_only_administrators_change_it(void)
{
	g_autoptr(Box) box = box_new();
	static const unsigned REFUSED[] = {ROLE_TEACHER, ROLE_PUPIL, ROLE_PARENT};
	SchoolInfo info = {" Школа № 17 ", NULL, NULL};
	g_autoptr(GError) error = NULL;
	g_autofree char *name = NULL;
	Actor actor = {.kind = ACTOR_PERSON};

	for (size_t i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
		actor.roles = REFUSED[i];
		box_assert_refused(set(box, &actor, info, &error), &error, ERROR_FORBIDDEN,
				   "forbidden");
	}
	actor.kind = ACTOR_NOBODY;
	box_assert_refused(set(box, &actor, info, &error), &error, ERROR_FORBIDDEN, "forbidden");
	g_assert_false(school_is_set_up(box->school));
	actor.kind = ACTOR_PERSON;
	actor.roles = ROLE_ADMINISTRATOR;
	actor.person = id_new();
	g_assert_true(set(box, &actor, info, &error));
	g_assert_true(school_is_set_up(box->school));
	name = school_dup_name(box->school);
	g_assert_cmpstr(name, ==, "Школа № 17");
}

static void check_refused(Box *box, SchoolInfo info, const char *reason, const char *field)
{
	g_autoptr(GError) error = NULL;

	g_assert_false(set(box, &ACTOR_OF_SYSTEM, info, &error));
	g_assert_cmpstr(error_reason_of(error), ==, reason);
	g_assert_cmpstr(error_field_of(error), ==, field);
}

static void test_what_is_refused(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *long_name = g_strnfill(SCHOOL_NAME_CHARACTERS_MAX + 1, 'x');

	check_refused(box, (SchoolInfo){"  ", NULL, NULL}, "empty", "name");
	check_refused(box, (SchoolInfo){long_name, NULL, NULL}, "too-long", "name");
	check_refused(box, (SchoolInfo){"a\nb", NULL, NULL}, "invalid", "name");
	check_refused(box, (SchoolInfo){"a\x1b]0;b\x07", NULL, NULL}, "invalid", "name");
	check_refused(box, (SchoolInfo){"17", "Moscow time", NULL}, "invalid", "time_zone");
	check_refused(box, (SchoolInfo){"17", "../../etc/passwd", NULL}, "invalid", "time_zone");
	check_refused(box, (SchoolInfo){"17", NULL, "help"}, "invalid", "support_email");
	check_refused(box, (SchoolInfo){"17", NULL, "a@b@c.ru"}, "invalid", "support_email");
	check_refused(box, (SchoolInfo){"17", NULL, "a@b.ru, c@d.ru"}, "invalid", "support_email");
}

static void test_what_is_refused_beyond_the_name(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *full_name = g_strnfill(SCHOOL_FULL_NAME_CHARACTERS_MAX + 1, 'x');
	g_autofree char *address = g_strnfill(SCHOOL_ADDRESS_CHARACTERS_MAX + 1, 'x');
	static const char *const PHONES[] = {
		"12",		  "+7 343 123-45-67, 12",	 "+7 343 +1 23", "ring the office",
		"1234567890123456", "+7                                123", "123\n456",
	};

	check_refused(box, (SchoolInfo){.name = "17", .full_name = full_name}, "too-long",
		      "full_name");
	check_refused(box, (SchoolInfo){.name = "17", .full_name = "a\nb"}, "invalid", "full_name");
	check_refused(box, (SchoolInfo){.name = "17", .address = address}, "too-long", "address");
	check_refused(box, (SchoolInfo){.name = "17", .address = "a\x1b[2Jb"}, "invalid", "address");
	for (size_t i = 0; i < G_N_ELEMENTS(PHONES); i++)
		check_refused(box, (SchoolInfo){.name = "17", .support_phone = PHONES[i]},
			      "invalid", "support_phone");
}

static void test_a_change_keeps_the_rest(void)
{
	g_autoptr(Box) box = box_new();
	SchoolInfo changes = {.support_email = "help@school17.example"};
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	before = school_render(box->school, NULL);
	g_assert_cmpstr(before, ==,
			"{\"name\":\"\",\"full_name\":null,\"address\":null,"
			"\"time_zone\":\"Europe/Moscow\",\"support_email\":null,"
			"\"support_phone\":null,\"logo\":null,\"languages\":[\"ru\",\"en\"],\"set_up\":false,"
			"\"server_time\":\"2026-11-23T06:00:00.000Z\"}");
	g_assert_true(set(box, &ACTOR_OF_SYSTEM, (SchoolInfo){"Школа", "Asia/Omsk", NULL}, NULL));
	box_begin(box);
	g_assert_true(school_change(box->school, &ACTOR_OF_SYSTEM, &changes, NULL));
	box_end(box, true);
	after = school_render(box->school, NULL);
	g_assert_cmpstr(after, ==,
			"{\"name\":\"Школа\",\"full_name\":null,\"address\":null,"
			"\"time_zone\":\"Asia/Omsk\",\"support_email\":\"help@school17.example\","
			"\"support_phone\":null,\"logo\":null,\"languages\":[\"ru\",\"en\"],"
			"\"set_up\":true,\"server_time\":\"2026-11-23T06:00:00.000Z\"}");
}

static void change(Box *box, SchoolInfo changes)
{
	GError *error = NULL;

	box_begin(box);
	school_change(box->school, &ACTOR_OF_SYSTEM, &changes, &error);
	g_assert_no_error(error);
	box_end(box, true);
}

static void check_text(char *text, const char *expected)
{
	g_assert_cmpstr(text, ==, expected);
	g_free(text);
}

static void test_what_papers_and_help_say(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *json = NULL;

	g_assert_true(set(box, &ACTOR_OF_SYSTEM, (SchoolInfo){"Школа", NULL, NULL}, NULL));
	check_text(school_dup_full_name(box->school), "Школа");
	check_text(school_dup_address(box->school), NULL);
	change(box, (SchoolInfo){.full_name = " МАОУ «Школа» ",
				 .address = "Школьная улица, 17",
				 .support_phone = "+7 (343) 123-45-67",
				 .languages = LANGUAGE_RUSSIAN});
	change(box, (SchoolInfo){.support_email = "help@school17.example"});
	check_text(school_dup_full_name(box->school), "МАОУ «Школа»");
	check_text(school_dup_address(box->school), "Школьная улица, 17");
	check_text(school_dup_support_phone(box->school), "+7 (343) 123-45-67");
	check_text(school_dup_support_email(box->school), "help@school17.example");
	json = school_render(box->school, NULL);
	g_assert_nonnull(strstr(json, "\"languages\":[\"ru\"],"));
	change(box, (SchoolInfo){.full_name = "", .address = " ", .support_phone = ""});
	check_text(school_dup_full_name(box->school), "Школа");
	check_text(school_dup_address(box->school), NULL);
	check_text(school_dup_support_phone(box->school), NULL);
}

static void append_logo(Box *box, char digit)
{
	g_autofree char *address = g_strnfill(FILE_ADDRESS_LENGTH, digit);
	g_autofree char *school = school_dup_id(box->school);
	g_autoptr(Event) event =
		event_new(&ACTOR_OF_SYSTEM, "school.logo.changed", "school", school,
			  json_pack("{s:s, s:s}", "large", address, "small", address));
	GError *error = NULL;

	box_begin(box);
	events_append(box->events, event, &error);
	g_assert_no_error(error);
	box_end(box, true);
}

static void test_rebuilt_from_the_log(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	g_assert_true(set(box, &ACTOR_OF_SYSTEM, (SchoolInfo){"Школа", NULL, NULL}, NULL));
	append_logo(box, 'a');
	change(box, (SchoolInfo){.address = "Школьная улица, 17", .languages = LANGUAGE_ENGLISH});
	append_logo(box, 'b');
	before = box_dump(box, "projection");
	g_assert_nonnull(strstr(before, "bbbb"));
	box_begin(box);
	g_assert_true(events_rebuild(box->events, NULL));
	box_end(box, true);
	after = box_dump(box, "projection");
	g_assert_cmpstr(before, ==, after);
}

/* What a school said before it had more to say than a name: all languages are offered. */
static void test_an_older_word(void)
{
	g_autoptr(Box) box = box_new();
	Id id = id_new();
	g_autoptr(Event) event = event_new(
		&ACTOR_OF_SYSTEM, "school.changed", "school", id.text,
		json_pack("{s:s, s:s, s:n}", "name", "Школа", "time_zone", "Asia/Omsk",
			  "support_email"));
	g_autofree char *json = NULL;

	box_begin(box);
	g_assert_true(events_append(box->events, event, NULL));
	box_end(box, true);
	json = school_render(box->school, NULL);
	g_assert_nonnull(strstr(json, "\"languages\":[\"ru\",\"en\"]"));
	check_text(school_dup_address(box->school), NULL);
}

static void test_the_setup_code_is_used_once(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *code = school_setup_code(box->school, NULL);
	g_autofree char *again = school_setup_code(box->school, NULL);
	g_autofree char *path = g_build_filename(box->scratch->directory, "setup-code", NULL);
	g_autofree char *typed = g_ascii_strdown(code, -1);
	g_autoptr(GError) error = NULL;
	GStatBuf status;

	g_assert_cmpuint(strlen(code), ==, SETUP_CODE_LENGTH);
	g_assert_cmpstr(code, ==, again);
	g_assert_cmpint(g_stat(path, &status), ==, 0);
	g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
	box_assert_refused(school_check_setup_code(box->school, "0000-0000-0000-0000", &error),
			   &error, ERROR_FORBIDDEN, "wrong-setup-code");
	box_assert_refused(school_check_setup_code(box->school, "", &error), &error,
			   ERROR_FORBIDDEN, "wrong-setup-code");

	box_begin(box);
	g_assert_true(school_use_setup_code(box->school, typed, &error));
	box_end(box, false);
	g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
	box_begin(box);
	g_assert_true(school_use_setup_code(box->school, typed, &error));
	g_assert_true(school_set(box->school, &ACTOR_OF_SYSTEM, &(SchoolInfo){"Школа", NULL, NULL},
				 &error));
	box_end(box, true);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	box_assert_refused(school_use_setup_code(box->school, code, &error), &error, ERROR_CONFLICT,
			   "already-set-up");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/school/rights", test_only_administrators_change_it);
	g_test_add_func("/school/refused", test_what_is_refused);
	g_test_add_func("/school/refused-beyond-the-name", test_what_is_refused_beyond_the_name);
	g_test_add_func("/school/papers", test_what_papers_and_help_say);
	g_test_add_func("/school/rebuild", test_rebuilt_from_the_log);
	g_test_add_func("/school/older", test_an_older_word);
	g_test_add_func("/school/change", test_a_change_keeps_the_rest);
	g_test_add_func("/school/setup-code", test_the_setup_code_is_used_once);
	return g_test_run();
}
