/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The demo school: the plan is believable and the same for a seed; what is made of it holds. */
#include "app/demo-private.h"
#include "scratch.h"

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

typedef struct {
	Scratch *scratch;
	Http *http;
	Events *events;
	School *school;
	People *people;
	Classes *classes;
	Chats *chats;
	Demo *demo;
} House;

static void house_open(House *self)
{
	static char *origins[] = {NULL};
	static const char *const STATEMENTS[] = {
		"/urok/http/http.sql",	   "/urok/events/events.sql",	"/urok/school/school.sql",
		"/urok/people/people.sql", "/urok/classes/classes.sql", "/urok/chats/chats.sql",
		NULL};
	const Migration migrations[] = {EVENTS_MIGRATION, HTTP_MIGRATION,    SCHOOL_MIGRATION,
					PEOPLE_MIGRATION, CLASSES_MIGRATION, CHATS_MIGRATION,
					{0}};
	HttpOptions http = {.origins = origins, .cookie_name = "sid"};
	EventsOptions events;

	g_assert_true(crypto_init());
	self->scratch = scratch_new(migrations, STATEMENTS);
	http.store = self->scratch->store;
	events = (EventsOptions){self->scratch->store, self->scratch->directory};
	self->http = http_new(&http);
	self->events = events_new(&events);
	self->school = school_new(&(SchoolOptions){self->scratch->store, self->events, self->http,
						   self->scratch->directory});
	self->people = people_new(&(PeopleOptions){.store = self->scratch->store,
						   .events = self->events,
						   .http = self->http,
						   .shared_idle_s = 1800,
						   .own_device_s = 2592000,
						   .origin = "http://localhost"});
	self->classes = classes_new(&(ClassesOptions){self->scratch->store, self->events,
						      self->http, self->people});
	self->chats = chats_new(&(ChatsOptions){self->scratch->store, self->events, self->http,
						self->people, self->classes});
	g_assert_true(events_open(self->events, NULL));
	self->demo = demo_new(&(DemoOptions){self->scratch->store, self->events, self->school,
					     self->people, self->classes, self->chats, NULL});
}

static void house_close(House *self)
{
	demo_free(self->demo);
	http_free(self->http);
	chats_free(self->chats);
	classes_free(self->classes);
	people_free(self->people);
	school_free(self->school);
	events_free(self->events);
	scratch_free(self->scratch);
}

static char *state_of(const House *self)
{
	g_autoptr(json_t) object = demo_to_json(self->demo);

	return g_strdup(json_string_value(json_object_get(object, "state")));
}

static bool is_running(const House *self)
{
	g_autofree char *state = state_of(self);

	return strcmp(state, "running") == 0;
}

static void make_school(House *self)
{
	gint64 began_us = g_get_monotonic_time();
	GError *error = NULL;

	g_assert_true(demo_begin(self->demo, DEMO_SEED, NULL, &error));
	g_assert_no_error(error);
	while (is_running(self))
		g_main_context_iteration(NULL, TRUE);
	g_test_message("%" G_GINT64_FORMAT " events in %d ms", (gint64)events_last_seq(self->events),
		       (int)((g_get_monotonic_time() - began_us) / 1000));
}

static void test_made(void)
{
	House house = {0};
	g_autofree char *state = NULL;
	g_autoptr(json_t) object = NULL;
	g_autofree char *name = NULL;
	LogVerdict verdict = {0};
	GError *error = NULL;

	house_open(&house);
	make_school(&house);
	object = demo_to_json(house.demo);
	state = json_format(object);
	g_test_message("%s", state);
	g_assert_cmpstr(json_string_value(json_object_get(object, "state")), ==, "done");
	g_assert_cmpuint(json_array_size(json_object_get(object, "examples")), ==, 4);
	name = school_dup_name(house.school);
	g_assert_cmpstr(name, ==, "Школа № 17");
	g_assert_true(events_verify(house.events, &verdict, &error));
	g_assert_no_error(error);
	g_assert_cmpint(verdict.bad_seq, ==, 0);
	g_assert_false(demo_begin(house.demo, DEMO_SEED, NULL, &error));
	g_assert_cmpstr(error_reason_of(error), ==, "already-set-up");
	g_clear_error(&error);
	house_close(&house);
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
	return g_test_run();
}
