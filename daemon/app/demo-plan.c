/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The demo school's plan from end to end: who, when, and the deeds in order. */
#include "app/demo-private.h"

#include <stdlib.h>

#define DAY_MS	       (24 * 3600 * 1000LL)
#define MOSCOW_MS      (3 * 3600 * 1000LL)
#define TALK_DAYS      26
#define FOUNDED_AT_MOST (150 * DAY_MS) /* ago: a longer silence would stop the log's clock */

DemoPerson *demo_person(const DemoPlan *self, int place)
{
	return self->people->pdata[place];
}

DemoClass *demo_class(const DemoPlan *self, int place)
{
	return self->classes->pdata[place];
}

int demo_find_login(const DemoPlan *self, const char *login)
{
	for (guint i = 0; i < self->people->len; i++)
		if (g_str_equal(demo_person(self, (int)i)->login, login))
			return (int)i;
	g_assert_not_reached();
}

int demo_chat(int class_place, bool parents)
{
	return 1 + 2 * class_place + parents;
}

Deed *demo_deed(DemoPlan *self, DeedKind kind, int64_t at_ms)
{
	Deed *deed = g_new0(Deed, 1);

	deed->kind = kind;
	deed->at_ms = at_ms;
	deed->order = self->deeds->len;
	g_ptr_array_add(self->deeds, deed);
	return deed;
}

static void person_free(void *data)
{
	DemoPerson *person = data;

	g_free(person->family);
	g_free(person->given);
	g_free(person->patronymic);
	g_free(person->login);
	g_free(person->birth_date);
	g_free(person);
}

static void class_free(void *data)
{
	DemoClass *class = data;

	g_array_unref(class->teachers);
	g_array_unref(class->pupils);
	g_array_unref(class->parents);
	g_free(class);
}

static void deed_free(void *data)
{
	g_free(((Deed *)data)->text);
	g_free(data);
}

static int compare_deeds(const void *a, const void *b)
{
	const Deed *first = *(const Deed *const *)a;
	const Deed *second = *(const Deed *const *)b;

	if (first->at_ms != second->at_ms)
		return first->at_ms < second->at_ms ? -1 : 1;
	return first->order < second->order ? -1 : first->order > second->order;
}

static int64_t moscow_ms(int year, int month, int day, int hour)
{
	g_autoptr(GDateTime) time = g_date_time_new_utc(year, month, day, hour, 0, 0);

	return g_date_time_to_unix(time) * 1000 - MOSCOW_MS;
}

/* The school year that goes on, or in summer the one that ended; made in its last holidays. */
static void choose_times(DemoPlan *self)
{
	g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc((self->now_ms + MOSCOW_MS) / 1000);
	int64_t wanted_ms;

	self->year = g_date_time_get_year(now) - (g_date_time_get_month(now) < 9);
	wanted_ms = moscow_ms(self->year, 8, 24, 9);
	self->founded_ms = MAX(wanted_ms, self->now_ms - FOUNDED_AT_MOST);
	self->talk_ms = MAX(self->founded_ms + DAY_MS, self->now_ms - TALK_DAYS * DAY_MS);
}

DemoPlan *demo_plan_new(uint64_t seed, int64_t now_ms, bool camera)
{
	g_autoptr(DemoPlan) self = g_new0(DemoPlan, 1);

	self->dice.state = seed;
	self->now_ms = now_ms;
	self->people = g_ptr_array_new_with_free_func(person_free);
	self->classes = g_ptr_array_new_with_free_func(class_free);
	self->deeds = g_ptr_array_new_with_free_func(deed_free);
	self->logins = g_hash_table_new(g_str_hash, g_str_equal);
	choose_times(self);
	/* First, so that an address which is refused leaves nothing behind. */
	if (camera)
		demo_deed(self, DEED_ADD_CAMERA, self->founded_ms);
	demo_plan_people(self);
	demo_plan_talk(self);
	if (camera)
		demo_deed(self, DEED_BROADCAST, now_ms);
	/* Last: a school that was not finished is not set up. */
	demo_deed(self, DEED_SET_SCHOOL, now_ms);
	qsort(self->deeds->pdata, self->deeds->len, sizeof(void *), compare_deeds);
	return g_steal_pointer(&self);
}

void demo_plan_free(DemoPlan *self)
{
	if (!self)
		return;
	g_hash_table_unref(self->logins);
	g_ptr_array_unref(self->deeds);
	g_ptr_array_unref(self->classes);
	g_ptr_array_unref(self->people);
	g_free(self);
}
