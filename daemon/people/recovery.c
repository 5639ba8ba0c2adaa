/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The console's way back in: a school cannot be locked out. Whoever lost their access gets a
 * one-time link; what let others in under that name is gone. */
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

	return events_append(self->events, event, error) &&
	       sessions_end_others(self->sessions, person, NULL, error) &&
	       codes_remove_all(self, person, error) && forget_password(self, person, error);
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
