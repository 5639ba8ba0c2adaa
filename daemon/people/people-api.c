/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in: one's profile and sessions, signing in and out, the administrators' list. */
#include "people/people-private.h"

#include <string.h>

static bool reply_me(People *self, Request *request, GError **error)
{
	json_t *me = people_me_json(self, request_actor(request), error);

	if (!me)
		return false;
	request_reply_object(request, 200, me);
	return true;
}

static bool get_me(void *room, Request *request, GError **error)
{
	return reply_me(room, request, error);
}

/* {from, to}, or null: none. */
static bool read_quiet(const json_t *body, const json_t *quiet, QuietHours *ret, GError **error)
{
	const Field fields[] = {
		{"from", FIELD_TEXT, true, 0, &ret->from},
		{"to", FIELD_TEXT, true, 0, &ret->to},
		{0},
	};

	ret->given = json_object_get(body, "quiet_hours") != NULL;
	return !quiet || json_read(quiet, fields, error);
}

static bool patch_me(void *room, Request *request, GError **error)
{
	json_t *body = request_body(request);
	MeChanges changes = {0};
	json_t *quiet = NULL;
	const Field fields[] = {
		{"email", FIELD_TEXT, false, 0, &changes.email},
		{"phone", FIELD_TEXT, false, 0, &changes.phone},
		{"email_shown_to", FIELD_TEXT, false, 0, &changes.email_shown_to},
		{"phone_shown_to", FIELD_TEXT, false, 0, &changes.phone_shown_to},
		{"birthday_shown_to", FIELD_TEXT, false, 0, &changes.birthday_shown_to},
		{"quiet_hours", FIELD_OBJECT, false, 0, &quiet},
		{"recovery_read", FIELD_BOOL, false, 0, &changes.recovery_read},
		{"about", FIELD_TEXT, false, 0, &changes.about},
		{"language", FIELD_TEXT, false, 0, &changes.language},
		{"theme", FIELD_TEXT, false, 0, &changes.theme},
		{"family_name", FIELD_TEXT, false, 0, &changes.family_name},
		{"given_name", FIELD_TEXT, false, 0, &changes.given_name},
		{"patronymic", FIELD_TEXT, false, 0, &changes.patronymic},
		{0},
	};

	if (!json_read(body, fields, error) || !read_quiet(body, quiet, &changes.quiet, error))
		return false;
	if (json_is_null(json_object_get(body, "patronymic")))
		changes.patronymic = "";
	if (json_is_null(json_object_get(body, "email")))
		changes.email = "";
	if (json_is_null(json_object_get(body, "phone")))
		changes.phone = "";
	return people_change_me(room, request_actor(request), &changes, error) &&
	       reply_me(room, request, error);
}

static bool post_activity(void *room, Request *request, GError **error)
{
	People *self = room;
	static const Field NOTHING[] = {{0}};

	if (!json_read(request_body(request), NOTHING, error))
		return false;
	sessions_touch(self->sessions, request_actor(request));
	request_reply_empty(request);
	return true;
}

/* --- Sessions --- */

static bool get_sessions(void *room, Request *request, GError **error)
{
	json_t *list = people_sessions_json(room, request_actor(request), error);

	if (!list)
		return false;
	request_reply_object(request, 200, list);
	return true;
}

/* The gate has judged whose it is. */
static bool delete_session(void *room, Request *request, GError **error)
{
	People *self = room;
	const Actor *actor = request_actor(request);
	const char *session = request_param(request, "session");

	if (strcmp(session, "current") == 0)
		session = actor->session.text;
	if (!sessions_end(self->sessions, session, error))
		return false;
	if (strcmp(session, actor->session.text) == 0)
		request_set_session(request, NULL, 0);
	request_reply_empty(request);
	return true;
}

/* --- Codes --- */

static json_t *look_json(const SignInCode *code)
{
	char expires_at[TIME_TEXT_SIZE];

	clock_format(code->expires_ms, expires_at);
	return json_pack("{s:s, s:s}", "display_name", code->display_name, "expires_at",
			 expires_at);
}

static bool look_at_code(void *room, Request *request, GError **error)
{
	SignInCode found = {0};
	const char *code = NULL;
	const Field fields[] = {{"code", FIELD_TEXT, true, 2 * TOKEN_LENGTH, &code}, {0}};

	if (!json_read(request_body(request), fields, error) ||
	    !codes_find(room, code, false, &found, error))
		return false;
	request_reply_object(request, 200, look_json(&found));
	g_free(found.display_name);
	return true;
}

bool people_reply_link(People *self, Request *request, const char *login, GError **error)
{
	g_autofree char *display_name = NULL;
	g_autofree char *url = NULL;
	char expires_at[TIME_TEXT_SIZE];
	char *code;

	code = people_new_sign_in_code(self, login, SIGN_IN_CODE_S, &display_name, error);
	if (!code)
		return false;
	clock_format(events_now_ms(self->events) + SIGN_IN_CODE_S * 1000LL, expires_at);
	url = g_strconcat(self->origin, "/sign-in#", code, NULL);
	request_reply_object(request, 201,
			     json_pack("{s:s, s:s, s:s, s:s}", "code", code, "url", url,
				       "display_name", display_name, "expires_at", expires_at));
	secret_free(code);
	return true;
}

static bool post_sign_in_link(void *room, Request *request, GError **error)
{
	const char *login = NULL;
	const Field fields[] = {{"login", FIELD_TEXT, true, LOGIN_CHARACTERS_MAX, &login}, {0}};

	return json_read(request_body(request), fields, error) &&
	       people_reply_link(room, request, login, error);
}

/* --- The administrators' list --- */

static bool read_state(const char *name, PersonState *ret, GError **error)
{
	static const char *const STATES[] = {"any", "blocked", "never-seen"};

	for (size_t i = 0; name && i < G_N_ELEMENTS(STATES); i++) {
		if (strcmp(name, STATES[i]) == 0) {
			*ret = (PersonState)i;
			return true;
		}
	}
	return !name || error_reason(error, ERROR_INVALID, "invalid", "state",
				     "The state is any, blocked or never-seen");
}

static bool get_people(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"search", "role", "state", "cursor", "limit",
					    NULL};
	PeopleSearch search = {0};
	json_t *list;

	if (!request_check_query(request, NAMES, error) ||
	    !request_limit(request, 50, 100, &search.limit, error) ||
	    !read_state(request_query(request, "state"), &search.state, error) ||
	    (request_query(request, "role") &&
	     !role_read(request_query(request, "role"), "role", &search.roles, error)))
		return false;
	search.search = request_query(request, "search");
	if (search.search && !*search.search)
		search.search = NULL;
	search.cursor = request_query(request, "cursor");
	list = people_list_json(room, &search, error);
	if (!list)
		return false;
	request_reply_object(request, 200, list);
	return true;
}

const Route PEOPLE_ROUTES[] = {
	{GET, "/api/v1/me", "signed-in", 0, get_me},
	{PATCH, "/api/v1/me", "signed-in", 4096, patch_me, ROUTE_AFAR},
	{PUT, "/api/v1/me/picture", "signed-in", PICTURE_BYTES_MAX, put_picture, ROUTE_SPOOLS},
	{DELETE, "/api/v1/me/picture", "signed-in", 0, delete_picture, ROUTE_WAITING},
	{GET, "/api/v1/people/:person/picture", "person-seen", 0, get_picture},
	{PUT, "/api/v1/me/password", "signed-in", 4096, change_password,
	 ROUTE_SECRET | ROUTE_WAITING},
	{POST, "/api/v1/me/activity", "signed-in", 64, post_activity, ROUTE_READS},
	{GET, "/api/v1/sessions", "signed-in", 0, get_sessions},
	{POST, "/api/v1/sessions", "anyone", 4096, sign_in, ROUTE_SECRET | ROUTE_WAITING},
	{DELETE, "/api/v1/sessions/:session", "session-owner", 0, delete_session,
	 ROUTE_WAITING},
	{POST, "/api/v1/sign-in-codes/look", "anyone", 512, look_at_code,
	 ROUTE_SECRET | ROUTE_READS},
	{GET, "/api/v1/people", "administrator", 0, get_people},
	{GET, "/api/v1/people/:person/looks", "person-guardian", 0, get_looks},
	{GET, "/api/v1/console/people", "console", 0, get_people},
	{POST, "/api/v1/console/recoveries", "console", 512, recover_administrator, ROUTE_SECRET},
	{POST, "/api/v1/console/sign-in-links", "console", 512, post_sign_in_link, ROUTE_SECRET},
	{0},
};
