/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The room as others meet it: how it is made, its gates, who may invite whom. */
#include "base/text.h"
#include "enrolment/enrolment-private.h"

#include <string.h>

const Migration ENROLMENT_MIGRATION = {.resource = "/urok/enrolment/enrolment-schema.sql"};

/* Each wrong code is forgiven after twelve seconds: fifty in ten minutes. */
static const ThrottleLimits SCHOOL_LIMITS = {SCHOOL_TRIES_MAX, 600 * 1000, 600 * 1000, 600 * 1000,
					     12 * 1000};

/* --- Rights --- */

Actor enrolment_authority(const Actor *actor)
{
	Actor authority = *actor;

	authority.roles |= ROLE_ADMINISTRATOR;
	return authority;
}

/* When it cannot be told, it is. */
static bool is_over(Enrolment *self, const char *class_id)
{
	g_autoptr(Query) query = store_query(self->store, "is_class_over");
	char today[TIME_TEXT_SIZE];
	bool row;

	clock_format(events_now_ms(self->events), today);
	today[10] = '\0'; /* the date */
	query_bind_text(query, ":class", class_id);
	query_bind_text(query, ":today", today);
	return !query_next(query, &row, NULL) || row;
}

bool enrolment_may_manage(Enrolment *self, const Actor *actor, const char *class_id)
{
	if (!classes_exists(self->classes, class_id))
		return false;
	return actor_is_administrator(actor) ||
	       (actor->kind == ACTOR_PERSON &&
		classes_is_class_teacher(self->classes, class_id, actor->person.text) &&
		!is_over(self, class_id));
}

bool enrolment_is_guardian(Enrolment *self, const Actor *actor, const char *child)
{
	Id class_id;

	if (!(people_roles(self->people, child) & ROLE_PUPIL))
		return false;
	if (actor_is_administrator(actor))
		return true;
	return classes_find_of_pupil(self->classes, child, &class_id, NULL) &&
	       !id_is_empty(&class_id) && enrolment_may_manage(self, actor, class_id.text);
}

/* A class teacher lets in the class and its parents; whoever works here is the administrators'. */
bool enrolment_may_invite(Enrolment *self, const Actor *actor, const char *person)
{
	unsigned roles = people_roles(self->people, person);
	g_autoptr(GPtrArray) children = NULL;

	if (!roles)
		return false;
	if (actor_is_administrator(actor))
		return true;
	if (roles & ROLE_STAFF)
		return false;
	if (roles & ROLE_PUPIL)
		return enrolment_is_guardian(self, actor, person);
	children = people_children(self->people, person, NULL);
	for (guint i = 0; children && i < children->len; i++)
		if (enrolment_is_guardian(self, actor, children->pdata[i]))
			return true;
	return false;
}

static bool check_signed_in(Request *request, GError **error)
{
	return request_actor(request)->kind == ACTOR_PERSON ||
	       error_set(error, ERROR_UNAUTHENTICATED, "Please sign in");
}

static bool hide(bool may, GError **error)
{
	return may || error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

static bool gate_pupil(void *room, Request *request, GError **error)
{
	if (!check_signed_in(request, error))
		return false;
	return (request_actor(request)->roles & ROLE_PUPIL) ||
	       error_set(error, ERROR_FORBIDDEN, "This is not for your role");
}

static bool gate_class_inviter(void *room, Request *request, GError **error)
{
	const char *class_id;

	if (!check_signed_in(request, error) ||
	    !request_param_id(request, "class", &class_id, error))
		return false;
	return hide(enrolment_may_manage(room, request_actor(request), class_id), error);
}

static bool gate_person_inviter(void *room, Request *request, GError **error)
{
	const char *person;

	if (!check_signed_in(request, error) ||
	    !request_param_id(request, "person", &person, error))
		return false;
	return hide(enrolment_may_invite(room, request_actor(request), person), error);
}

static bool gate_guardian(void *room, Request *request, GError **error)
{
	const char *person;

	if (!check_signed_in(request, error) ||
	    !request_param_id(request, "person", &person, error))
		return false;
	return hide(enrolment_is_guardian(room, request_actor(request), person), error);
}

/* --- Small things that several files need --- */

bool enrolment_check_login(Enrolment *self, const char *login, const Id *invitation, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "is_login_waited_for");
	g_autofree char *folded = login_fold(login);
	bool row;

	query_bind_text(query, ":login", folded);
	query_bind_text(query, ":invitation", invitation ? invitation->text : "");
	query_bind_int(query, ":now", events_now_ms(self->events));
	if (!query_next(query, &row, error))
		return false;
	return !row || error_reason(error, ERROR_CONFLICT, "login-taken", "login",
				    "Somebody has this login already");
}

void enrolment_tell(Enrolment *self, const char *class_id)
{
	g_autoptr(Query) query = store_query(self->store, "list_class_teachers");
	g_autofree char *data = g_strdup_printf("{\"class_id\":\"%s\"}", class_id);
	g_autoptr(GPtrArray) teachers = NULL;

	query_bind_text(query, ":class", class_id);
	teachers = query_list_texts(query, NULL);
	for (guint i = 0; teachers && i < teachers->len; i++) {
		g_autofree char *scope = g_strconcat("person:", teachers->pdata[i], NULL);

		events_signal(self->events, scope, "enrolment", class_id, data);
	}
	events_signal(self->events, "admins", "enrolment", class_id, data);
}

static void tell_class_of(Enrolment *self, const char *pupil)
{
	Id class_id;

	if (classes_find_of_pupil(self->classes, pupil, &class_id, NULL) && !id_is_empty(&class_id))
		enrolment_tell(self, class_id.text);
}

void enrolment_tell_family(Enrolment *self, const char *person)
{
	g_autoptr(GPtrArray) children = people_children(self->people, person, NULL);

	tell_class_of(self, person);
	for (guint i = 0; children && i < children->len; i++)
		tell_class_of(self, children->pdata[i]);
}

void enrolment_tell_linked(Enrolment *self, const char *child, const char *parent)
{
	g_autoptr(GPtrArray) parents = people_parents(self->people, child, NULL);

	for (guint i = 0; parents && i < parents->len; i++)
		people_tell_changed(self->people, parents->pdata[i]);
	enrolment_tell_family(self, child);
	notices_parent_linked(self, child, parent);
}

char *enrolment_dup_name(Enrolment *self, const char *person)
{
	g_autoptr(json_t) shown = people_to_json(self->people, person, NULL);

	return g_strdup(json_string_value(json_object_get(shown, "display_name")));
}

const char *waiting_name(Waiting state)
{
	static const char *const NAMES[] = {NULL,     "proof",	  "teacher",
					    "proved", "accepted", "refused"};

	return NAMES[state];
}

const char *why_name(Why why)
{
	static const char *const NAMES[] = {NULL,    "wrong-dates",  "no-date",
					    "alike", "childs-word", "taken"};

	/* What began before there was a why waited for one of the first three. */
	return why == WHY_NOT ? NAMES[WHY_ALIKE] : NAMES[why];
}

Enrolment *enrolment_new(const EnrolmentOptions *options)
{
	Enrolment *self = g_new0(Enrolment, 1);

	self->store = options->store;
	self->events = options->events;
	self->school = options->school;
	self->people = options->people;
	self->classes = options->classes;
	self->consents = options->consents;
	self->documents = options->documents;
	self->mail = options->mail;
	self->dup_fingerprint = options->dup_fingerprint;
	self->certificate = options->certificate;
	self->origin = g_strdup(options->origin);
	self->boot_ms = options->boot_ms ? options->boot_ms : clock_boot_ms;
	self->short_codes = short_codes_new();
	self->wrong_codes = throttle_new(&SCHOOL_LIMITS);
	families_follow(self);
	notices_follow(self);
	store_add_person_data(self->store, &ENROLMENT_DATA, self);
	if (options->http) {
		http_add_gate(options->http, "pupil", gate_pupil, self);
		http_add_gate(options->http, "class-inviter", gate_class_inviter, self);
		http_add_gate(options->http, "person-inviter", gate_person_inviter, self);
		http_add_gate(options->http, "child-guardian", gate_guardian, self);
	}
	return self;
}

void enrolment_free(Enrolment *self)
{
	if (!self)
		return;
	short_codes_free(self->short_codes);
	throttle_free(self->wrong_codes);
	g_free(self->origin);
	g_free(self);
}
