/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two accounts of one human become one. What the one has the other gets, by the rules by which it
 * would get it anyway; messages stay where they are and show who wrote them under the name that is
 * left. */
#include "people/people-private.h"

#include <string.h>

#define PUPIL_OR(roles) ((roles) & ROLE_PUPIL)

static bool check_pair(People *self, const char *from, const char *into, GError **error)
{
	unsigned one = people_roles(self, from);
	unsigned other = people_roles(self, into);

	if (!one || !other)
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	if (strcmp(from, into) == 0)
		return error_reason(error, ERROR_INVALID, "invalid", "into",
		                    "These are not two accounts");
	if (PUPIL_OR(one) != PUPIL_OR(other))
		return error_reason(error, ERROR_CONFLICT, "merge-roles", NULL,
		                    "A pupil and somebody who is none are not one human");
	if (people_is_blocked(self, from) != people_is_blocked(self, into))
		return error_reason(error, ERROR_CONFLICT, "merge-blocked", NULL,
		                    "One of them is blocked: decide first whether both are");
	if (people_is_parent_of(self, from, into) || people_is_parent_of(self, into, from))
		return error_reason(error, ERROR_CONFLICT, "merge-family", NULL,
		                    "One is the other's parent: they are not one human");
	return true;
}

/* The link goes over to the other account: nobody was taken from anybody. */
static bool let_go(People *self, const Actor *actor, const char *child, const char *parent,
                   GError **error)
{
	return people_append(self, actor, "person.parent.unlinked", child,
	                     json_pack("{s:s, s:b}", "parent", parent, "moved", 1), error);
}

static bool move_parents(People *self, const Actor *actor, const char *from, const char *into,
                         GError **error)
{
	g_autoptr(GPtrArray) parents = people_parents(self, from, error);

	for (guint i = 0; parents && i < parents->len; i++)
		if (!let_go(self, actor, from, parents->pdata[i], error) ||
		    !people_link_parent(self, actor, into, parents->pdata[i], error))
			return false;
	return parents != NULL;
}

static bool move_children(People *self, const Actor *actor, const char *from, const char *into,
                          GError **error)
{
	g_autoptr(GPtrArray) children = people_children(self, from, error);

	for (guint i = 0; children && i < children->len; i++)
		if (!let_go(self, actor, children->pdata[i], from, error) ||
		    !people_link_parent(self, actor, children->pdata[i], into, error))
			return false;
	return children != NULL;
}

/* A role that ends for the one does not become one for good. */
static bool move_ends(People *self, const Actor *actor, const char *from, const char *into,
                      unsigned gained, GError **error)
{
	for (unsigned role = ROLE_ADMINISTRATOR; role <= ROLE_PARENT; role <<= 1) {
		g_autofree char *end = gained & role ? people_dup_role_end(self, from, role) : NULL;

		if (end && !people_set_role_end(self, actor, into, role, end, error))
			return false;
	}
	return true;
}

/* The first of the rooms: roles and families, on which seats hang. */
bool people_merge_account(void *room, const Actor *actor, const char *from, const char *into,
                          GError **error)
{
	People *self = room;
	unsigned before = people_roles(self, into);
	unsigned roles = people_roles(self, from) | before;

	return people_set_roles(self, actor, into, roles, error) &&
	       move_ends(self, actor, from, into, roles & ~before, error) &&
	       move_parents(self, actor, from, into, error) &&
	       move_children(self, actor, from, into, error);
}

bool people_merge(People *self, const Actor *actor, const char *from, const char *into,
                  GError **error)
{
	return actor_check_administrator(actor, error) && check_pair(self, from, into, error) &&
	       store_merge_people(self->store, actor, from, into, error) &&
	       people_drop_picture(self, actor, from, error) &&
	       /* What followers move goes before the roles on which it hangs. */
	       people_append(self, actor, "person.merged", from, json_pack("{s:s}", "into", into),
	                     error) &&
	       people_append(self, actor, "person.roles.changed", from, json_pack("{s:i}", "roles", 0),
	                     error) &&
	       people_close_account(self, from, error);
}

GPtrArray *people_merged_into(People *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_merged_into");

	query_bind_text(query, ":id", person);
	return query_list_texts(query, error);
}
