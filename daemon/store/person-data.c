/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rooms that keep something of people, and the walks over them. */
#include "store/store-private.h"

typedef struct {
	const PersonData *data;
	void *room;
} Keeper;

void store_add_person_data(Store *self, const PersonData *data, void *room)
{
	Keeper *keeper = g_new0(Keeper, 1);

	keeper->data = data;
	keeper->room = room;
	if (!self->keepers)
		self->keepers = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(self->keepers, keeper);
}

static unsigned count_keepers(const Store *self)
{
	return self->keepers ? self->keepers->len : 0;
}

static void move_on(PersonStep *step)
{
	if (step->cursor == 0)
		step->room++;
}

bool store_export_person(Store *self, const char *person, PersonStep *step, const char **ret_room,
                         json_t **ret_part, GError **error)
{
	g_autoptr(json_t) part = NULL;
	const Keeper *keeper;

	*ret_room = NULL;
	if (step->room >= count_keepers(self))
		return true;
	part = json_object();
	keeper = self->keepers->pdata[step->room];
	if (keeper->data->export &&
	    !keeper->data->export(keeper->room, person, part, &step->cursor, error))
		return false;
	*ret_room = keeper->data->name;
	*ret_part = g_steal_pointer(&part);
	move_on(step);
	return true;
}

bool store_erase_person(Store *self, const Actor *actor, const char *person, PersonStep *step,
                        bool *ret_more, GError **error)
{
	unsigned n = count_keepers(self);
	const Keeper *keeper;

	*ret_more = false;
	if (step->room >= n)
		return true;
	/* What a higher room keeps may hang on what a lower one still knows. */
	keeper = self->keepers->pdata[n - 1 - step->room];
	if (keeper->data->erase &&
	    !keeper->data->erase(keeper->room, actor, person, &step->cursor, error))
		return false;
	move_on(step);
	*ret_more = step->room < n;
	return true;
}

json_t *store_person_rooms(const Store *self)
{
	json_t *names = json_array();

	for (unsigned i = 0; i < count_keepers(self); i++) {
		const Keeper *keeper = self->keepers->pdata[i];

		if (keeper->data->export)
			json_array_append_new(names, json_string(keeper->data->name));
	}
	return names;
}

bool store_merge_people(Store *self, const Actor *actor, const char *from, const char *into,
                        GError **error)
{
	/* Seats hang on roles, chats on seats. */
	for (unsigned i = 0; i < count_keepers(self); i++) {
		const Keeper *keeper = self->keepers->pdata[i];

		if (keeper->data->merge &&
		    !keeper->data->merge(keeper->room, actor, from, into, error))
			return false;
	}
	return true;
}
