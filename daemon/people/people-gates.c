/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The room as others meet it: how it is made, who a cookie is, the gates by role, the scopes of a
 * reader. */
#include "people/people-private.h"

#include <string.h>

/* Five wrong passwords are free; then a second, doubled with each, a quarter of an hour at most. */
static const ThrottleLimits ACCOUNT_LIMITS = {5, 1000, 15 * 60 * 1000, 24 * 3600 * 1000, 0};
/* A school may sit behind one address: 300 wrong ones in ten minutes. */
static const ThrottleLimits ADDRESS_LIMITS = {300, 1000, 60 * 1000, 600 * 1000, 2000};

/* Fifty wrong codes that were typed, from wherever, in ten minutes; then none for ten. */
static const ThrottleLimits WORDS_LIMITS = {50, 600 * 1000, 600 * 1000, 600 * 1000, 12 * 1000};

static bool authenticate(void *room, Request *request, Actor *ret_actor, GError **error)
{
	People *self = room;
	const char *token = request_cookie(request);

	*ret_actor = (Actor){.kind = ACTOR_NOBODY};
	return !token || sessions_find(self->sessions, token, ret_actor, error);
}

static bool may_anyone(void *room, Request *request, GError **error)
{
	return true;
}

static bool may_signed_in(void *room, Request *request, GError **error)
{
	if (request_actor(request)->kind == ACTOR_PERSON)
		return true;
	return error_set(error, ERROR_UNAUTHENTICATED, "Please sign in");
}

static bool may_role(Request *request, unsigned roles, GError **error)
{
	if (!may_signed_in(NULL, request, error))
		return false;
	if (request_actor(request)->roles & roles)
		return true;
	return error_set(error, ERROR_FORBIDDEN, "This is not for your role");
}

static bool may_staff(void *room, Request *request, GError **error)
{
	return may_role(request, ROLE_STAFF, error);
}

static bool may_teacher(void *room, Request *request, GError **error)
{
	return may_role(request, ROLE_TEACHER, error);
}

static bool may_administrator(void *room, Request *request, GError **error)
{
	return may_role(request, ROLE_ADMINISTRATOR, error);
}

static bool may_parent(void *room, Request *request, GError **error)
{
	return may_role(request, ROLE_PARENT, error);
}

static bool may_console(void *room, Request *request, GError **error)
{
	if (request_actor(request)->kind == ACTOR_CONSOLE)
		return true;
	return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

static bool may_session_owner(void *room, Request *request, GError **error)
{
	People *self = room;
	g_autoptr(Query) query = NULL;
	const char *session;

	if (!may_signed_in(room, request, error))
		return false;
	if (strcmp(request_param(request, "session"), "current") == 0)
		return true;
	if (!request_param_id(request, "session", &session, error))
		return false;
	query = store_query(self->store, "is_session_of");
	query_bind_text(query, ":id", session);
	query_bind_text(query, ":person", request_actor(request)->person.text);
	return query_one(query, error);
}

/* Whoever may not see a person cannot tell whether there is one. */
static bool may_person_seen(void *room, Request *request, GError **error)
{
	const char *person;

	if (!may_signed_in(room, request, error) ||
	    !request_param_id(request, "person", &person, error))
		return false;
	return people_may_see(room, request_actor(request), person) ||
	       error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

static bool may_whose_data(People *self, Request *request, bool parents, GError **error)
{
	const Actor *actor = request_actor(request);
	const char *person;

	if (!may_signed_in(self, request, error) ||
	    !request_param_id(request, "person", &person, error))
		return false;
	if (people_roles(self, person) &&
	    (strcmp(actor->person.text, person) == 0 || (actor->roles & ROLE_ADMINISTRATOR) ||
	     (parents && people_is_parent_of(self, actor->person.text, person))))
		return true;
	return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

/* Whose data it is, and who keeps them. */
static bool may_person_self(void *room, Request *request, GError **error)
{
	return may_whose_data(room, request, false, error);
}

/* Besides, who answers for them. */
static bool may_person_guardian(void *room, Request *request, GError **error)
{
	return may_whose_data(room, request, true, error);
}

static bool may_decide_correction(void *room, Request *request, GError **error)
{
	const char *correction;

	return may_signed_in(room, request, error) &&
	       request_param_id(request, "correction", &correction, error) &&
	       corrections_may_decide(room, request_actor(request), correction, error);
}

static void add_gates(People *self, Http *http)
{
	http_add_gate(http, "anyone", may_anyone, self);
	http_add_gate(http, "signed-in", may_signed_in, self);
	http_add_gate(http, "staff", may_staff, self);
	http_add_gate(http, "teacher", may_teacher, self);
	http_add_gate(http, "administrator", may_administrator, self);
	http_add_gate(http, "parent", may_parent, self);
	http_add_gate(http, "session-owner", may_session_owner, self);
	http_add_gate(http, "person-seen", may_person_seen, self);
	http_add_gate(http, "person-guardian", may_person_guardian, self);
	http_add_gate(http, "person-helper", may_help_person, self);
	http_add_gate(http, "correction-approver", may_decide_correction, self);
	http_add_gate(http, "person-self", may_person_self, self);
	http_add_gate(http, "console", may_console, self);
	http_set_authenticate(http, authenticate, self);
}

/* By today's roles, not by those that the reader's stream began with. */
static void add_scopes(void *room, const Actor *reader, ScopeSet *set)
{
	People *self = room;
	g_autofree char *own = NULL;
	unsigned roles;

	if (reader->kind != ACTOR_PERSON)
		return;
	roles = people_roles(self, reader->person.text);
	if (!roles || people_is_blocked(self, reader->person.text))
		return;
	own = g_strconcat("person:", reader->person.text, NULL);
	scope_add(set, own);
	scope_add(set, "school");
	if (roles & ROLE_STAFF)
		scope_add(set, "staff");
	if (roles & ROLE_ADMINISTRATOR)
		scope_add(set, "admins");
}

People *people_new(const PeopleOptions *options)
{
	People *self = g_new0(People, 1);
	SessionsOptions sessions = {
		.store = options->store,
		.events = options->events,
		.shared_idle_s = options->shared_idle_s,
		.own_device_s = options->own_device_s,
		.boot_ms = options->boot_ms ? options->boot_ms : clock_boot_ms,
	};

	self->store = options->store;
	self->events = options->events;
	self->own_device_s = options->own_device_s;
	self->boot_ms = sessions.boot_ms;
	self->origin = g_strdup(options->origin);
	self->pictures = options->pictures;
	self->sessions = sessions_new(&sessions);
	self->looks = looks_new(self->store, self->events);
	self->passwords = passwords_new();
	self->accounts = throttle_new(&ACCOUNT_LIMITS);
	self->addresses = throttle_new(&ADDRESS_LIMITS);
	self->words = throttle_new(&WORDS_LIMITS);
	events_add_kinds(self->events, PEOPLE_EVENTS, self);
	events_add_kinds(self->events, ACCOUNTS_EVENTS, self);
	store_add_person_data(self->store, &PEOPLE_DATA, self);
	events_add_audience(self->events, add_scopes, self);
	if (options->http)
		add_gates(self, options->http);
	if (self->pictures)
		pictures_add_owner(self->pictures, &PEOPLE_PICTURES, self);
	return self;
}

void people_free(People *self)
{
	if (!self)
		return;
	passwords_free(self->passwords);
	looks_free(self->looks);
	sessions_free(self->sessions); /* and the turn's last hooks with it */
	if (self->terms_timer)
		g_source_remove(self->terms_timer);
	throttle_free(self->accounts);
	throttle_free(self->addresses);
	throttle_free(self->words);
	g_free(self->origin);
	g_free(self);
}

void people_set_session_limits(People *self, int64_t shared_idle_s, int64_t own_device_s)
{
	self->own_device_s = own_device_s;
	sessions_set_limits(self->sessions, shared_idle_s, own_device_s);
}

void people_set_sight(People *self, const Sight *sight, void *room)
{
	self->sight = *sight;
	self->sight_room = room;
}

void people_set_belonging(People *self, const Belonging *belonging, void *room)
{
	self->belonging = *belonging;
	self->belonging_room = room;
}

void people_set_school_name(People *self, char *(*dup_name)(void *room), void *room)
{
	self->dup_school_name = dup_name;
	self->school_room = room;
}

void people_set_time_zone(People *self, char *(*dup_zone)(void *room), void *room)
{
	self->dup_time_zone = dup_zone;
	self->zone_room = room;
}
