/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests for a broadcast's media that wait, and what becomes of them. */
#include "page.h"

#include "broadcasts/runs.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PLAYLIST "/live/zal/index.m3u8"

typedef struct {
	Studio *studio;
	Id class_id;
	Actor pupil; /* watches */
	Actor other; /* may not */
	Id broadcast;
} Lesson;

/* A broadcast of «Зал» to one class; nothing came of the camera yet. */
static Lesson *lesson_new(void)
{
	Lesson *self = g_new0(Lesson, 1);
	Id camera;

	self->studio = studio_new();
	self->class_id = studio_add_class(self->studio);
	self->pupil = studio_add_person(self->studio, ROLE_PUPIL);
	self->other = studio_add_person(self->studio, ROLE_PUPIL);
	studio_join(self->studio, &self->class_id, &self->pupil, MEMBER_PUPIL);
	camera = studio_add_camera(self->studio, "Зал");
	self->broadcast = studio_broadcast(
		self->studio, &ACTOR_OF_SYSTEM, &camera,
		&(AudienceOf){.classes = (const char *const[]){self->class_id.text, NULL}});
	studio_listen(self->studio);
	return self;
}

static void lesson_free(Lesson *self)
{
	studio_free(self->studio);
	g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lesson, lesson_free)

static void says_targets(Lesson *self, unsigned target_duration_s)
{
	WireState state = {.part_target_us = 440000, .target_duration_s = target_duration_s};

	worker_says_state(self->studio, "zal", &state);
}

/* The edge is part 2 of segment 0. */
static Lesson *lesson_on_air(void)
{
	Lesson *self = lesson_new();

	says_targets(self, 4);
	worker_says_part(self->studio, "zal", 0, 0);
	worker_says_part(self->studio, "zal", 0, 1);
	return self;
}

static void end_lesson(Lesson *self)
{
	GError *error = NULL;

	studio_begin(self->studio);
	broadcasts_end(self->studio->broadcasts, &ACTOR_OF_SYSTEM, self->broadcast.text, &error);
	g_assert_no_error(error);
	studio_end(self->studio, true);
}

static void write_part(Lesson *self, const char *file, const char *bytes)
{
	g_autofree char *folder =
		g_build_filename(self->studio->scratch->directory, "broadcast", "zal", NULL);
	g_autofree char *path = g_build_filename(folder, file, NULL);

	g_mkdir_with_parents(folder, 0755);
	g_assert_true(g_file_set_contents(path, bytes, -1, NULL));
}

static void test_answered_at_once(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	g_auto(Page) page = page_get(lesson->studio, &lesson->pupil, PLAYLIST);

	g_assert_cmpuint(page.status, ==, 200);
	g_assert_nonnull(strstr(page.text, "URI=\"part_0_1.m4s\""));
}

static void test_first_picture_is_waited_for(void)
{
	g_autoptr(Lesson) lesson = lesson_new();
	int fd = page_ask(lesson->studio, &lesson->pupil, PLAYLIST, NULL);
	g_auto(Page) page = {0};

	studio_wait_for_holds(lesson->studio, "zal", 1);
	says_targets(lesson, 4);
	worker_says_part(lesson->studio, "zal", 0, 0);
	page = page_hear(fd);
	g_assert_cmpuint(page.status, ==, 200);
	g_assert_nonnull(strstr(page.text, "URI=\"part_0_0.m4s\""));
}

static void test_blocking_reload(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	int fds[3];

	for (int i = 0; i < 3; i++)
		fds[i] = page_ask(lesson->studio, &lesson->pupil,
				  i < 2 ? PLAYLIST "?_HLS_msn=0&_HLS_part=2"
					: PLAYLIST "?_HLS_msn=0&_HLS_part=3",
				  NULL);
	studio_wait_for_holds(lesson->studio, "zal", 3);
	worker_says_part(lesson->studio, "zal", 0, 2);
	studio_wait_for_holds(lesson->studio, "zal", 1);
	worker_says_part(lesson->studio, "zal", 0, 3);
	for (int i = 0; i < 3; i++) {
		g_auto(Page) page = page_hear(fds[i]);

		g_assert_cmpuint(page.status, ==, 200);
		g_assert_nonnull(strstr(page.text, "URI=\"part_0_2.m4s\""));
		g_assert_true((i == 2) == !!strstr(page.text, "URI=\"part_0_3.m4s\"\n#EXT-X-PRE"));
	}
}

static void test_refused_directives(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	static const char *const BAD[] = {"?_HLS_part=1", "?_HLS_msn=x", "?_HLS_msn=2",
					  "?_HLS_msn=0&_HLS_part=99"};

	for (guint i = 0; i < G_N_ELEMENTS(BAD); i++) {
		g_autofree char *path = g_strconcat(PLAYLIST, BAD[i], NULL);
		g_auto(Page) page = page_get(lesson->studio, &lesson->pupil, path);

		g_assert_cmpuint(page.status, ==, 400);
		g_assert_nonnull(strstr(page.text, "\"field\":\"_HLS_"));
	}
}

static void test_too_late(void)
{
	g_autoptr(Lesson) lesson = lesson_new();
	g_auto(Page) page = {0};

	says_targets(lesson, 1);
	worker_says_part(lesson->studio, "zal", 0, 0);
	page = page_get(lesson->studio, &lesson->pupil, PLAYLIST "?_HLS_msn=0&_HLS_part=1");
	g_assert_cmpuint(page.status, ==, 503);
}

static void test_hinted_part(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	int fds[2];

	for (int i = 0; i < 2; i++)
		fds[i] = page_ask(lesson->studio, &lesson->pupil, "/live/zal/part_0_2.m4s", NULL);
	studio_wait_for_holds(lesson->studio, "zal", 2);
	write_part(lesson, "part_0_2.m4s", "moof and mdat");
	worker_says_part(lesson->studio, "zal", 0, 2);
	for (int i = 0; i < 2; i++) {
		g_auto(Page) page = page_hear(fds[i]);

		g_assert_cmpuint(page.status, ==, 200);
		g_assert_cmpstr(page.text, ==, "moof and mdat");
	}
}

static void test_hint_that_did_not_come_true(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	int fd = page_ask(lesson->studio, &lesson->pupil, "/live/zal/part_0_2.m4s", NULL);
	g_auto(Page) page = {0};

	studio_wait_for_holds(lesson->studio, "zal", 1);
	worker_says_part(lesson->studio, "zal", 1, 0);
	page = page_hear(fd);
	g_assert_cmpuint(page.status, ==, 404);
}

static void test_unknown_files(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	static const char *const UNKNOWN[] = {
		"/live/zal/part_0_3.m4s", "/live/zal/part_9_0.m4s", "/live/zal/init_1.mp4",
		"/live/zal/state",	  "/live/other/index.m3u8",
	};

	for (guint i = 0; i < G_N_ELEMENTS(UNKNOWN); i++) {
		g_auto(Page) page = page_get(lesson->studio, &lesson->pupil, UNKNOWN[i]);

		g_assert_cmpuint(page.status, ==, 404);
	}
}

/* What a camera gone mad fills is not kept in memory, however often it is asked for. */
static void test_a_part_over_its_limit(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	g_autofree char *path = g_build_filename(lesson->studio->scratch->directory, "broadcast",
						 "zal", "part_0_1.m4s", NULL);

	write_part(lesson, "part_0_1.m4s", "");
	g_assert_cmpint(truncate(path, 16 * 1024 * 1024 + 1), ==, 0);
	for (int i = 0; i < 2; i++) {
		g_auto(Page) page = page_get(lesson->studio, &lesson->pupil, "/live/zal/part_0_1.m4s");

		g_assert_cmpuint(page.status, ==, 404);
	}
}

static void test_outsiders(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	static const char *const PATHS[] = {PLAYLIST, PLAYLIST "?_HLS_msn=0&_HLS_part=2",
					    "/live/zal/part_0_2.m4s"};

	for (guint i = 0; i < G_N_ELEMENTS(PATHS); i++) {
		g_auto(Page) outsider = page_get(lesson->studio, &lesson->other, PATHS[i]);
		g_auto(Page) nobody = page_get(lesson->studio, NULL, PATHS[i]);

		g_assert_cmpuint(outsider.status, ==, 404);
		g_assert_cmpuint(nobody.status, ==, 401);
	}
}

static void test_right_lost_while_waiting(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	int fd = page_ask(lesson->studio, &lesson->pupil, PLAYLIST "?_HLS_msn=0&_HLS_part=2", NULL);
	g_auto(Page) page = {0};

	studio_wait_for_holds(lesson->studio, "zal", 1);
	studio_leave(lesson->studio, &lesson->class_id, &lesson->pupil);
	worker_says_part(lesson->studio, "zal", 0, 2);
	page = page_hear(fd);
	g_assert_cmpuint(page.status, ==, 404);
}

static void test_end_is_told_at_once(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	int fd = page_ask(lesson->studio, &lesson->pupil, PLAYLIST "?_HLS_msn=1&_HLS_part=0", NULL);
	g_auto(Page) page = {0};

	studio_wait_for_holds(lesson->studio, "zal", 1);
	end_lesson(lesson);
	page = page_hear(fd);
	g_assert_cmpuint(page.status, ==, 200);
	g_assert_nonnull(strstr(page.text, "#EXT-X-ENDLIST\n"));
}

static void test_gone_while_waiting(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	int fd = page_ask(lesson->studio, &lesson->pupil, PLAYLIST "?_HLS_msn=0&_HLS_part=2", NULL);

	studio_wait_for_holds(lesson->studio, "zal", 1);
	page_leave(fd);
	studio_wait_for_holds(lesson->studio, "zal", 0);
	worker_says_part(lesson->studio, "zal", 0, 2);
}

static void test_stopped_while_waiting(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	int fd = page_ask(lesson->studio, &lesson->pupil, PLAYLIST "?_HLS_msn=0&_HLS_part=2", NULL);

	studio_wait_for_holds(lesson->studio, "zal", 1);
	studio_restart(lesson->studio);
	page_leave(fd);
}

static void test_one_session_waits_little(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	int fds[16];
	g_auto(Page) page = {0};

	for (int i = 0; i < 16; i++)
		fds[i] = page_ask(lesson->studio, &lesson->pupil,
				  PLAYLIST "?_HLS_msn=0&_HLS_part=2", NULL);
	studio_wait_for_holds(lesson->studio, "zal", 16);
	page = page_get(lesson->studio, &lesson->pupil, PLAYLIST "?_HLS_msn=0&_HLS_part=2");
	g_assert_cmpuint(page.status, ==, 429);
	worker_says_part(lesson->studio, "zal", 0, 2);
	for (int i = 0; i < 16; i++) {
		g_auto(Page) one = page_hear(fds[i]);

		g_assert_cmpuint(one.status, ==, 200);
	}
}

static void test_viewers(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	const Run *run = run_find(lesson->studio->broadcasts, "zal");

	for (int i = 0; i < 2; i++) {
		g_auto(Page) page = page_get(lesson->studio, &lesson->pupil, PLAYLIST);
		g_auto(Page) refused = page_get(lesson->studio, &lesson->other, PLAYLIST);
	}
	g_assert_cmpuint(g_hash_table_size(run->viewers), ==, 1);
}

static unsigned may_fetch(Lesson *lesson, const Actor *person, const char *uri)
{
	g_auto(Page) page = page_hear(page_ask(lesson->studio, person, "/api/internal/media", uri));

	return page.status;
}

static void test_nginx_asks(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();

	g_assert_cmpuint(may_fetch(lesson, &lesson->pupil, "/live/zal/part_0_1.m4s"), ==, 204);
	g_assert_cmpuint(may_fetch(lesson, &lesson->pupil, "/live/zal/seg_0.m4s?x=1"), ==, 204);
	g_assert_cmpuint(may_fetch(lesson, &lesson->other, "/live/zal/part_0_1.m4s"), ==, 403);
	g_assert_cmpuint(may_fetch(lesson, NULL, "/live/zal/part_0_1.m4s"), ==, 401);
	g_assert_cmpuint(may_fetch(lesson, &lesson->pupil, "/live/other/part_0_1.m4s"), ==, 403);
	g_assert_cmpuint(may_fetch(lesson, &lesson->pupil, "/live/zal"), ==, 403);
	g_assert_cmpuint(may_fetch(lesson, &lesson->pupil, "/elsewhere/zal/x"), ==, 403);
	g_assert_cmpuint(may_fetch(lesson, &lesson->pupil, NULL), ==, 403);
	studio_leave(lesson->studio, &lesson->class_id, &lesson->pupil);
	g_assert_cmpuint(may_fetch(lesson, &lesson->pupil, "/live/zal/part_0_1.m4s"), ==, 403);
}

/* nginx asks with what the client sent and serves what that resolves to. */
static void test_nginx_asks_of_another_file(void)
{
	g_autoptr(Lesson) lesson = lesson_on_air();
	static const char *const FOREIGN[] = {
		"/live/zal/../other/part_0_0.m4s",
		"/live/zal/..%2fother/part_0_0.m4s",
		"/live/zal/%2e%2e/other/part_0_0.m4s",
		"/live/zal/./../other/part_0_0.m4s",
		"/live/zal//../other/part_0_0.m4s",
		"/live/zal/x/../../other/part_0_0.m4s",
		"/live/zal/part_0_0.m4s/../../other/part_0_0.m4s",
		"/live/zal/..",
		"//live/zal/part_0_0.m4s",
		"/live//zal/part_0_0.m4s",
		"/live/zal/part_0_0.m4s#/../../other/part_0_0.m4s",
		"/live/%7aal/part_0_0.m4s",
	};

	for (guint i = 0; i < G_N_ELEMENTS(FOREIGN); i++)
		g_assert_cmpuint(may_fetch(lesson, &lesson->pupil, FOREIGN[i]), ==, 403);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/holds/answered-at-once", test_answered_at_once);
	g_test_add_func("/holds/first-picture", test_first_picture_is_waited_for);
	g_test_add_func("/holds/blocking-reload", test_blocking_reload);
	g_test_add_func("/holds/refused-directives", test_refused_directives);
	g_test_add_func("/holds/too-late", test_too_late);
	g_test_add_func("/holds/hinted-part", test_hinted_part);
	g_test_add_func("/holds/hint-not-true", test_hint_that_did_not_come_true);
	g_test_add_func("/holds/unknown-files", test_unknown_files);
	g_test_add_func("/holds/outsiders", test_outsiders);
	g_test_add_func("/holds/part-over-its-limit", test_a_part_over_its_limit);
	g_test_add_func("/holds/right-lost", test_right_lost_while_waiting);
	g_test_add_func("/holds/end", test_end_is_told_at_once);
	g_test_add_func("/holds/gone", test_gone_while_waiting);
	g_test_add_func("/holds/stopped", test_stopped_while_waiting);
	g_test_add_func("/holds/one-session", test_one_session_waits_little);
	g_test_add_func("/holds/viewers", test_viewers);
	g_test_add_func("/holds/nginx-asks", test_nginx_asks);
	g_test_add_func("/holds/nginx-asks-of-another", test_nginx_asks_of_another_file);
	return g_test_run();
}
