/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way back in. The console lets administrators in: a school cannot be locked out. Class
 * teachers and administrators let the others in, without any e-mail. Whoever lost their access
 * gets a one-time link; what let others in under that name is gone. */
#include "people/people-private.h"

#include "base/text.h"

typedef struct {
	Id person;
	unsigned roles;
} Found;

static bool find(People *self, const char *login, Found *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_login");
	g_autofree char *folded = login_fold(login);
	bool row;

	query_bind_text(query, ":login", folded);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return error_reason(error, ERROR_NOT_FOUND, "not-found", "login",
				    "Nobody here has this login");
	ret->person = id_from(query_text(query, 0));
	ret->roles = people_roles(self, ret->person.text);
	return true;
}

char *people_dup_id_of_login(People *self, const char *login, GError **error)
{
	Found found = {0};

	return find(self, login, &found, error) ? g_strdup(found.person.text) : NULL;
}

static bool make_administrator(People *self, const Actor *actor, const Found *found, bool grant,
			       GError **error)
{
	if (found->roles & ROLE_ADMINISTRATOR)
		return true;
	if (found->roles & ROLE_PUPIL)
		return error_reason(error, ERROR_CONFLICT, "pupil", "login",
				    "A pupil does not become an administrator");
	if (!grant)
		return error_reason(error, ERROR_CONFLICT, "not-administrator", "login",
				    "This person is no administrator");
	return people_set_roles(self, actor, found->person.text, found->roles | ROLE_ADMINISTRATOR,
				error);
}

static bool forget_password(People *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_password");

	query_bind_text(query, ":person", person);
	return query_run(query, error);
}

/* The old password may be somebody else's by now, as sessions and links may. */
static bool close_ways_in(People *self, const Actor *actor, const char *person, GError **error)
{
	g_autofree char *scope = g_strconcat("person:", person, NULL);
	g_autoptr(Event) event =
		event_new(actor, "person.access.recovered", scope, person, json_object());

	if (!events_append(self->events, event, error) ||
	    !sessions_end_others(self->sessions, person, NULL, error) ||
	    !codes_remove_all(self, person, error) || !forget_password(self, person, error))
		return false;
	for (int i = 0; i < RECOVERED_MAX && self->recovered[i].told; i++)
		self->recovered[i].told(self->recovered[i].room, actor, person);
	return true;
}

void people_add_recovered(People *self, Recovered recovered, void *room)
{
	int i = 0;

	while (self->recovered[i].told)
		g_assert(++i < RECOVERED_MAX);
	self->recovered[i].told = recovered;
	self->recovered[i].room = room;
}

/* The way into the cloud. What the box knows stays there; what opened the cloud before does not any
 * more, as whoever asks for this has just proved to the box who they are. */
char *people_new_entry_code(People *self, const char *person, int64_t lifetime_s, GError **error)
{
	if (!people_exists(self, person) || people_is_erased(self, person))
		return error_null(error, ERROR_NOT_FOUND, "There is no such person here");
	if (!people_check_may_enter(self, person, error) ||
	    !sessions_end_others(self->sessions, person, NULL, error) ||
	    !codes_remove_all(self, person, error) || !forget_password(self, person, error))
		return NULL;
	return codes_new(self, person, lifetime_s, error);
}

bool recover_administrator(void *room, Request *request, GError **error)
{
	People *self = room;
	const Actor *actor = request_actor(request);
	const char *login = NULL;
	bool grant = false;
	const Field fields[] = {
		{"login", FIELD_TEXT, true, LOGIN_CHARACTERS_MAX, &login},
		{"grant", FIELD_BOOL, false, 0, &grant},
		{0},
	};
	Found found = {0};

	if (!json_read(request_body(request), fields, error) || !find(self, login, &found, error))
		return false;
	return make_administrator(self, actor, &found, grant, error) &&
	       close_ways_in(self, actor, found.person.text, error) &&
	       people_reply_link(self, request, login, error);
}

/* --- Class teachers and administrators --- */

static bool is_pupil_only(unsigned roles)
{
	return roles == ROLE_PUPIL;
}

bool people_may_help(People *self, const Actor *actor, const char *person)
{
	unsigned roles = people_roles(self, person);

	if (!roles || actor->kind != ACTOR_PERSON || people_is_self(actor, person))
		return false;
	return (actor->roles & ROLE_ADMINISTRATOR) ||
	       (is_pupil_only(roles) && people_leads(self, actor, person));
}

bool may_help_person(void *room, Request *request, GError **error)
{
	const Actor *actor = request_actor(request);
	const char *person;

	if (actor->kind != ACTOR_PERSON)
		return error_set(error, ERROR_UNAUTHENTICATED, "Please sign in");
	if (!request_param_id(request, "person", &person, error))
		return false;
	return people_may_help(room, actor, person) ||
	       error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

static bool reply_code(People *self, Request *request, const char *person, const char *code,
		       GError **error)
{
	g_autofree char *url = g_strconcat(self->origin, "/sign-in#", code, NULL);
	g_autofree char *words = codes_new_words(self, code, SIGN_IN_CODE_S, error);
	g_autoptr(json_t) whose = words ? people_to_json(self, person, error) : NULL;
	char expires_at[TIME_TEXT_SIZE];

	if (!whose)
		return false;
	clock_format(events_now_ms(self->events) + SIGN_IN_CODE_S * 1000LL, expires_at);
	request_reply_object(request, 201,
			     json_pack("{s:s, s:s, s:s, s:O, s:s}", "code", code, "url", url,
				       "words", words, "display_name",
				       json_object_get(whose, "display_name"), "expires_at",
				       expires_at));
	return true;
}

bool post_sign_in_code(void *room, Request *request, GError **error)
{
	static const Field NOTHING[] = {{0}};
	People *self = room;
	const char *person = request_param(request, "person");
	char *code;
	bool fine;

	if (!json_read(request_body(request), NOTHING, error) ||
	    !people_check_may_enter(self, person, error) ||
	    !close_ways_in(self, request_actor(request), person, error))
		return false;
	code = codes_new(self, person, SIGN_IN_CODE_S, error);
	fine = code && reply_code(self, request, person, code, error);
	secret_free(code);
	return fine;
}
