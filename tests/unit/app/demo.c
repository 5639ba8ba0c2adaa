/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The demo school: the plan is believable and the same for a seed; what is made of it holds. */
#include "app/demo-private.h"
#include "rooms.h"

#include <string.h>

#define NOW_MS	  1795413600000LL /* 2026-11-23T06:00:00Z */
#define HOUR_MS	  (3600 * 1000LL)
#define MOSCOW_MS (3 * HOUR_MS)

/* --- The plan --- */

static char *describe(const DemoPlan *plan)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < plan->deeds->len; i++) {
		const Deed *deed = plan->deeds->pdata[i];
		const DemoPerson *person = demo_person(plan, deed->person);

		g_string_append_printf(out, "%" G_GINT64_FORMAT " %d %s %s %s %d %d %s\n",
				       (gint64)deed->at_ms, deed->kind, person->login,
				       person->given, person->family, deed->other, deed->where,
				       deed->text ? deed->text : "");
	}
	return g_string_free(out, FALSE);
}

static void test_same_seed(void)
{
	g_autoptr(DemoPlan) first = demo_plan_new(17, NOW_MS, true);
	g_autoptr(DemoPlan) again = demo_plan_new(17, NOW_MS, true);
	g_autoptr(DemoPlan) other = demo_plan_new(18, NOW_MS, true);
	g_autofree char *text = describe(first);
	g_autofree char *same = describe(again);
	g_autofree char *different = describe(other);

	g_assert_cmpstr(text, ==, same);
	g_assert_cmpstr(text, !=, different);
}

static int count_roles(const DemoPlan *plan, unsigned roles)
{
	int count = 0;

	for (guint i = 0; i < plan->people->len; i++)
		count += (demo_person(plan, (int)i)->roles & roles) != 0;
	return count;
}

static void test_counts(void)
{
	g_autoptr(DemoPlan) plan = demo_plan_new(17, NOW_MS, false);
	int teachers = count_roles(plan, ROLE_TEACHER);

	g_assert_cmpint(teachers, >=, 28);
	g_assert_cmpint(teachers, <=, 32);
	g_assert_cmpint(count_roles(plan, ROLE_PUPIL), ==, 500);
	g_assert_cmpint(count_roles(plan, ROLE_PARENT), ==, 700);
	g_assert_cmpuint(plan->classes->len, ==, 20);
	for (guint i = 0; i < plan->classes->len; i++)
		g_assert_cmpuint(demo_class(plan, (int)i)->pupils->len, ==, 25);
}

static void test_families(void)
{
	g_autoptr(DemoPlan) plan = demo_plan_new(17, NOW_MS, false);
	g_autofree int *parents = g_new0(int, plan->people->len);
	g_autofree int *children = g_new0(int, plan->people->len);
	int with_two = 0;
	int of_two = 0;

	for (guint i = 0; i < plan->deeds->len; i++) {
		const Deed *deed = plan->deeds->pdata[i];

		if (deed->kind != DEED_LINK)
			continue;
		g_assert_cmpint(deed->person, !=, deed->other);
		g_assert_cmpuint(demo_person(plan, deed->person)->roles, ==, ROLE_PUPIL);
		g_assert_false(demo_person(plan, deed->other)->roles & ROLE_PUPIL);
		parents[deed->person]++;
		children[deed->other]++;
	}
	for (guint i = 0; i < plan->people->len; i++) {
		unsigned roles = demo_person(plan, (int)i)->roles;

		g_assert_true(!(roles & ROLE_PUPIL) || (parents[i] >= 1 && parents[i] <= 2));
		g_assert_true(!(roles & ROLE_PARENT) || children[i] >= 1);
		with_two += children[i] > 1;
		of_two += parents[i] == 2;
	}
	g_assert_cmpint(with_two, >=, 50);
	g_assert_cmpint(of_two, >, 250);
	g_assert_cmpint(of_two, <, 500);
}

/* What a family name or a patronymic ends in. */
static bool ends(const char *name, const char *const *endings)
{
	for (; *endings; endings++)
		if (g_str_has_suffix(name, *endings))
			return true;
	return false;
}

static void test_forms_agree(void)
{
	static const char *const HIS[] = {"ов", "ев", "ёв", "ин", "ын", "ий", NULL};
	static const char *const HERS[] = {"ова", "ева", "ёва", "ина", "ына", "ая", NULL};
	static const char *const EITHER[] = {"ко", "ых", NULL};
	static const char *const SON[] = {"ич", NULL};
	static const char *const DAUGHTER[] = {"вна", "чна", NULL};
	g_autoptr(DemoPlan) plan = demo_plan_new(17, NOW_MS, false);

	for (guint i = 0; i < plan->people->len; i++) {
		const DemoPerson *person = demo_person(plan, (int)i);

		if (!ends(person->family, EITHER))
			g_assert_true(ends(person->family, person->female ? HERS : HIS));
		g_assert_true(ends(person->patronymic, person->female ? DAUGHTER : SON));
	}
}

static void test_no_message_at_night(void)
{
	g_autoptr(DemoPlan) plan = demo_plan_new(17, NOW_MS, false);
	int64_t before_ms = 0;
	int messages = 0;

	for (guint i = 0; i < plan->deeds->len; i++) {
		const Deed *deed = plan->deeds->pdata[i];
		int hour = (int)((deed->at_ms + MOSCOW_MS) / HOUR_MS % 24);

		g_assert_cmpint(deed->at_ms, >=, before_ms);
		g_assert_cmpint(deed->at_ms, <=, NOW_MS);
		before_ms = deed->at_ms;
		if (deed->kind != DEED_POST)
			continue;
		g_assert_cmpint(hour, >=, 7);
		g_assert_cmpint(hour, <, 22);
		g_assert_null(strpbrk(deed->text, "[]{}<>|"));
		g_assert_true(g_utf8_validate(deed->text, -1, NULL));
		messages++;
	}
	g_test_message("%d messages", messages);
	g_assert_cmpint(messages, >=, 400);
	g_assert_cmpint(messages, <, 1500);
}

/* The days on which one may type ./run, over some years: no time makes a plan fail. */
static void test_any_day(void)
{
	for (int day = 0; day < 800; day += 5) {
		int64_t now_ms = NOW_MS + day * 24 * HOUR_MS + day * HOUR_MS;
		g_autoptr(DemoPlan) plan = demo_plan_new(17, now_ms, false);
		const Deed *first = plan->deeds->pdata[0];

		g_assert_cmpint(first->at_ms, <, now_ms);
		g_assert_cmpint(first->at_ms, >, now_ms - CLOCK_LEAP_MAX_MS);
	}
}

/* --- What is made --- */

static bool is_running(const Demo *demo)
{
	g_autoptr(json_t) object = demo_to_json(demo);

	return strcmp(json_string_value(json_object_get(object, "state")), "running") == 0;
}

static Demo *make_school(Rooms *rooms)
{
	const DemoOptions options = {rooms->store,   rooms->events, rooms->school, rooms->people,
				     rooms->classes, rooms->chats,  NULL};
	Demo *demo = demo_new(&options);
	gint64 began_us = g_get_monotonic_time();
	gint64 longest_us = 0;
	GError *error = NULL;

	g_assert_true(demo_begin(demo, DEMO_SEED, NULL, &error));
	g_assert_no_error(error);
	while (is_running(demo)) {
		gint64 turn_us = g_get_monotonic_time();

		g_main_context_iteration(NULL, TRUE);
		longest_us = MAX(longest_us, g_get_monotonic_time() - turn_us);
	}
	g_test_message("%d events in %d ms, the longest turn %d us",
		       (int)events_last_seq(rooms->events),
		       (int)((g_get_monotonic_time() - began_us) / 1000), (int)longest_us);
	return demo;
}

static Id find_login(Rooms *rooms, const char *login)
{
	g_autoptr(GPtrArray) events = rooms_events(rooms);

	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		if (strcmp(event->kind, "person.added") == 0 &&
		    g_strcmp0(json_string_value(json_object_get(event->body, "login")), login) == 0)
			return id_from(event->subject);
	}
	g_assert_not_reached();
}

static void test_made(void)
{
	g_autoptr(Rooms) rooms = rooms_open(NULL);
	g_autoptr(Demo) demo = make_school(rooms);
	g_autoptr(json_t) object = demo_to_json(demo);
	g_autofree char *name = school_dup_name(rooms->school);
	LogVerdict verdict = {0};
	GError *error = NULL;

	g_assert_cmpstr(json_string_value(json_object_get(object, "state")), ==, "done");
	g_assert_cmpuint(json_array_size(json_object_get(object, "examples")), ==, 4);
	g_assert_cmpstr(name, ==, "Школа № 17");
	events_verify(rooms->events, &verdict, &error);
	g_assert_no_error(error);
	g_assert_cmpint(verdict.bad_seq, ==, 0);
	g_assert_cmpint(verdict.events, ==, events_last_seq(rooms->events));
}

static void test_only_once(void)
{
	g_autoptr(Rooms) rooms = rooms_open(NULL);
	g_autoptr(Demo) demo = make_school(rooms);
	GError *error = NULL;

	g_assert_false(demo_begin(demo, DEMO_SEED, NULL, &error));
	g_assert_true(error_is(error, ERROR_CONFLICT));
	g_assert_cmpstr(error_reason_of(error), ==, "already-set-up");
	g_clear_error(&error);
}

/* What was begun and not finished is no school, and says what to do. */
static void test_interrupted(void)
{
	g_autoptr(Rooms) rooms = rooms_open(NULL);
	const DemoOptions options = {rooms->store,   rooms->events, rooms->school, rooms->people,
				     rooms->classes, rooms->chats,  NULL};
	Demo *first = demo_new(&options);
	g_autoptr(Demo) second = demo_new(&options);
	GError *error = NULL;

	g_assert_true(demo_begin(first, DEMO_SEED, NULL, NULL));
	while (!events_last_seq(rooms->events))
		g_main_context_iteration(NULL, TRUE);
	g_assert_false(demo_begin(first, DEMO_SEED, NULL, &error));
	g_clear_error(&error);
	demo_free(first);
	g_assert_false(school_is_set_up(rooms->school));
	g_assert_false(demo_begin(second, DEMO_SEED, NULL, &error));
	g_assert_true(error_is(error, ERROR_CONFLICT));
	g_assert_nonnull(strstr(error->message, "remove its data directory"));
	g_clear_error(&error);
}

static void test_rebuild(void)
{
	g_autoptr(Rooms) rooms = rooms_open(NULL);
	g_autoptr(Demo) demo = make_school(rooms);
	g_autofree char *before = rooms_dump(rooms, "projection");
	g_autofree char *after = NULL;
	GError *error = NULL;

	rooms_begin(rooms);
	events_rebuild(rooms->events, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
	after = rooms_dump(rooms, "projection");
	g_assert_true(strcmp(before, after) == 0);
}

/* How many chats have something new for this person, and the most that one has. */
static int count_unread(Rooms *rooms, const char *login, int *ret_most)
{
	Id person = find_login(rooms, login);
	g_auto(Answer) answer = rooms_ask(rooms, &person, "GET", "/api/v1/chats", NULL, NULL);
	json_t *chat;
	size_t i;
	int count = 0;

	g_assert_cmpuint(answer.status, ==, 200);
	*ret_most = 0;
	json_array_foreach(answer_at(&answer, "items"), i, chat) {
		int unread = (int)json_integer_value(json_object_get(chat, "unread"));

		count += unread > 0;
		*ret_most = MAX(*ret_most, unread);
	}
	return count;
}

static void test_something_is_new(void)
{
	g_autoptr(Rooms) rooms = rooms_open(NULL);
	g_autoptr(Demo) demo = make_school(rooms);
	int most;

	g_assert_cmpint(count_unread(rooms, "kravcova", &most), >=, 2);
	g_assert_cmpint(most, <, 10);
	g_assert_cmpint(count_unread(rooms, "mironova", &most), ==, 1);
	g_assert_cmpint(most, ==, 3);
	g_assert_cmpint(count_unread(rooms, "mironova-mama", &most), ==, 2);
	g_assert_cmpint(most, ==, 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/demo/same-seed", test_same_seed);
	g_test_add_func("/demo/counts", test_counts);
	g_test_add_func("/demo/families", test_families);
	g_test_add_func("/demo/forms-agree", test_forms_agree);
	g_test_add_func("/demo/no-message-at-night", test_no_message_at_night);
	g_test_add_func("/demo/any-day", test_any_day);
	g_test_add_func("/demo/made", test_made);
	g_test_add_func("/demo/only-once", test_only_once);
	g_test_add_func("/demo/interrupted", test_interrupted);
	g_test_add_func("/demo/rebuild", test_rebuild);
	g_test_add_func("/demo/something-is-new", test_something_is_new);
	return g_test_run();
}
