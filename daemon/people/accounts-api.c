/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in to other people's accounts: what administrators change, whom one lets in again, names
 * that wait. */
#include "people/people-private.h"

#include <string.h>

#define NEW_PEOPLE_MAX 200 /* in one request */

static bool reply_account(People *self, Request *request, GError **error)
{
	const char *person = request_param(request, "person");
	json_t *account = people_account_json(self, person, error);

	if (!account)
		return false;
	people_note_look(self, request_actor(request), person, LOOK_PROFILE);
	request_reply_object(request, 200, account);
	return true;
}

static bool check_person(Request *request, const char **ret_person, GError **error)
{
	return request_param_id(request, "person", ret_person, error);
}

static bool get_account(void *room, Request *request, GError **error)
{
	const char *person;

	return check_person(request, &person, error) && reply_account(room, request, error);
}

static bool get_card(void *room, Request *request, GError **error)
{
	const char *person = request_param(request, "person");
	json_t *card = people_card_json(room, request_actor(request), person, error);

	if (!card)
		return false;
	/* Classmates see each other every day. */
	if (request_actor(request)->roles & ROLE_STAFF)
		people_note_look(room, request_actor(request), person, LOOK_PROFILE);
	request_reply_object(request, 200, card);
	return true;
}

/* --- Changing an account --- */

/* Null in the body is "": taken away. */
static void take_nulls(const json_t *body, const char *const names[], const char **texts[])
{
	for (int i = 0; names[i]; i++)
		if (json_is_null(json_object_get(body, names[i])))
			*texts[i] = "";
}

static bool patch_account(void *room, Request *request, GError **error)
{
	static const char *const NULLABLE[] = {"patronymic", "birth_date", "email", "phone", NULL};
	People *self = room;
	const Actor *actor = request_actor(request);
	json_t *body = request_body(request);
	PersonNames names = {0};
	const char *login = NULL, *email = NULL, *phone = NULL, *person;
	const char **nullable[] = {&names.patronymic, &names.birth_date, &email, &phone};
	const Field fields[] = {
		{"family_name", FIELD_TEXT, false, 0, &names.family_name},
		{"given_name", FIELD_TEXT, false, 0, &names.given_name},
		{"patronymic", FIELD_TEXT, false, 0, &names.patronymic},
		{"birth_date", FIELD_TEXT, false, 0, &names.birth_date},
		{"login", FIELD_TEXT, false, 0, &login},
		{"email", FIELD_TEXT, false, 0, &email},
		{"phone", FIELD_TEXT, false, 0, &phone},
		{0},
	};

	if (!check_person(request, &person, error) || !json_read(body, fields, error))
		return false;
	take_nulls(body, NULLABLE, nullable);
	return people_correct(self, actor, person, &names, error) &&
	       (!login || people_set_login(self, actor, person, login, error)) &&
	       (!email || people_set_contact(self, actor, person, CONTACT_EMAIL, email, error)) &&
	       (!phone || people_set_contact(self, actor, person, CONTACT_PHONE, phone, error)) &&
	       reply_account(self, request, error);
}

static bool read_roles(const json_t *list, unsigned *ret_roles, GError **error)
{
	const json_t *item;
	size_t i;

	*ret_roles = 0;
	json_array_foreach(list, i, item)
	{
		if (!json_is_string(item))
			return error_reason(error, ERROR_INVALID, "invalid", "roles",
					    "roles is a list of names");
		if (!role_read(json_string_value(item), "roles", ret_roles, error))
			return false;
	}
	return true;
}

/* {role: last day}, all of them: a role that is not named stays. */
static bool set_ends(People *self, const Actor *actor, const char *person, const json_t *ends,
		     unsigned roles, GError **error)
{
	for (unsigned role = ROLE_ADMINISTRATOR; role <= ROLE_PARENT; role <<= 1) {
		const json_t *end = json_object_get(ends, role_name(role));

		if (end && !json_is_null(end) && !json_is_string(end))
			return error_reason(error, ERROR_INVALID, "invalid", "ends",
					    "A role ends on a day like 2026-12-31");
		if ((roles & role) &&
		    !people_set_role_end(self, actor, person, role, json_string_value(end), error))
			return false;
	}
	return true;
}

static bool check_ends(const json_t *ends, unsigned roles, GError **error)
{
	const char *name;
	json_t *end;

	json_object_foreach((json_t *)ends, name, end)
	{
		unsigned role = 0;

		if (!role_read(name, "ends", &role, error))
			return false;
		if (!(roles & role))
			return error_reason(error, ERROR_INVALID, "invalid", "ends",
					    "Only a role that somebody has can end");
	}
	return true;
}

static bool put_roles(void *room, Request *request, GError **error)
{
	const Actor *actor = request_actor(request);
	json_t *list = NULL;
	json_t *ends = NULL;
	const char *person;
	unsigned roles;
	const Field fields[] = {
		{"roles", FIELD_ARRAY, true, 4, &list},
		{"ends", FIELD_OBJECT, false, 0, &ends},
		{0},
	};

	return check_person(request, &person, error) &&
	       json_read(request_body(request), fields, error) && read_roles(list, &roles, error) &&
	       check_ends(ends, roles, error) &&
	       people_set_roles(room, actor, person, roles, error) &&
	       set_ends(room, actor, person, ends, roles, error) &&
	       reply_account(room, request, error);
}

/* --- Blocking, sessions, families --- */

static bool set_block(People *self, Request *request, bool blocked, GError **error)
{
	const char *person;

	if (!check_person(request, &person, error) ||
	    !people_set_blocked(self, request_actor(request), person, blocked, error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool put_block(void *room, Request *request, GError **error)
{
	static const Field NOTHING[] = {{0}};

	return json_read(request_body(request), NOTHING, error) &&
	       set_block(room, request, true, error);
}

static bool delete_block(void *room, Request *request, GError **error)
{
	return set_block(room, request, false, error);
}

static bool is_session_of(People *self, const char *session, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "is_session_of");

	query_bind_text(query, ":id", session);
	query_bind_text(query, ":person", person);
	return query_one(query, error);
}

static bool delete_persons_session(void *room, Request *request, GError **error)
{
	People *self = room;
	const char *person;
	const char *session;

	if (!check_person(request, &person, error) ||
	    !request_param_id(request, "session", &session, error) ||
	    !is_session_of(self, session, person, error) ||
	    !sessions_end(self->sessions, session, error))
		return false;
	request_reply_empty(request);
	return true;
}

/* --- Adding --- */

static bool add_one(People *self, const Actor *actor, const json_t *item, Id *ret, GError **error)
{
	NewPerson person = {0};
	const char *email = NULL;
	const char *phone = NULL;
	json_t *roles = NULL;
	const Field fields[] = {
		{"family_name", FIELD_TEXT, true, 0, &person.family_name},
		{"given_name", FIELD_TEXT, true, 0, &person.given_name},
		{"patronymic", FIELD_TEXT, false, 0, &person.patronymic},
		{"birth_date", FIELD_TEXT, false, 0, &person.birth_date},
		{"login", FIELD_TEXT, false, 0, &person.login},
		{"email", FIELD_TEXT, false, 0, &email},
		{"phone", FIELD_TEXT, false, 0, &phone},
		{"roles", FIELD_ARRAY, true, 4, &roles},
		{0},
	};

	return json_read(item, fields, error) && read_roles(roles, &person.roles, error) &&
	       people_add(self, actor, &person, ret, error) &&
	       (!email || people_set_contact(self, actor, ret->text, CONTACT_EMAIL, email, error)) &&
	       (!phone || people_set_contact(self, actor, ret->text, CONTACT_PHONE, phone, error));
}

/* The field says in which line it is: "items.3.login". */
static void place_error(GError **error, size_t line)
{
	g_autoptr(GError) inner = g_steal_pointer(error);
	g_autofree char *field = NULL;

	if (error_code(inner) == ERROR_INTERNAL) {
		*error = g_steal_pointer(&inner);
		return;
	}
	field = g_strdup_printf("items.%zu.%s", line,
				error_field_of(inner) ? error_field_of(inner) : "family_name");
	error_reason(error, error_code(inner), error_reason_of(inner), field, "%s",
		     inner->message);
}

static bool add_all(People *self, const Actor *actor, const json_t *list, json_t *added,
		    GError **error)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		GError *inner = NULL;
		json_t *shown = NULL;
		Id id;

		if (add_one(self, actor, item, &id, &inner))
			shown = people_to_json(self, id.text, &inner);
		if (!shown) {
			place_error(&inner, i);
			g_propagate_error(error, inner);
			return false;
		}
		json_array_append_new(added, shown);
	}
	return true;
}

static bool post_people(void *room, Request *request, GError **error)
{
	g_autoptr(json_t) added = json_array();
	json_t *list = NULL;
	const Field fields[] = {{"items", FIELD_ARRAY, true, NEW_PEOPLE_MAX, &list}, {0}};

	if (!json_read(request_body(request), fields, error))
		return false;
	if (json_array_size(list) == 0)
		return error_reason(error, ERROR_INVALID, "empty", "items", "Nobody is named");
	if (!add_all(room, request_actor(request), list, added, error))
		return false;
	request_reply_object(request, 201, json_pack("{s:O}", "items", added));
	return true;
}

/* --- Names that wait --- */

static bool get_corrections(void *room, Request *request, GError **error)
{
	json_t *list = corrections_list_json(room, request_actor(request), error);

	const json_t *item;
	size_t i;

	if (!list)
		return false;
	json_array_foreach(json_object_get(list, "items"), i, item)
	{
		const json_t *whose = json_object_get(item, "person");

		people_note_look(room, request_actor(request),
				 json_string_value(json_object_get(whose, "id")), LOOK_PROFILE);
	}
	request_reply_object(request, 200, list);
	return true;
}

static bool put_correction(void *room, Request *request, GError **error)
{
	const char *decision = NULL;
	const Field fields[] = {{"decision", FIELD_TEXT, true, 0, &decision}, {0}};
	bool approved;

	if (!json_read(request_body(request), fields, error))
		return false;
	approved = strcmp(decision, "approved") == 0;
	if (!approved && strcmp(decision, "rejected") != 0)
		return error_reason(error, ERROR_INVALID, "invalid", "decision",
				    "A correction is approved or rejected");
	if (!corrections_decide(room, request_actor(request), request_param(request, "correction"),
				approved, error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool get_names(void *room, Request *request, GError **error)
{
	json_t *names = corrections_names_json(room, request_param(request, "person"), error);

	if (!names)
		return false;
	request_reply_object(request, 200, names);
	return true;
}

static bool post_correction(void *room, Request *request, GError **error)
{
	static const char *const NULLABLE[] = {"patronymic", "birth_date", NULL};
	json_t *body = request_body(request);
	PersonNames names = {0};
	const char **nullable[] = {&names.patronymic, &names.birth_date};
	const Field fields[] = {
		{"family_name", FIELD_TEXT, false, 0, &names.family_name},
		{"given_name", FIELD_TEXT, false, 0, &names.given_name},
		{"patronymic", FIELD_TEXT, false, 0, &names.patronymic},
		{"birth_date", FIELD_TEXT, false, 0, &names.birth_date},
		{0},
	};

	if (!json_read(body, fields, error))
		return false;
	take_nulls(body, NULLABLE, nullable);
	if (!people_correct(room, request_actor(request), request_param(request, "person"), &names,
			    error))
		return false;
	request_reply_empty(request);
	return true;
}

const Route ACCOUNTS_ROUTES[] = {
	{POST, "/api/v1/people", "administrator", 256 * 1024, post_people},
	{GET, "/api/v1/people/:person", "person-seen", 0, get_card},
	{GET, "/api/v1/people/:person/account", "administrator", 0, get_account},
	{PATCH, "/api/v1/people/:person/account", "administrator", 4096, patch_account},
	{PUT, "/api/v1/people/:person/roles", "administrator", 1024, put_roles},
	{PUT, "/api/v1/people/:person/block", "administrator", 64, put_block},
	{DELETE, "/api/v1/people/:person/block", "administrator", 0, delete_block},
	{DELETE, "/api/v1/people/:person/sessions/:session", "administrator", 0,
	 delete_persons_session},
	{POST, "/api/v1/people/:person/sign-in-codes", "person-helper", 64, post_sign_in_code,
	 ROUTE_SECRET},
	{GET, "/api/v1/people/:person/corrections", "person-guardian", 0, get_names},
	{POST, "/api/v1/people/:person/corrections", "person-seen", 4096, post_correction, ROUTE_AFAR},
	{GET, "/api/v1/corrections", "staff", 0, get_corrections},
	{PUT, "/api/v1/corrections/:correction", "correction-approver", 256, put_correction, ROUTE_AFAR},
	{POST, "/api/v1/console/people", "console", 4096, post_people},
	{PATCH, "/api/v1/console/people/:person/account", "console", 4096, patch_account},
	{PUT, "/api/v1/console/people/:person/roles", "console", 1024, put_roles},
	{PUT, "/api/v1/console/people/:person/block", "console", 64, put_block},
	{DELETE, "/api/v1/console/people/:person/block", "console", 0, delete_block},
	{0},
};
