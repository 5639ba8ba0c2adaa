/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Parents in groups: where pupils are, only parents of these pupils are with them. To everybody else
 * a pupil is a stranger, and a group would show them to each other, and let them write.
 *
 * Judged when somebody is taken in, and kept when a family or a group comes apart: a parent goes
 * with the link, or with the child. Who is of the staff too is there as that. */
#include "chats/chats-private.h"

static bool is_parent_alone(unsigned roles)
{
	return (roles & ROLE_PARENT) && !(roles & ROLE_STAFF);
}

static bool has_child_among(Chats *self, const char *parent, const GPtrArray *people)
{
	g_autoptr(GPtrArray) children = people_children(self->people, parent, NULL);

	for (guint i = 0; children && i < children->len; i++)
		if (g_ptr_array_find_with_equal_func((GPtrArray *)people, children->pdata[i],
		                                     g_str_equal, NULL))
			return true;
	return false;
}

bool chats_check_families(Chats *self, const GPtrArray *people, GError **error)
{
	bool pupils = false;

	for (guint i = 0; i < people->len && !pupils; i++)
		pupils = people_roles(self->people, people->pdata[i]) & ROLE_PUPIL;
	for (guint i = 0; pupils && i < people->len; i++)
		if (is_parent_alone(people_roles(self->people, people->pdata[i])) &&
		    !has_child_among(self, people->pdata[i], people))
			return error_reason(error, ERROR_FORBIDDEN, "foreign-parent", "members",
			                    "Where pupils are, only parents of these pupils are with "
			                    "them");
	return true;
}

bool chats_check_joins_families(Chats *self, const char *chat, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_chat_member_ids");
	g_autoptr(GPtrArray) people = NULL;

	query_bind_text(query, ":chat", chat);
	people = query_list_texts(query, error);
	if (!people)
		return false;
	g_ptr_array_add(people, g_strdup(person));
	return chats_check_families(self, people, error);
}

static GPtrArray *list(Chats *self, const char *statement, const char *chat, const char *person,
                       GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	if (chat)
		query_bind_text(query, ":chat", chat);
	query_bind_text(query, ":person", person);
	return query_list_texts(query, error);
}

bool chats_leave_without_child(Chats *self, const char *parent, GError **error)
{
	g_autoptr(GPtrArray) chats =
	        list(self, "list_groups_without_child", NULL, parent, error);

	for (guint i = 0; chats && i < chats->len; i++)
		if (!chats_remove_member_row(self, chats->pdata[i], parent, error))
			return false;
	return chats != NULL;
}

bool chats_leave_with_child(Chats *self, const char *child, GError **error)
{
	g_autoptr(GPtrArray) parents = people_parents(self->people, child, error);

	for (guint i = 0; parents && i < parents->len; i++)
		if (!chats_leave_without_child(self, parents->pdata[i], error))
			return false;
	return parents != NULL;
}
