/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of people: who may add and change whom, what a login and a family are. */
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

const Migration PEOPLE_MIGRATION = {.resource = "/urok/people/people-schema.sql"};
const Migration ACCOUNTS_MIGRATION = {.resource = "/urok/people/people-accounts-schema.sql"};
const Migration LISTS_MIGRATION = {.resource = "/urok/people/people-lists-schema.sql"};
const Migration PICTURES_MIGRATION = {.resource = "/urok/people/people-pictures-schema.sql"};

static char *scope_of(const char *person)
{
	return g_strconcat("person:", person, NULL);
}

bool people_append(People *self, const Actor *actor, const char *kind, const char *person,
		   json_t *body, GError **error)
{
	g_autofree char *scope = scope_of(person);
	g_autoptr(Event) event = event_new(actor, kind, scope, person, body);

	return events_append(self->events, event, error);
}

/* --- What a new person must be like --- */

static bool is_login_character(gunichar c)
{
	return g_unichar_isalnum(c) || (c < 0x80 && strchr("._-@+", (int)c));
}

bool people_check_login(const char *login, GError **error)
{
	size_t length = text_length(login);

	if (length < LOGIN_CHARACTERS_MIN || length > LOGIN_CHARACTERS_MAX)
		return error_reason(error, ERROR_INVALID,
				    length > LOGIN_CHARACTERS_MAX ? "too-long" : "invalid", "login",
				    "A login has %d to %d characters", LOGIN_CHARACTERS_MIN,
				    LOGIN_CHARACTERS_MAX);
	for (const char *at = login; *at; at = g_utf8_next_char(at))
		if (!is_login_character(g_utf8_get_char(at)))
			return error_reason(error, ERROR_INVALID, "invalid", "login",
					    "A login is made of letters, digits and . _ - @ +");
	return true;
}

static bool check_login_free(People *self, const char *login, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_login");
	g_autofree char *folded = login_fold(login);
	bool row;

	query_bind_text(query, ":login", folded);
	if (!query_next(query, &row, error))
		return false;
	if (row && g_strcmp0(query_text(query, 0), person) != 0)
		return error_reason(error, ERROR_CONFLICT, "login-taken", "login",
				    "Somebody has this login already");
	return true;
}

bool people_check_birth_date(const char *date, GError **error)
{
	if (text_is_date(date))
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "birth_date",
			    "A birth date looks like 2014-05-31");
}

static bool check_roles(unsigned roles, GError **error)
{
	if (roles && !(roles & ~(unsigned)(ROLE_STAFF | ROLE_PUPIL | ROLE_PARENT)))
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "roles",
			    "A person has at least one of the four roles");
}

static bool check_new(const NewPerson *person, Names *ret, GError **error)
{
	g_autofree char *login = person->login ? login_normalize(person->login) : NULL;

	return names_check_all(person->family_name, person->given_name, person->patronymic, ret,
			   error) &&
	       (!login || people_check_login(login, error)) &&
	       (!person->birth_date || people_check_birth_date(person->birth_date, error)) &&
	       check_roles(person->roles, error);
}

bool people_check_new(People *self, const NewPerson *person, GError **error)
{
	g_auto(Names) names = {0};

	return check_new(person, &names, error) &&
	       (!person->login || check_login_free(self, person->login, NULL, error));
}

/* --- Accounts --- */

bool people_add(People *self, const Actor *actor, const NewPerson *person, Id *ret_id,
		GError **error)
{
	g_autofree char *login = person->login ? login_normalize(person->login) : NULL;
	g_auto(Names) names = {0};
	Id id = id_new();
	json_t *body;

	if (!actor_check_administrator(actor, error) || !check_new(person, &names, error) ||
	    (person->login && !check_login_free(self, person->login, NULL, error)))
		return false;
	body = json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:i}", "family_name", names.family,
			 "given_name", names.given, "patronymic", names.patronymic, "login",
			 login, "birth_date", person->birth_date, "roles",
			 (int)person->roles);
	if (!people_append(self, actor, "person.added", id.text, body, error))
		return false;
	*ret_id = id;
	return true;
}

bool people_check_exists(People *self, const char *person, unsigned *ret_roles, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_person_roles");

	query_bind_text(query, ":id", person);
	if (!query_one(query, error))
		return false;
	*ret_roles = (unsigned)query_int(query, 0);
	return true;
}

bool people_check_other_administrator(People *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "has_other_administrator");
	bool row;

	query_bind_text(query, ":id", person);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return error_reason(error, ERROR_CONFLICT, "last-administrator", "roles",
				    "A school keeps at least one administrator");
	return true;
}

static bool check_no_children(People *self, const char *person, GError **error)
{
	g_autoptr(GPtrArray) children = people_children(self, person, error);

	return children && (children->len == 0 ||
			    error_reason(error, ERROR_CONFLICT, "conflict", "roles",
					 "A pupil cannot be somebody's parent"));
}

/* Who is no parent any more has no children here. */
bool people_change_roles(People *self, const Actor *actor, const char *person, unsigned roles,
			 GError **error)
{
	g_autoptr(GPtrArray) children = people_children(self, person, error);

	for (guint i = 0; children && !(roles & ROLE_PARENT) && i < children->len; i++)
		if (!people_unlink_parent(self, actor, children->pdata[i], person, error))
			return false;
	return children && people_append(self, actor, "person.roles.changed", person,
					 json_pack("{s:i}", "roles", (int)roles), error);
}

bool people_set_roles(People *self, const Actor *actor, const char *person, unsigned roles,
		      GError **error)
{
	unsigned before;

	if (!actor_check_administrator(actor, error) || !check_roles(roles, error) ||
	    !people_check_exists(self, person, &before, error))
		return false;
	if (before == roles)
		return true;
	if ((before & ROLE_ADMINISTRATOR) && !(roles & ROLE_ADMINISTRATOR) &&
	    !people_check_other_administrator(self, person, error))
		return false;
	if ((roles & ROLE_PUPIL) && (roles & ROLE_PARENT) && !check_no_children(self, person, error))
		return false;
	/* Who was let in by less may come in by more from now on by a new way alone. */
	if ((roles & ~before & ROLE_STAFF) && !codes_remove_all(self, person, error))
		return false;
	return people_change_roles(self, actor, person, roles, error) &&
	       ((roles & ROLE_PUPIL) == 0 || people_has_agreed(self, "photo", person) ||
		people_drop_picture(self, actor, person, error));
}

bool people_set_login(People *self, const Actor *actor, const char *person, const char *login,
		      GError **error)
{
	g_autofree char *normal = login_normalize(login);
	unsigned roles;

	if (!(people_is_self(actor, person) || actor_check_administrator(actor, error)) ||
	    !people_check_login(normal, error) ||
	    !people_check_exists(self, person, &roles, error) ||
	    !check_login_free(self, normal, person, error))
		return false;
	return people_append(self, actor, "person.login.changed", person,
		      json_pack("{s:s}", "login", normal), error);
}

/* --- Families --- */

static bool check_room_for_parent(People *self, const char *child, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_parents");

	unsigned most = self->parents_most ? self->parents_most(self->parents_room, child)
					   : PARENTS_MAX;

	query_bind_text(query, ":child", child);
	if (!query_one(query, error))
		return false;
	if (query_int(query, 0) >= most)
		return error_set(error, ERROR_CONFLICT,
				 "This child has %u parents already; an administrator can help",
				 most);
	return true;
}

void people_set_parents_most(People *self, unsigned (*most)(void *room, const char *child),
			     void *room)
{
	self->parents_most = most;
	self->parents_room = room;
}

bool people_has_room_for_parent(People *self, const char *child)
{
	return check_room_for_parent(self, child, NULL);
}

static bool check_family(People *self, const char *child, const char *parent,
			 unsigned *ret_parent_roles, GError **error)
{
	unsigned child_roles;

	if (!people_check_exists(self, child, &child_roles, error) ||
	    !people_check_exists(self, parent, ret_parent_roles, error))
		return false;
	if (strcmp(child, parent) == 0)
		return error_reason(error, ERROR_INVALID, "invalid", "parent",
				    "Nobody is their own parent");
	if (!(child_roles & ROLE_PUPIL))
		return error_reason(error, ERROR_INVALID, "invalid", "child",
				    "Only a pupil has parents here");
	if (*ret_parent_roles & ROLE_PUPIL)
		return error_reason(error, ERROR_INVALID, "invalid", "parent",
				    "A pupil cannot be somebody's parent");
	return true;
}

bool people_link_parent_by_hand(People *self, const Actor *actor, const char *child,
				const char *parent, const char *reason, GError **error)
{
	unsigned roles;

	if (!actor_check_administrator(actor, error) || !check_family(self, child, parent, &roles, error))
		return false;
	if (people_is_parent_of(self, parent, child))
		return true;
	if (!check_room_for_parent(self, child, error))
		return false;
	if (!(roles & ROLE_PARENT) &&
	    !people_append(self, actor, "person.roles.changed", parent,
		    json_pack("{s:i}", "roles", (int)(roles | ROLE_PARENT)), error))
		return false;
	if (!people_append(self, actor, "person.parent.linked", child,
			   json_pack("{s:s, s:s*}", "parent", parent, "reason", reason), error))
		return false;
	people_tell_changed(self, parent);
	return true;
}

bool people_link_parent(People *self, const Actor *actor, const char *child, const char *parent,
			GError **error)
{
	return people_link_parent_by_hand(self, actor, child, parent, NULL, error);
}

bool people_unlink_parent(People *self, const Actor *actor, const char *child, const char *parent,
			  GError **error)
{
	if (!actor_check_administrator(actor, error))
		return false;
	if (!people_is_parent_of(self, parent, child))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	if (!people_append(self, actor, "person.parent.unlinked", child,
		    json_pack("{s:s}", "parent", parent), error))
		return false;
	people_tell_changed(self, parent);
	return true;
}

bool people_is_parent_of(People *self, const char *parent, const char *child)
{
	g_autoptr(Query) query = store_query(self->store, "is_parent_child");
	bool row;

	query_bind_text(query, ":child", child);
	query_bind_text(query, ":parent", parent);
	return query_next(query, &row, NULL) && row;
}

static GPtrArray *list_ids(People *self, const char *statement, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":id", person);
	return query_list_texts(query, error);
}

GPtrArray *people_parents(People *self, const char *child, GError **error)
{
	return list_ids(self, "list_parent_ids", child, error);
}

GPtrArray *people_children(People *self, const char *parent, GError **error)
{
	return list_ids(self, "list_child_ids", parent, error);
}

/* --- Small questions of other rooms --- */

bool people_is_self(const Actor *actor, const char *person)
{
	return actor->kind == ACTOR_PERSON && strcmp(actor->person.text, person) == 0;
}

bool people_leads(People *self, const Actor *actor, const char *pupil)
{
	return actor->kind == ACTOR_PERSON && self->belonging.leads &&
	       self->belonging.leads(self->belonging_room, actor->person.text, pupil);
}

bool people_has_password(People *self, const char *person)
{
	g_autoptr(Query) query = store_query(self->store, "find_password");
	bool row;

	query_bind_text(query, ":person", person);
	return query_next(query, &row, NULL) && row;
}

unsigned people_roles(People *self, const char *person)
{
	unsigned roles = 0;

	people_check_exists(self, person, &roles, NULL);
	return roles;
}

bool people_may_see(People *self, const Actor *actor, const char *person)
{
	return self->sight.may_see && self->sight.may_see(self->sight_room, actor, person);
}

bool people_may_write(People *self, const Actor *actor, const char *person)
{
	return self->sight.may_write && self->sight.may_write(self->sight_room, actor, person);
}

void people_tell_changed(People *self, const char *person)
{
	g_autofree char *scope = scope_of(person);
	g_autofree char *data = g_strdup_printf("{\"person_id\":\"%s\"}", person);

	events_signal(self->events, scope, "person", person, data);
}

bool people_note_seen(People *self, const char *person, int64_t wall_ms, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "set_person_seen");

	query_bind_text(query, ":person", person);
	query_bind_int(query, ":now", wall_ms);
	return query_run(query, error);
}

bool people_count_most(People *self, int64_t *ret_count, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_last_person_key");
	bool row;

	if (!query_next(query, &row, error))
		return false;
	*ret_count = row ? query_int(query, 0) : 0;
	return true;
}
