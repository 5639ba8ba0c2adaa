/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Coming in by one's own invitation: a password is chosen, and a login where there is none. And the
 * handler of those who are new to a class. */
#include "enrolment/enrolment-private.h"

#include <string.h>

typedef struct {
	const char *code;
	const char *login; /* NULL: the person has one */
	const char *password;
	bool own_device;
	Invitation invitation;
} Acceptance;

static bool read_acceptance(Request *request, Acceptance *ret, GError **error)
{
	const Field fields[] = {
		{"code", FIELD_TEXT, true, 2 * TOKEN_LENGTH, &ret->code},
		{"login", FIELD_TEXT, false, 0, &ret->login},
		{"password", FIELD_TEXT, true, 0, &ret->password},
		{"own_device", FIELD_BOOL, false, 0, &ret->own_device},
		{0},
	};

	return json_read(request_body(request), fields, error);
}

/* The login that the person has or will have; owned. Whoever came in meanwhile needs no invitation.
 */
static char *dup_login(Enrolment *self, const Acceptance *acceptance, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_invited");
	const char *login;

	query_bind_text(query, ":id", acceptance->invitation.subject.text);
	if (!query_one(query, NULL) || query_int(query, 2)) {
		invitation_is_dead(error);
		return NULL;
	}
	login = query_text(query, 1) ? query_text(query, 1) : acceptance->login;
	if (!login)
		error_reason(error, ERROR_INVALID, "missing-field", "login", "login is missing");
	return g_strdup(login);
}

static bool set_login(Enrolment *self, const Acceptance *acceptance, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_invited");
	Actor self_made = {.kind = ACTOR_PERSON, .person = acceptance->invitation.subject};

	query_bind_text(query, ":id", acceptance->invitation.subject.text);
	if (!query_one(query, error))
		return false;
	if (query_text(query, 1))
		return true;
	query_end(g_steal_pointer(&query));
	self_made = enrolment_authority(&self_made);
	return people_set_login(self->people, &self_made, acceptance->invitation.subject.text,
				acceptance->login, error);
}

static bool finish_acceptance(void *room, Request *request, GError **error)
{
	Held *held = room;
	Enrolment *self = held->enrolment;
	Acceptance acceptance = {0};
	g_autofree char *login = NULL;

	if (!read_acceptance(request, &acceptance, error) ||
	    !invitations_find_kind(self, acceptance.code, INVITES_PERSON, &acceptance.invitation,
				   error))
		return false;
	login = dup_login(self, &acceptance, error);
	if (!login || !invitations_consume(self, &acceptance.invitation.id, error) ||
	    !set_login(self, &acceptance, error) ||
	    !people_set_password_hash(self->people, acceptance.invitation.subject.text, held->hash,
				      error))
		return false;
	enrolment_tell_family(self, acceptance.invitation.subject.text);
	return people_reply_signed_in(self->people, request, acceptance.invitation.subject.text,
				      acceptance.own_device, error);
}

bool post_acceptance(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	Acceptance acceptance = {0};
	g_autofree char *login = NULL;

	if (!read_acceptance(request, &acceptance, error) ||
	    !invitations_find_kind(self, acceptance.code, INVITES_PERSON, &acceptance.invitation,
				   error))
		return false;
	login = dup_login(self, &acceptance, error);
	return login && people_check_password(self->people, acceptance.password, login, error) &&
	       enrolment_hash(self, request, acceptance.password, finish_acceptance, error);
}

/* --- By a class's link --- */

typedef struct {
	const char *code;
	const char *password;
	Newcomer who;
} Applying;

static bool read_application(Request *request, Applying *ret, GError **error)
{
	const Field fields[] = {
		{"code", FIELD_TEXT, true, 2 * TOKEN_LENGTH, &ret->code},
		{"family_name", FIELD_TEXT, true, 0, &ret->who.family_name},
		{"given_name", FIELD_TEXT, true, 0, &ret->who.given_name},
		{"patronymic", FIELD_TEXT, false, 0, &ret->who.patronymic},
		{"birth_date", FIELD_TEXT, true, 0, &ret->who.birth_date},
		{"login", FIELD_TEXT, true, 0, &ret->who.login},
		{"password", FIELD_TEXT, true, 0, &ret->password},
		{0},
	};

	return json_read(request_body(request), fields, error);
}

static bool finish_application(void *room, Request *request, GError **error)
{
	Held *held = room;
	Applying applying = {0};
	char *ticket = NULL;

	if (!read_application(request, &applying, error) ||
	    !applications_check(held->enrolment, applying.code, &applying.who, applying.password,
				error) ||
	    !applications_add(held->enrolment, applying.code, &applying.who, held->hash, &ticket,
			      error))
		return false;
	request_reply_object(request, 201,
			     json_pack("{s:s, s:s}", "ticket", ticket, "state",
				       waiting_name(WAITS_FOR_TEACHER)));
	secret_free(ticket);
	return true;
}

bool post_application(void *room, Request *request, GError **error)
{
	Applying applying = {0};

	return read_application(request, &applying, error) &&
	       applications_check(room, applying.code, &applying.who, applying.password, error) &&
	       enrolment_hash(room, request, applying.password, finish_application, error);
}
