/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may begin and end broadcasts, and watch them; what runs in consequence. */
#include "studio.h"

#include "broadcasts/cameras.h"
#include "broadcasts/runs.h"

#include <string.h>

static const AudienceOf SCHOOL = {.school = true};

static bool may(Studio *studio, const Actor *person, const Id *broadcast)
{
	GError *error = NULL;
	bool by_row, by_session;

	g_assert_true(watchers_may(studio->broadcasts, person->person.text, broadcast->text,
				   &by_row, &error));
	g_assert_true(watchers_session_may(studio->broadcasts, person, broadcast->text, &by_session,
					   &error));
	g_assert_cmpint(by_row, ==, by_session);
	return by_row;
}

/* --- Begin and end --- */

static bool try_begin(Studio *studio, const Actor *actor, const Id *camera, const char *title,
		      const AudienceOf *audience, GError **error)
{
	Id id;
	bool begun;

	studio_begin(studio);
	begun = broadcasts_begin(studio->broadcasts, actor, camera->text, title, audience, &id,
				 error);
	studio_end(studio, begun);
	return begun;
}

static void test_who_begins(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал");
	static const struct {
		unsigned roles;
		bool may;
	} ROLES[] = {
		{ROLE_ADMINISTRATOR, true},
		{ROLE_TEACHER, true},
		{ROLE_TEACHER | ROLE_PARENT, true},
		{ROLE_PUPIL, false},
		{ROLE_PARENT, false},
	};
	GError *error = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(ROLES); i++) {
		Actor actor = studio_add_person(studio, ROLES[i].roles);
		bool begun = try_begin(studio, &actor, &camera, "Урок", &SCHOOL, &error);

		if (ROLES[i].may)
			g_assert_true(begun);
		else
			studio_assert_refused(begun, &error, ERROR_FORBIDDEN, "forbidden", NULL);
	}
}

static void test_bad_broadcasts(void)
{
	g_autoptr(Studio) studio = studio_new();
	Actor teacher = studio_add_person(studio, ROLE_TEACHER);
	Id camera = studio_add_camera(studio, "Зал"), nothing = id_new();
	const char *const no_class[] = {nothing.text, NULL};
	const char *const no_id[] = {"5А", NULL};
	const AudienceOf nobody = {0};
	const AudienceOf of_nothing = {.classes = no_class};
	const AudienceOf of_no_id = {.parents_of = no_id};
	g_autofree char *long_title = g_strnfill(121, 'x');
	GError *error = NULL;

	studio_assert_refused(try_begin(studio, &teacher, &nothing, "Урок", &SCHOOL, &error),
			      &error, ERROR_INVALID, "invalid", "camera");
	studio_assert_refused(try_begin(studio, &teacher, &camera, " ", &SCHOOL, &error), &error,
			      ERROR_INVALID, "empty", "title");
	studio_assert_refused(try_begin(studio, &teacher, &camera, long_title, &SCHOOL, &error),
			      &error, ERROR_INVALID, "too-long", "title");
	studio_assert_refused(try_begin(studio, &teacher, &camera, "Урок\u202e", &SCHOOL, &error),
			      &error, ERROR_INVALID, "invalid", "title");
	studio_assert_refused(try_begin(studio, &teacher, &camera, "Урок", &nobody, &error), &error,
			      ERROR_INVALID, "empty", "audience");
	studio_assert_refused(try_begin(studio, &teacher, &camera, "Урок", &of_nothing, &error),
			      &error, ERROR_INVALID, "invalid", "audience");
	studio_assert_refused(try_begin(studio, &teacher, &camera, "Урок", &of_no_id, &error),
			      &error, ERROR_INVALID, "invalid", "audience");
	g_assert_true(try_begin(studio, &teacher, &camera, "Урок", &SCHOOL, &error));
	workers_await(studio, "zal"); /* the first name: nothing ran before */
}

static void test_worker_runs(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Кабинет 12");
	Id id = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	const WireStart *start;

	workers_await(studio, "kabinet-12");
	start = worker_start(studio, "kabinet-12");
	g_assert_cmpstr(start->broadcast, ==, id.text);
	g_assert_cmpstr(start->source.url, ==, "rtsp://10.0.0.5/stream");
	g_assert_cmpstr(start->source.password, ==, "camera-secret-1");
	studio_begin(studio);
	g_assert_true(broadcasts_end(studio->broadcasts, &ACTOR_OF_SYSTEM, id.text, NULL));
	studio_end(studio, true);
	workers_await(studio, "");
}

static void test_undone_begin_starts_nothing(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал"), other = studio_add_camera(studio, "Коридор");
	Id id;

	studio_begin(studio);
	g_assert_true(broadcasts_begin(studio->broadcasts, &ACTOR_OF_SYSTEM, camera.text, "Урок",
				       &SCHOOL, &id, NULL));
	studio_end(studio, false);
	(void)studio_broadcast(studio, &ACTOR_OF_SYSTEM, &other, &SCHOOL);
	workers_await(studio, "koridor");
}

static void test_undone_end_stops_nothing(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал");
	Id id = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	const WireState state = {.part_target_us = 440000, .target_duration_s = 4};

	studio_begin(studio);
	g_assert_true(broadcasts_end(studio->broadcasts, &ACTOR_OF_SYSTEM, id.text, NULL));
	studio_end(studio, false);
	worker_says_state(studio, "zal", &state);
	worker_says_part(studio, "zal", 0, 0);
	g_assert_cmpint(run_find(studio->broadcasts, "zal")->state, ==, RUN_LIVE);
	workers_await(studio, "zal");
}

/* At the same time, and soon after: browsers keep parts by their address. */
static void test_names_of_broadcasts(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал");
	Id first = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	int64_t now = events_now_ms(studio->events);

	(void)studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	workers_await(studio, "zal zal-2");
	studio_begin(studio);
	g_assert_true(broadcasts_end(studio->broadcasts, &ACTOR_OF_SYSTEM, first.text, NULL));
	studio_end(studio, true);
	(void)studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	workers_await(studio, "zal-2 zal-3");
	events_pretend_now(studio->events, now + 10 * 60 * 1000);
	(void)studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	workers_await(studio, "zal-2 zal-3 zal");
}

static void test_who_ends(void)
{
	g_autoptr(Studio) studio = studio_new();
	Actor author = studio_add_person(studio, ROLE_TEACHER);
	Actor other = studio_add_person(studio, ROLE_TEACHER);
	Actor pupil = studio_add_person(studio, ROLE_PUPIL);
	Actor administrator = studio_add_person(studio, ROLE_ADMINISTRATOR);
	const AudienceOf staff = {.staff = true};
	Id camera = studio_add_camera(studio, "Зал");
	Id first = studio_broadcast(studio, &author, &camera, &staff);
	Id second = studio_broadcast(studio, &author, &camera, &staff);
	GError *error = NULL;
	bool ended;

	studio_begin(studio);
	ended = broadcasts_end(studio->broadcasts, &pupil, first.text, &error);
	studio_assert_refused(ended, &error, ERROR_NOT_FOUND, "not-found", NULL);
	ended = broadcasts_end(studio->broadcasts, &other, first.text, &error);
	studio_assert_refused(ended, &error, ERROR_FORBIDDEN, "forbidden", NULL);
	g_assert_true(broadcasts_end(studio->broadcasts, &author, first.text, &error));
	g_assert_true(broadcasts_end(studio->broadcasts, &administrator, second.text, &error));
	ended = broadcasts_end(studio->broadcasts, &author, first.text, &error);
	studio_assert_refused(ended, &error, ERROR_CONFLICT, "broadcast-ended", NULL);
	studio_end(studio, true);
	workers_await(studio, "");
}

/* --- Who may watch --- */

static void test_audience_of_a_class(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал");
	Id own = studio_add_class(studio), other = studio_add_class(studio);
	Actor teacher = studio_add_person(studio, ROLE_TEACHER);
	Actor pupil = studio_add_person(studio, ROLE_PUPIL);
	Actor stranger = studio_add_person(studio, ROLE_PUPIL);
	Actor mother = studio_add_person(studio, ROLE_PARENT);
	Actor author = studio_add_person(studio, ROLE_TEACHER);
	Actor administrator = studio_add_person(studio, ROLE_ADMINISTRATOR);
	const char *const classes[] = {own.text, NULL};
	const AudienceOf audience = {.classes = classes};
	Id id;

	studio_join(studio, &own, &teacher, MEMBER_TEACHER);
	studio_join(studio, &own, &pupil, MEMBER_PUPIL);
	studio_join(studio, &other, &stranger, MEMBER_PUPIL);
	studio_link(studio, &pupil, &mother);
	id = studio_broadcast(studio, &author, &camera, &audience);
	g_assert_true(may(studio, &pupil, &id));
	g_assert_true(may(studio, &teacher, &id));
	g_assert_true(may(studio, &author, &id));
	g_assert_true(may(studio, &administrator, &id));
	g_assert_false(may(studio, &stranger, &id));
	g_assert_false(may(studio, &mother, &id));
}

static void test_audience_of_parents(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал"), own = studio_add_class(studio);
	Actor teacher = studio_add_person(studio, ROLE_TEACHER);
	Actor pupil = studio_add_person(studio, ROLE_PUPIL);
	Actor mother = studio_add_person(studio, ROLE_PARENT);
	Actor father = studio_add_person(studio, ROLE_PARENT);
	const char *const classes[] = {own.text, NULL};
	const AudienceOf audience = {.parents_of = classes};
	Id id;

	studio_join(studio, &own, &teacher, MEMBER_TEACHER);
	studio_join(studio, &own, &pupil, MEMBER_PUPIL);
	studio_link(studio, &pupil, &mother);
	id = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &audience);
	g_assert_true(may(studio, &mother, &id));
	g_assert_false(may(studio, &father, &id));
	g_assert_false(may(studio, &pupil, &id));
	g_assert_false(may(studio, &teacher, &id));
	studio_link(studio, &pupil, &father);
	g_assert_true(may(studio, &father, &id));
}

static void test_audience_of_school_and_staff(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал");
	Actor teacher = studio_add_person(studio, ROLE_TEACHER);
	Actor pupil = studio_add_person(studio, ROLE_PUPIL);
	Actor mother = studio_add_person(studio, ROLE_PARENT);
	const AudienceOf staff = {.staff = true};
	Id for_all = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	Id for_staff = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &staff);

	g_assert_true(may(studio, &pupil, &for_all));
	g_assert_true(may(studio, &mother, &for_all));
	g_assert_true(may(studio, &teacher, &for_staff));
	g_assert_false(may(studio, &pupil, &for_staff));
	g_assert_false(may(studio, &mother, &for_staff));
}

/* Joining and leaving count at once, for what is remembered too. */
static void test_rights_move(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал"), own = studio_add_class(studio);
	Actor pupil = studio_add_person(studio, ROLE_PUPIL);
	Actor mother = studio_add_person(studio, ROLE_PARENT);
	Actor person = studio_add_person(studio, ROLE_PARENT);
	const char *const classes[] = {own.text, NULL};
	const AudienceOf audience = {.staff = true, .classes = classes, .parents_of = classes};
	Id id = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &audience);
	GError *error = NULL;

	studio_link(studio, &pupil, &mother);
	g_assert_false(may(studio, &pupil, &id));
	g_assert_false(may(studio, &mother, &id));
	studio_join(studio, &own, &pupil, MEMBER_PUPIL);
	g_assert_true(may(studio, &pupil, &id));
	g_assert_true(may(studio, &mother, &id));
	studio_leave(studio, &own, &pupil);
	g_assert_false(may(studio, &pupil, &id));
	g_assert_false(may(studio, &mother, &id));
	g_assert_false(may(studio, &person, &id));
	studio_begin(studio);
	g_assert_true(people_set_roles(studio->people, &ACTOR_OF_SYSTEM, person.person.text,
				       ROLE_TEACHER, &error));
	studio_end(studio, true);
	g_assert_true(may(studio, &person, &id));
}

/* The log alone makes the same cameras, broadcasts and rights. */
static void test_rebuilt_from_the_log(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал"), own = studio_add_class(studio);
	Actor pupil = studio_add_person(studio, ROLE_PUPIL);
	const char *const classes[] = {own.text, NULL};
	const AudienceOf audience = {.classes = classes};
	Id id = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &audience);
	g_auto(Broadcast) before = {0}, after = {0};
	GError *error = NULL;

	studio_join(studio, &own, &pupil, MEMBER_PUPIL);
	g_assert_true(broadcast_load(studio->store, id.text, &before, NULL));
	studio_begin(studio);
	g_assert_true(events_rebuild(studio->events, &error));
	studio_end(studio, true);
	g_assert_true(broadcast_load(studio->store, id.text, &after, NULL));
	g_assert_cmpstr(after.slug, ==, before.slug);
	g_assert_cmpstr(after.title, ==, before.title);
	g_assert_cmpstr(after.camera_name, ==, before.camera_name);
	g_assert_cmpint(after.started_ms, ==, before.started_ms);
	g_assert_true(may(studio, &pupil, &id));
}

/* --- What runs --- */

static RunState state_of(Studio *studio, const char *slug)
{
	return run_find(studio->broadcasts, slug)->state;
}

static void test_states(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал");
	WireState state = {.part_target_us = 440000, .target_duration_s = 4};
	g_auto(Camera) row = {0};
	Id id = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);

	g_assert_cmpint(state_of(studio, "zal"), ==, RUN_STARTING);
	worker_says_state(studio, "zal", &state);
	worker_says_camera(studio, "zal", CAMERA_LIVE);
	g_assert_cmpint(state_of(studio, "zal"), ==, RUN_STARTING); /* nothing to play yet */
	worker_says_part(studio, "zal", 0, 0);
	g_assert_cmpint(state_of(studio, "zal"), ==, RUN_LIVE);
	worker_says_camera(studio, "zal", CAMERA_LOST);
	g_assert_cmpint(state_of(studio, "zal"), ==, RUN_CAMERA_LOST);
	g_assert_true(store_commit(studio->store, NULL));
	g_assert_true(camera_load(studio->store, camera.text, &row, NULL));
	g_assert_cmpstr(row.state, ==, "lost");
	worker_says_part(studio, "zal", 0, 1);
	g_assert_cmpint(state_of(studio, "zal"), ==, RUN_LIVE);
	studio_begin(studio);
	g_assert_true(broadcasts_end(studio->broadcasts, &ACTOR_OF_SYSTEM, id.text, NULL));
	studio_end(studio, true);
	g_assert_cmpint(state_of(studio, "zal"), ==, RUN_ENDED);
	g_assert_null(run_of_broadcast(studio->broadcasts, id.text));
}

static void test_restart_goes_on(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал");
	Id first = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	Id second = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	unsigned starts;

	studio_begin(studio);
	g_assert_true(broadcasts_end(studio->broadcasts, &ACTOR_OF_SYSTEM, first.text, NULL));
	studio_end(studio, true);
	workers_await(studio, "zal-2");
	starts = studio->played->starts;
	(void)played_add(studio->played, "left-over", "another");
	studio_restart(studio);
	PLAYED_WAIT(studio->played->adopted == 2); /* one of them to tell it that it may end */
	workers_await(studio, "zal-2");
	g_assert_cmpuint(studio->played->starts, ==, starts);
	g_assert_cmpstr(worker_start(studio, "zal-2")->broadcast, ==, second.text);
	g_assert_cmpstr(worker_start(studio, "zal-2")->source.password, ==, "camera-secret-1");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/broadcasts/who-begins", test_who_begins);
	g_test_add_func("/broadcasts/bad", test_bad_broadcasts);
	g_test_add_func("/broadcasts/worker-runs", test_worker_runs);
	g_test_add_func("/broadcasts/undone-begin", test_undone_begin_starts_nothing);
	g_test_add_func("/broadcasts/undone-end", test_undone_end_stops_nothing);
	g_test_add_func("/broadcasts/names", test_names_of_broadcasts);
	g_test_add_func("/broadcasts/who-ends", test_who_ends);
	g_test_add_func("/watchers/class", test_audience_of_a_class);
	g_test_add_func("/watchers/parents", test_audience_of_parents);
	g_test_add_func("/watchers/school-and-staff", test_audience_of_school_and_staff);
	g_test_add_func("/watchers/rights-move", test_rights_move);
	g_test_add_func("/broadcasts/rebuilt", test_rebuilt_from_the_log);
	g_test_add_func("/runs/states", test_states);
	g_test_add_func("/runs/restart", test_restart_goes_on);
	return g_test_run();
}
