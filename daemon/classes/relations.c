/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may see, find and write to whom: a table of what somebody is (a role) and what the other one
 * is to them (a relation). Nothing is allowed that does not stand in it.
 *
 * Pupils are in safe mode: classmates, own teachers and own parents see and write to a pupil; the
 * staff sees everybody, and writes to the pupils whom it teaches alone. A classmate's parent is a
 * stranger to a pupil, and a child's classmate to a parent. Roles and relations add up: a teacher
 * who is a parent here may what both may. */
#include "classes/classes-private.h"

#include <string.h>

#define SEE   RIGHT_SEE
#define FOUND (RIGHT_SEE | RIGHT_FIND)
#define ALL   (RIGHT_SEE | RIGHT_FIND | RIGHT_WRITE)

typedef struct {
	const char *name;
	uint8_t administrator;
	uint8_t teacher;
	uint8_t pupil;
	uint8_t parent;
} Row;

static const Row TABLE[N_RELATIONS] = {
	/*                                                         admin  teacher pupil parent */
	[RELATION_SELF] = {"self", FOUND, FOUND, SEE, SEE},
	[RELATION_CLASSMATE] = {"classmate", 0, 0, ALL, 0},
	[RELATION_OWN_TEACHER] = {"own-teacher", 0, 0, ALL, 0},
	[RELATION_OWN_CLASS_TEACHER] = {"own-class-teacher", 0, 0, ALL, 0},
	[RELATION_OWN_PUPIL] = {"own-pupil", 0, ALL, 0, 0},
	[RELATION_OWN_PARENT] = {"own-parent", 0, 0, ALL, 0},
	[RELATION_OWN_CHILD] = {"own-child", 0, 0, 0, ALL},
	[RELATION_OTHER_PARENT] = {"other-parent", 0, 0, 0, ALL},
	[RELATION_CHILDS_TEACHER] = {"childs-teacher", 0, 0, 0, ALL},
	[RELATION_CHILDS_CLASS_TEACHER] = {"childs-class-teacher", 0, 0, 0, ALL},
	[RELATION_PUPILS_PARENT] = {"pupils-parent", 0, ALL, 0, 0},
	[RELATION_CLASSMATES_PARENT] = {"classmates-parent", 0, 0, 0, ALL},
	[RELATION_COLLEAGUE] = {"colleague", ALL, ALL, 0, 0},
	[RELATION_IN_CONVERSATION] = {"in-conversation", SEE, SEE, SEE, SEE},
	[RELATION_STRANGER] = {"stranger", FOUND, FOUND, 0, 0},
};

const char *relation_name(Relation relation)
{
	return TABLE[relation].name;
}

unsigned relations_rights(unsigned roles, uint32_t relations)
{
	unsigned rights = 0;

	for (int i = 0; i < N_RELATIONS; i++) {
		const Row *row = &TABLE[i];

		if (!(relations & (1u << i)))
			continue;
		rights |= (roles & ROLE_ADMINISTRATOR ? row->administrator : 0u) |
			  (roles & ROLE_TEACHER ? row->teacher : 0u) |
			  (roles & ROLE_PUPIL ? row->pupil : 0u) |
			  (roles & ROLE_PARENT ? row->parent : 0u);
	}
	return rights;
}

/* --- Which relations two people have --- */

static bool read_relations(Classes *self, const char *actor, const char *person, GHashTable *into,
			   GError **error)
{
	g_autoptr(Query) query = NULL;
	int64_t year;
	bool row;

	if (!classes_find_year(self, &year, error))
		return false;
	query = store_query(self->store, "list_relations");
	query_bind_text(query, ":actor", actor);
	query_bind_text(query, ":person", person);
	query_bind_int(query, ":year", year);
	for (;;) {
		const char *id;
		unsigned known;

		if (!query_next(query, &row, error))
			return false;
		if (!row)
			return true;
		id = query_text(query, 0);
		known = GPOINTER_TO_UINT(g_hash_table_lookup(into, id));
		known |= 1u << query_int(query, 1);
		g_hash_table_insert(into, g_strdup(id), GUINT_TO_POINTER(known));
	}
}

GHashTable *classes_list_related(Classes *self, const char *person, GError **error)
{
	g_autoptr(GHashTable) related =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	if (!read_relations(self, person, NULL, related, error))
		return NULL;
	return g_steal_pointer(&related);
}

/* What needs no look into the tables. */
static uint32_t obvious_relations(const Actor *actor, const char *person, unsigned roles)
{
	uint32_t relations = 1u << RELATION_STRANGER;

	if (strcmp(actor->person.text, person) == 0)
		return 1u << RELATION_SELF;
	if ((actor->roles & ROLE_STAFF) && (roles & ROLE_STAFF))
		relations |= 1u << RELATION_COLLEAGUE;
	return relations;
}

static uint32_t find_relations(Classes *self, const Actor *actor, const char *person)
{
	g_autoptr(GHashTable) related =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	/* A failure shows less, never more. */
	if (!read_relations(self, actor->person.text, person, related, NULL))
		return 0;
	return GPOINTER_TO_UINT(g_hash_table_lookup(related, person));
}

static bool is_in_conversation(Classes *self, const Actor *actor, const char *person)
{
	return self->in_conversation &&
	       self->in_conversation(self->company_room, actor->person.text, person);
}

/* Looks as far as it needs to for what is asked. */
static bool may(Classes *self, const Actor *actor, const char *person, Right right)
{
	unsigned roles = people_roles(self->people, person);
	uint32_t relations;

	if (!roles)
		return false;
	relations = obvious_relations(actor, person, roles);
	if (relations_rights(actor->roles, relations) & right)
		return true;
	if (relations & 1u << RELATION_SELF)
		return false;
	relations |= find_relations(self, actor, person);
	if (relations_rights(actor->roles, relations) & right)
		return true;
	if (!(relations_rights(actor->roles, 1u << RELATION_IN_CONVERSATION) & right))
		return false;
	return is_in_conversation(self, actor, person);
}

static bool may_see(void *room, const Actor *actor, const char *person)
{
	if (actor->kind != ACTOR_PERSON)
		return actor->kind != ACTOR_NOBODY;
	return may(room, actor, person, RIGHT_SEE);
}

static bool may_write(void *room, const Actor *actor, const char *person)
{
	Classes *self = room;

	/* Nobody writes to who may not come in to read it. */
	return actor->kind == ACTOR_PERSON && !people_is_blocked(self->people, person) &&
	       may(self, actor, person, RIGHT_WRITE);
}

bool classes_may_find(Classes *self, const Actor *actor, const char *person)
{
	return actor->kind == ACTOR_PERSON && may(self, actor, person, RIGHT_FIND);
}

const Sight CLASSES_SIGHT = {may_see, may_write};

void classes_set_company(Classes *self, InConversation in_conversation, void *room)
{
	self->in_conversation = in_conversation;
	self->company_room = room;
}
