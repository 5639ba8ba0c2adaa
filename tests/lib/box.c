/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school's rooms for tests of its rules. */
#include "box.h"

#include <sqlite3.h>
#include <string.h>

static const Migration MIGRATIONS[] = {
	{"/urok/http/http-schema.sql"},	      {"/urok/events/events-schema.sql"},
	{"/urok/school/school-schema.sql"},   {"/urok/people/people-schema.sql"},
	{"/urok/classes/classes-schema.sql"}, {"/urok/people/people-pictures-schema.sql"},
	{"/urok/people/people-looks-schema.sql"},
	{"/urok/school/school-information-schema.sql"},
	{"/urok/people/people-accounts-schema.sql"},
	{"/urok/classes/classes-removed-schema.sql"},
	{"/urok/people/people-erasure-schema.sql"},
	{"/urok/people/people-lists-schema.sql"},
	{"/urok/events/chains-schema.sql"},   {"/urok/classes/classes-years-schema.sql"},
	{"/urok/events/seals-schema.sql"},
	{0},
};

static const char *const STATEMENTS[] = {
	"/urok/http/http.sql",	   "/urok/events/events.sql", "/urok/events/chains.sql",	"/urok/school/school.sql",
	"/urok/people/people.sql", "/urok/classes/classes.sql",
	"/urok/people/accounts.sql", NULL,
};

/* The test's own clock: one thread, one box at a time. */
static int64_t passed_ms;

int64_t box_boot_ms(void)
{
	return 1000000 + passed_ms;
}

void box_pass(Box *self, int64_t ms)
{
	passed_ms += ms;
	events_pretend_now(self->events, BOX_NOW_MS + passed_ms);
}

static char *dup_school_name(void *room)
{
	return school_dup_name(room);
}

static void open_rooms(Box *self)
{
	EventsOptions events = {self->store, self->scratch->directory};
	SchoolOptions school = {self->store, NULL, NULL, self->scratch->directory};
	PeopleOptions people = {.store = self->store,
				.shared_idle_s = 1800,
				.own_device_s = 30 * 24 * 3600,
				.origin = "http://localhost:8080",
				.boot_ms = box_boot_ms};

	self->events = school.events = people.events = events_new(&events);
	self->school = school_new(&school);
	self->people = people_new(&people);
	people_set_school_name(self->people, dup_school_name, self->school);
	self->classes =
		classes_new(&(ClassesOptions){self->store, self->events, NULL, self->people});
}

Box *box_new(void)
{
	Box *self = g_new0(Box, 1);

	passed_ms = 0;
	self->scratch = scratch_new(MIGRATIONS, STATEMENTS);
	self->store = self->scratch->store;
	open_rooms(self);
	g_assert_true(events_open(self->events, NULL));
	box_pass(self, 0);
	return self;
}

void box_free(Box *self)
{
	if (!self)
		return;
	classes_free(self->classes);
	people_free(self->people);
	school_free(self->school);
	events_free(self->events);
	scratch_free(self->scratch);
	g_free(self);
}

void box_begin(Box *self)
{
	GError *error = NULL;

	store_begin(self->store, &error);
	g_assert_no_error(error);
}

void box_end(Box *self, bool keep)
{
	GError *error = NULL;

	g_assert_true(store_end(self->store, keep, &error));
	g_assert_no_error(error);
	g_assert_true(store_commit(self->store, &error));
}

Id box_add_person(Box *self, const char *name, unsigned roles)
{
	NewPerson person = {name, "Имя", "Отчество", name, NULL, roles};
	GError *error = NULL;
	Id id;

	box_begin(self);
	people_add(self->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	box_end(self, true);
	return id;
}

Actor box_actor(Box *self, const Id *person)
{
	Actor actor = {.kind = ACTOR_PERSON, .person = *person};

	actor.roles = people_roles(self->people, person->text);
	return actor;
}

static void dump_table(sqlite3 *db, const char *table, GString *out)
{
	g_autofree char *sql = g_strdup_printf("SELECT * FROM \"%s\"", table);
	sqlite3_stmt *rows;

	g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), ==, SQLITE_OK);
	g_string_append_printf(out, "%s\n", table);
	while (sqlite3_step(rows) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(rows); i++) {
			const char *text = (const char *)sqlite3_column_text(rows, i);

			g_string_append_printf(out, "%s|", text ? text : "-");
		}
		g_string_append_c(out, '\n');
	}
	sqlite3_finalize(rows);
}

char *box_dump(Box *self, const char *class)
{
	g_auto(GStrv) tables = store_tables(self->store, class);
	GString *out = g_string_new(NULL);
	sqlite3 *db;

	g_assert_cmpint(sqlite3_open(self->scratch->database, &db), ==, SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	for (guint i = 0; tables[i]; i++)
		dump_table(db, tables[i], out);
	sqlite3_close(db);
	return g_string_free(out, FALSE);
}

void box_assert_refused(bool done, GError **error, ErrorCode code, const char *reason)
{
	g_assert_false(done);
	g_assert_nonnull(*error);
	if (!error_is(*error, code))
		g_error("%s", (*error)->message);
	g_assert_cmpstr(error_reason_of(*error), ==, reason);
	g_clear_error(error);
}
