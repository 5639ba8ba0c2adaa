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

static void test_a_change_keeps_the_rest(void)
{
	g_autoptr(Box) box = box_new();
	SchoolInfo changes = {.support_email = "help@school17.example"};
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	before = school_render(box->school, NULL);
	g_assert_cmpstr(before, ==,
			"{\"name\":\"\",\"time_zone\":\"Europe/Moscow\",\"support_email\":null,"
			"\"languages\":[\"ru\",\"en\"],\"set_up\":false,"
			"\"server_time\":\"2026-11-23T06:00:00.000Z\"}");
	g_assert_true(set(box, &ACTOR_OF_SYSTEM, (SchoolInfo){"Школа", "Asia/Omsk", NULL}, NULL));
	box_begin(box);
	g_assert_true(school_change(box->school, &ACTOR_OF_SYSTEM, &changes, NULL));
	box_end(box, true);
	after = school_render(box->school, NULL);
	g_assert_cmpstr(after, ==,
			"{\"name\":\"Школа\",\"time_zone\":\"Asia/Omsk\","
			"\"support_email\":\"help@school17.example\",\"languages\":[\"ru\",\"en\"],"
			"\"set_up\":true,\"server_time\":\"2026-11-23T06:00:00.000Z\"}");
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
	g_test_add_func("/school/change", test_a_change_keeps_the_rest);
	g_test_add_func("/school/setup-code", test_the_setup_code_is_used_once);
	return g_test_run();
}
