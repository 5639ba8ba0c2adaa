/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sessions: idle and long ones, ending them, roles that change, turns that are undone. */
#include "box.h"
#include "events/events-private.h"
#include "people/people-private.h"

#include <string.h>

#define MINUTE_MS (60 * 1000LL)
#define DAY_MS	  (24 * 60 * MINUTE_MS)

static char *start(Box *box, const Id *person, bool own_device, Id *ret_id)
{
	char *token;

	box_begin(box);
	token = sessions_start(box->people->sessions, person->text, own_device, "Firefox", ret_id,
			       NULL);
	box_end(box, true);
	g_assert_nonnull(token);
	return token;
}

static Actor find(Box *box, const char *token)
{
	Actor actor;
	GError *error = NULL;

	sessions_find(box->people->sessions, token, &actor, &error);
	g_assert_no_error(error);
	return actor;
}

static void assert_lives(Box *box, const char *token, bool lives)
{
	g_assert_cmpint(find(box, token).kind, ==, lives ? ACTOR_PERSON : ACTOR_NOBODY);
}

static void test_a_token_is_its_person(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *other = token_new();
	g_autofree char *token = NULL;
	Id session;
	Actor actor;

	token = start(box, &person, false, &session);
	actor = find(box, token);
	g_assert_cmpstr(actor.person.text, ==, person.text);
	g_assert_cmpstr(actor.session.text, ==, session.text);
	g_assert_cmpuint(actor.roles, ==, ROLE_TEACHER);
	assert_lives(box, other, false);
	assert_lives(box, "short", false);
	assert_lives(box, "", false);
}

static void test_a_shared_pc_forgets_after_half_an_hour(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *token = NULL;
	Id session;
	Actor actor;

	token = start(box, &person, false, &session);
	box_pass(box, 29 * MINUTE_MS);
	actor = find(box, token);
	g_assert_cmpint(actor.kind, ==, ACTOR_PERSON);
	sessions_touch(box->people->sessions, &actor);
	box_pass(box, 29 * MINUTE_MS);
	assert_lives(box, token, true);
	box_pass(box, MINUTE_MS);
	assert_lives(box, token, false);
}

static void test_an_own_device_lasts_thirty_days(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *token = NULL;
	Id session;

	token = start(box, &person, true, &session);
	box_pass(box, 30 * DAY_MS - 1);
	assert_lives(box, token, true);
	box_pass(box, 1);
	assert_lives(box, token, false);
}

static void test_activity_is_written_seldom_and_survives(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *token = NULL;
	g_autofree char *at_once = NULL;
	g_autofree char *before = box_dump(box, "secret");
	g_autofree char *later = NULL;
	Id session;
	Actor actor;

	token = start(box, &person, false, &session);
	g_free(before);
	before = box_dump(box, "secret");
	box_pass(box, 2 * MINUTE_MS);
	actor = find(box, token);
	sessions_touch(box->people->sessions, &actor);
	sessions_tick(box->people->sessions);
	g_assert_true(store_commit(box->store, NULL));
	at_once = box_dump(box, "secret");
	g_assert_cmpstr(before, ==, at_once);
	box_pass(box, 3 * MINUTE_MS);
	sessions_tick(box->people->sessions);
	g_assert_true(store_commit(box->store, NULL));
	later = box_dump(box, "secret");
	g_assert_cmpstr(before, !=, later);

	/* As after a restart: the row knows the activity of minute 2. */
	sessions_forget_person(box->people->sessions, person.text);
	box_pass(box, 26 * MINUTE_MS);
	assert_lives(box, token, true);
	box_pass(box, 2 * MINUTE_MS);
	assert_lives(box, token, false);
}

static void test_what_is_over_is_removed(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *token = NULL;
	g_autofree char *rows = NULL;
	Id session;

	token = start(box, &person, false, &session);
	assert_lives(box, token, true);
	box_pass(box, 31 * MINUTE_MS);
	sessions_tick(box->people->sessions);
	g_assert_true(store_commit(box->store, NULL));
	rows = box_dump(box, "secret");
	g_assert_null(strstr(rows, session.text));
}

/* A restart after a step back that was confirmed: what happened last lies ahead of the true time. */
static void doubt_time(Box *box, int64_t known_ms)
{
	box->events->wall = (WallClock){CLOCK_STEPPED_BACK, known_ms, box_boot_ms()};
	events_pretend_now(box->events, known_ms);
}

static void confirm_time(Box *box)
{
	box->events->wall.doubt = CLOCK_BELIEVED;
	box_pass(box, 0);
}

static void test_a_doubted_time_ends_no_session_for_good(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *unread = NULL;
	g_autofree char *token = NULL;
	g_autofree char *later = NULL;
	Id session;

	unread = start(box, &person, false, &session);
	token = start(box, &person, false, &session);
	box_pass(box, 10 * MINUTE_MS);
	doubt_time(box, BOX_NOW_MS + 40 * DAY_MS);
	assert_lives(box, token, false);
	later = start(box, &person, false, &session);
	assert_lives(box, later, true);
	sessions_tick(box->people->sessions);
	g_assert_true(store_commit(box->store, NULL));
	confirm_time(box);
	assert_lives(box, token, true);
	assert_lives(box, unread, true);
}

static void test_an_ended_session_is_nobody(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *kept = NULL;
	g_autofree char *ended = NULL;
	Id kept_id;
	Id ended_id;

	kept = start(box, &person, false, &kept_id);
	ended = start(box, &person, true, &ended_id);
	assert_lives(box, kept, true);
	assert_lives(box, ended, true);
	box_begin(box);
	g_assert_true(sessions_end_others(box->people->sessions, person.text, kept_id.text, NULL));
	box_end(box, true);
	assert_lives(box, kept, true);
	assert_lives(box, ended, false);
}

/* A reader sees what is committed, so it may put the row back into memory within the turn. */
static void test_an_ending_is_not_overtaken_by_a_reader(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *token = NULL;
	Id session;

	token = start(box, &person, false, &session);
	g_assert_true(store_begin(box->store, NULL));
	g_assert_true(sessions_end(box->people->sessions, session.text, NULL));
	g_assert_true(store_end(box->store, true, NULL));
	assert_lives(box, token, true);
	g_assert_true(store_commit(box->store, NULL));
	assert_lives(box, token, false);
}

static void test_an_undone_ending_changes_nothing(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *token = NULL;
	Id session;

	token = start(box, &person, false, &session);
	box_begin(box);
	g_assert_true(sessions_end(box->people->sessions, session.text, NULL));
	box_end(box, false);
	assert_lives(box, token, true);
}

static void test_new_roles_count_at_once(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *token = NULL;
	Id session;

	token = start(box, &person, false, &session);
	g_assert_cmpuint(find(box, token).roles, ==, ROLE_TEACHER);
	box_begin(box);
	g_assert_true(people_set_roles(box->people, &ACTOR_OF_SYSTEM, person.text,
				       ROLE_TEACHER | ROLE_ADMINISTRATOR, NULL));
	box_end(box, true);
	g_assert_cmpuint(find(box, token).roles, ==, ROLE_TEACHER | ROLE_ADMINISTRATOR);
}

static void test_a_person_has_not_too_many(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *first = NULL;
	Id session;

	first = start(box, &person, true, &session);
	for (int i = 0; i < SESSIONS_PER_PERSON_MAX - 1; i++) {
		box_pass(box, 1000);
		g_free(start(box, &person, true, &session));
	}
	assert_lives(box, first, true);
	g_free(start(box, &person, true, &session));
	assert_lives(box, first, false);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sessions/token", test_a_token_is_its_person);
	g_test_add_func("/sessions/shared", test_a_shared_pc_forgets_after_half_an_hour);
	g_test_add_func("/sessions/own-device", test_an_own_device_lasts_thirty_days);
	g_test_add_func("/sessions/written", test_activity_is_written_seldom_and_survives);
	g_test_add_func("/sessions/removed", test_what_is_over_is_removed);
	g_test_add_func("/sessions/doubted", test_a_doubted_time_ends_no_session_for_good);
	g_test_add_func("/sessions/ended", test_an_ended_session_is_nobody);
	g_test_add_func("/sessions/overtaken", test_an_ending_is_not_overtaken_by_a_reader);
	g_test_add_func("/sessions/undone", test_an_undone_ending_changes_nothing);
	g_test_add_func("/sessions/roles", test_new_roles_count_at_once);
	g_test_add_func("/sessions/many", test_a_person_has_not_too_many);
	return g_test_run();
}
