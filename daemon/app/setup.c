/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The first start, as one turn: the code dies, the school is there, the administrator is signed in.
 * Everything is judged before the password is hashed off the loop, and once more in the turn, as
 * two people may press at the same time. */
#include "app/setup.h"

#include <string.h>

typedef struct {
	const Setup *setup;
	Request *request; /* NULL: the client is gone */
	json_t *body;
	const char *code; /* all borrowed from the body */
	const char *password;
	SchoolInfo school;
	NewPerson administrator;
	char *hash;
} Beginning;

static void beginning_free(Beginning *self)
{
	json_decref(self->body);
	secret_free(self->hash);
	g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Beginning, beginning_free)

static bool read_school(json_t *object, SchoolInfo *ret, GError **error)
{
	const Field fields[] = {
	        {"name", FIELD_TEXT, true, SCHOOL_NAME_CHARACTERS_MAX, &ret->name},
	        {"time_zone", FIELD_TEXT, false, 64, &ret->time_zone},
	        {"support_email", FIELD_TEXT, false, 254, &ret->support_email},
	        {0},
	};

	return json_read(object, fields, error);
}

static bool read_administrator(json_t *object, NewPerson *ret, const char **ret_password,
                               GError **error)
{
	const Field fields[] = {
	        {"family_name", FIELD_TEXT, true, 0, &ret->family_name},
	        {"given_name", FIELD_TEXT, true, 0, &ret->given_name},
	        {"patronymic", FIELD_TEXT, false, 0, &ret->patronymic},
	        {"login", FIELD_TEXT, true, 0, &ret->login},
	        {"password", FIELD_TEXT, true, 0, ret_password},
	        {0},
	};

	ret->roles = ROLE_ADMINISTRATOR;
	return json_read(object, fields, error);
}

static bool read_body(Beginning *self, json_t *body, GError **error)
{
	json_t *school = NULL;
	json_t *administrator = NULL;
	const Field fields[] = {
	        {"code", FIELD_TEXT, true, 64, &self->code},
	        {"school", FIELD_OBJECT, true, 0, &school},
	        {"administrator", FIELD_OBJECT, true, 0, &administrator},
	        {0},
	};

	self->body = json_incref(body);
	return json_read(body, fields, error) && read_school(school, &self->school, error) &&
	       read_administrator(administrator, &self->administrator, &self->password, error);
}

static bool check(const Beginning *self, GError **error)
{
	People *people = self->setup->people;
	School *school = self->setup->school;

	return school_check_setup_code(school, self->code, error) &&
	       school_check(&self->school, error) &&
	       people_check_new(people, &self->administrator, error) &&
	       people_check_password(people, self->password, self->administrator.login, error);
}

static bool begin_school(void *room, Request *request, GError **error)
{
	Beginning *self = room;
	People *people = self->setup->people;
	School *school = self->setup->school;
	Id person;

	if (!self->hash)
		return error_set(error, ERROR_UNAVAILABLE, "The server is short of memory; try again");
	return school_use_setup_code(school, self->code, error) &&
	       school_set(school, &ACTOR_OF_CONSOLE, &self->school, error) &&
	       people_add(people, &ACTOR_OF_CONSOLE, &self->administrator, &person, error) &&
	       people_set_password_hash(people, person.text, self->hash, error) &&
	       people_reply_signed_in(people, request, person.text, false, error);
}

static void on_hashed(void *data, const char *hash)
{
	g_autoptr(Beginning) self = data;

	self->hash = g_strdup(hash);
	if (self->request)
		request_resume(self->request, begin_school, self);
}

static void on_gone(void *data)
{
	((Beginning *)data)->request = NULL;
}

static bool post_setup(void *room, Request *request, GError **error)
{
	g_autoptr(Beginning) self = g_new0(Beginning, 1);

	self->setup = room;
	self->request = request;
	if (!read_body(self, request_body(request), error) || !check(self, error) ||
	    !people_hash_password(self->setup->people, self->password, on_hashed, self, error))
		return false;
	request_hold(request, on_gone, g_steal_pointer(&self));
	return true;
}

const Route SETUP_ROUTES[] = {
        {POST, "/api/v1/setup", "anyone", 4096, post_setup, ROUTE_SECRET},
        {0},
};
