/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Legal holds: what an administrator has to keep for a court or an inquiry stays, whatever is set,
 * deleted or asked for, until the hold is lifted. Who placed it, why and when stays to be seen. */
#include "privacy/retention-private.h"

#include "base/text.h"

static bool check_reason(const char *reason, char **ret_reason, GError **error)
{
	g_autofree char *trimmed = text_trim(reason);

	if (text_length(trimmed) < REASON_CHARACTERS_MIN || text_is_blank(trimmed))
		return error_reason(error, ERROR_INVALID, "empty", "reason", "A hold needs its reason");
	if (text_length(trimmed) > REASON_CHARACTERS_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", "reason",
		                    "A reason has at most %d characters", REASON_CHARACTERS_MAX);
	*ret_reason = g_steal_pointer(&trimmed);
	return true;
}

static bool check_room(Privacy *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_legal_holds");

	if (!query_one(query, error))
		return false;
	return query_int(query, 0) < HOLDS_MAX ||
	       error_reason(error, ERROR_CONFLICT, "too-many-holds", NULL,
	                    "A school has at most %d legal holds at one time", HOLDS_MAX);
}

static bool check_free(Privacy *self, const NewHold *hold, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "has_legal_hold");
	bool row;

	query_bind_text(query, ":chat", hold->chat);
	query_bind_text(query, ":person", hold->person);
	if (!query_next(query, &row, error))
		return false;
	return !row || error_reason(error, ERROR_CONFLICT, "held-already", NULL,
	                            "There is a hold on it already");
}

static bool check_object(Privacy *self, const NewHold *hold, GError **error)
{
	g_autoptr(json_t) object = NULL;

	if (!hold->chat == !hold->person)
		return error_reason(error, ERROR_INVALID, "invalid", "chat",
		                    "A hold is of a chat or of a person");
	object = hold->chat ? self->keeping->chat_json(self->keeping_room, hold->chat, error)
	                    : people_to_json(self->people, hold->person, error);
	if (!object)
		return false;
	return !hold->person || !people_is_erased(self->people, hold->person) ||
	       error_set(error, ERROR_CONFLICT, "These data are erased already");
}

static bool append(Privacy *self, const Actor *actor, const char *kind, const char *hold,
                   json_t *body, GError **error)
{
	g_autoptr(Event) event = event_new(actor, kind, "admins", hold, body);

	return events_append(self->events, event, error);
}

bool holds_place(Privacy *self, const Actor *actor, const NewHold *hold, Id *ret_id, GError **error)
{
	g_autofree char *reason = NULL;
	Id id = id_new();
	json_t *body;

	if (!actor_check_administrator(actor, error) || !check_reason(hold->reason, &reason, error) ||
	    !check_object(self, hold, error) || !check_free(self, hold, error) ||
	    !check_room(self, error))
		return false;
	body = json_pack("{s:s, s:s}", hold->chat ? "chat" : "person",
	                 hold->chat ? hold->chat : hold->person, "reason", reason);
	if (!append(self, actor, "hold.placed", id.text, body, error))
		return false;
	*ret_id = id;
	return true;
}

bool holds_lift(Privacy *self, const Actor *actor, const char *hold, GError **error)
{
	g_autoptr(json_t) now = NULL;

	if (!actor_check_administrator(actor, error))
		return false;
	now = holds_find_json(self, hold, error);
	if (!now)
		return false;
	return !json_is_null(json_object_get(now, "lifted_at")) ||
	       append(self, actor, "hold.lifted", hold, json_object(), error);
}

bool holds_check_none(Privacy *self, const char *person, GError **error)
{
	bool held;

	{
		g_autoptr(Query) query = store_query(self->store, "is_held_author");

		query_bind_text(query, ":person", person);
		if (!query_next(query, &held, error))
			return false;
	}
	if (!held && self->keeping &&
	    !self->keeping->binds(self->keeping_room, person, &held, error))
		return false;
	return !held || error_reason(error, ERROR_CONFLICT, "legal-hold", NULL,
	                             "A legal hold keeps these data: lift it first");
}

/* --- Shown --- */

json_t *retention_actor_json(Privacy *self, const char *actor)
{
	json_t *person = id_is_valid(actor) ? people_to_json(self->people, actor, NULL) : NULL;

	return person ? person : json_null();
}

static json_t *row_json(Privacy *self, Query *query)
{
	const char *chat = query_text(query, 1);
	const char *person = query_text(query, 2);
	json_t *of_chat = chat ? self->keeping->chat_json(self->keeping_room, chat, NULL) : NULL;
	bool lifted = !query_is_null(query, 7);

	return json_pack(
	        "{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "id", query_text(query, 0), "chat",
	        of_chat ? of_chat : json_null(), "person",
	        person ? retention_actor_json(self, person) : json_null(), "reason",
	        query_text(query, 3), "placed_by", retention_actor_json(self, query_text(query, 4)),
	        "placed_at", retention_time_json(HLC_MS((Hlc)query_int(query, 5))), "lifted_by",
	        lifted ? retention_actor_json(self, query_text(query, 6)) : json_null(), "lifted_at",
	        lifted ? retention_time_json(HLC_MS((Hlc)query_int(query, 7))) : json_null());
}

json_t *holds_find_json(Privacy *self, const char *hold, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_legal_hold");

	query_bind_text(query, ":id", hold);
	return query_one(query, error) ? row_json(self, query) : NULL;
}

json_t *holds_list_json(Privacy *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_legal_holds");
	g_autoptr(json_t) items = json_array();
	bool row = true;

	query_bind_int(query, ":limit", HOLDS_LISTED);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row)
			json_array_append_new(items, row_json(self, query));
	}
	return json_pack("{s:O}", "items", items);
}

/* --- A person's end: the reasons of holds that were lifted are words about them --- */

typedef struct {
	Id id;
	Id event;
} Placed;

static GArray *list_of_person(Privacy *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_holds_of_person");
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Placed));
	bool row = true;

	query_bind_text(query, ":person", person);
	while (row) {
		Placed placed;

		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		placed.id = id_from(query_text(query, 0));
		placed.event = id_from(query_text(query, 1));
		g_array_append_val(list, placed);
	}
	return g_steal_pointer(&list);
}

static bool erase(void *room, const Actor *actor, const char *person, int64_t *cursor, GError **error)
{
	Privacy *self = room;
	g_autoptr(GArray) list = list_of_person(self, person, error);

	for (guint i = 0; list && i < list->len; i++) {
		const Placed *placed = &g_array_index(list, Placed, i);
		g_autoptr(Query) query = store_query(self->store, "remove_legal_hold");

		query_bind_text(query, ":id", placed->id.text);
		if (!query_run(query, error) ||
		    !events_blank(self->events, placed->event.text, error))
			return false;
	}
	return list != NULL;
}

static const PersonData HOLDS_DATA = {.name = "holds", .erase = erase};

void holds_add_person_data(Privacy *self)
{
	store_add_person_data(self->store, &HOLDS_DATA, self);
}
