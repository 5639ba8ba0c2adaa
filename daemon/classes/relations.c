/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may see and write to whom. Pupils are in safe mode: classmates, own teachers and own parents
 * write to a pupil, nobody else; the staff sees all. */
#include "classes/classes-private.h"

#include <string.h>

static bool is_related(Classes *self, const Actor *actor, const char *person)
{
	g_autoptr(Query) query = NULL;
	int64_t year;

	if (!classes_find_year(self, &year, NULL))
		return false;
	query = store_query(self->store, "is_related");
	query_bind_text(query, ":actor", actor->person.text);
	query_bind_text(query, ":person", person);
	query_bind_int(query, ":year", year);
	return query_one(query, NULL) && query_int(query, 0);
}

static bool may_see(void *room, const Actor *actor, const char *person)
{
	Classes *self = room;

	if (actor->kind != ACTOR_PERSON)
		return actor->kind != ACTOR_NOBODY;
	if (strcmp(actor->person.text, person) == 0)
		return true;
	if (actor->roles & ROLE_STAFF)
		return people_roles(self->people, person) != 0;
	return is_related(self, actor, person);
}

static bool may_write(void *room, const Actor *actor, const char *person)
{
	Classes *self = room;

	if (actor->kind != ACTOR_PERSON || strcmp(actor->person.text, person) == 0)
		return false;
	if ((actor->roles & ROLE_STAFF) && (people_roles(self->people, person) & ROLE_STAFF))
		return true;
	return is_related(self, actor, person);
}

const Sight CLASSES_SIGHT = {may_see, may_write};
