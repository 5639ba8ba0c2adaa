/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The search of people whom one may write to, or take into a group: by the table of relations, and
 * nobody whom one may not find. */
#include "chats/chats-private.h"

#include "base/text.h"

#include <string.h>

#define FOUND_MAX 50

typedef struct {
	Chats *chats;
	const Actor *actor;
	bool for_group;
	GHashTable *related; /* id → relations */
	GPtrArray *found;    /* of Candidate */
} Finding;

typedef struct {
	char *json;
	char *sort_name;
} Candidate;

static void candidate_free(void *data)
{
	Candidate *self = data;

	g_free(self->json);
	g_free(self->sort_name);
	g_free(self);
}

static bool is_wanted(const Finding *self, const char *person, unsigned roles)
{
	uint32_t relations = GPOINTER_TO_UINT(g_hash_table_lookup(self->related, person)) |
	                     1u << RELATION_STRANGER;
	unsigned rights;

	if (strcmp(person, self->actor->person.text) == 0 ||
	    people_is_blocked(self->chats->people, person))
		return false;
	if ((self->actor->roles & ROLE_STAFF) && (roles & ROLE_STAFF))
		relations |= 1u << RELATION_COLLEAGUE;
	rights = relations_rights(self->actor->roles, relations);
	if (rights & RIGHT_WRITE)
		return true;
	return self->for_group && (rights & RIGHT_FIND) && !(roles & ROLE_PUPIL);
}

static void take(Finding *self, Query *query)
{
	Candidate *candidate;

	if (!is_wanted(self, query_text(query, 0), (unsigned)query_int(query, 2)))
		return;
	candidate = g_new0(Candidate, 1);
	candidate->json = g_strdup(query_text(query, 1));
	candidate->sort_name = g_strdup(query_text(query, 3));
	g_ptr_array_add(self->found, candidate);
}

/* By name: the index says who is called so, in their order. */
static bool find_named(Finding *self, const char *folded, GError **error)
{
	g_autoptr(Query) query = store_query(self->chats->store, "list_correspondents");
	bool row;

	query_bind_text(query, ":from", folded);
	while (self->found->len <= FOUND_MAX) {
		if (!query_next(query, &row, error))
			return false;
		if (!row)
			break;
		take(self, query);
	}
	return true;
}

static bool take_one(Finding *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->chats->store, "find_correspondent");
	bool row;

	query_bind_text(query, ":id", person);
	if (!query_next(query, &row, error))
		return false;
	if (row)
		take(self, query);
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(Candidate *const *)a)->sort_name, (*(Candidate *const *)b)->sort_name);
}

/* Without a name: those who have to do with the one who asks, and colleagues. */
static bool find_all(Finding *self, GError **error)
{
	Id staff_chat = chats_id_of(CHAT_STAFF, NULL);
	g_autoptr(GPtrArray) staff = NULL;
	GHashTableIter iter;
	void *person;

	if (self->actor->roles & ROLE_STAFF) {
		g_autoptr(Query) query = store_query(self->chats->store, "list_chat_member_ids");

		query_bind_text(query, ":chat", staff_chat.text);
		staff = query_list_texts(query, error);
		if (!staff)
			return false;
	}
	for (guint i = 0; staff && i < staff->len; i++) {
		g_hash_table_remove(self->related, staff->pdata[i]);
		if (!take_one(self, staff->pdata[i], error))
			return false;
	}
	g_hash_table_iter_init(&iter, self->related);
	while (g_hash_table_iter_next(&iter, &person, NULL))
		if (!take_one(self, person, error))
			return false;
	g_ptr_array_sort(self->found, by_name);
	return true;
}

char *chats_find_correspondents(Chats *self, const Actor *actor, const char *search, bool for_group,
                                GError **error)
{
	g_autofree char *folded = search ? text_fold(search) : NULL;
	g_autoptr(GHashTable) related =
	        classes_list_related(self->classes, actor->person.text, error);
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(candidate_free);
	g_autoptr(GString) json = g_string_new("{\"items\":[");
	Finding finding = {self, actor, for_group, related, found};

	if (!related ||
	    !(folded && *folded ? find_named(&finding, folded, error) : find_all(&finding, error)))
		return NULL;
	for (guint i = 0; i < MIN(found->len, FOUND_MAX); i++)
		g_string_append_printf(json, "%s%s", i ? "," : "",
		                       ((const Candidate *)found->pdata[i])->json);
	g_string_append_printf(json, "],\"more\":%s}", found->len > FOUND_MAX ? "true" : "false");
	return g_string_free(g_steal_pointer(&json), FALSE);
}

char *chats_dup_title(Chats *self, const char *chat)
{
	g_autoptr(Query) query = store_query(self->store, "find_chat_title");
	bool row = false;

	query_bind_text(query, ":chat", chat);
	return query_next(query, &row, NULL) && row ? g_strdup(query_text(query, 0)) : NULL;
}
