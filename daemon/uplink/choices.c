/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What an administrator lets leave the school, group by group; all are off at first. Kinds that no
 * group names stay where they are. */
#include "uplink/groups.h"
#include "uplink/uplink-private.h"

#include <string.h>

#define ORDER_MAX 500

typedef struct {
	json_t *kinds;
	size_t allowed;
	const json_t *last; /* the kind that was decided last; borrowed from the list */
} Group;

static int64_t at_ms(const json_t *choice)
{
	return (int64_t)json_integer_value(json_object_get(choice, "at_ms"));
}

/* All kinds of one group. */
static Group gather(const json_t *choices, const char *name)
{
	Group group = {.kinds = json_array()};
	size_t index;
	json_t *choice;

	json_array_foreach(choices, index, choice) {
		const char *kind = json_string_value(json_object_get(choice, "kind"));

		if (g_strcmp0(group_of_kind(kind), name) != 0)
			continue;
		json_array_append_new(group.kinds, json_string(kind));
		group.allowed += json_is_true(json_object_get(choice, "allowed"));
		if (at_ms(choice) > at_ms(group.last))
			group.last = choice;
	}
	return group;
}

static json_t *person_or_null(const Uplink *self, const char *id)
{
	json_t *person = id_is_valid(id) ? people_to_json(self->options.people, id, NULL) : NULL;

	return person ? person : json_null();
}

/* A newer release may have brought a kind that nobody decided about: then it is not all of it. */
static json_t *group_json(const Uplink *self, const char *name, const json_t *choices)
{
	Group group = gather(choices, name);
	const json_t *last = group.last;
	bool all = group.allowed > 0 && group.allowed == json_array_size(group.kinds);
	const char *order = json_string_value(json_object_get(last, "order"));

	return json_pack("{ss so sb so so so}", "name", name, "kinds", group.kinds, "allowed", (int)all,
	                 "by", person_or_null(self, json_string_value(json_object_get(last, "by"))), "at",
	                 json_time_or_null(at_ms(last)), "order", json_text_or_null(order && *order ? order : NULL));
}

static bool reply_choices(Uplink *self, Request *request, GError **error)
{
	g_autoptr(json_t) choices = sync_list_choices(self->sync, error);
	json_t *list;
	const char *name;

	if (!choices)
		return false;
	list = json_array();
	for (unsigned i = 0; (name = group_name(i)); i++)
		json_array_append_new(list, group_json(self, name, choices));
	request_reply_object(request, 200, json_pack("{so}", "choices", list));
	return true;
}

bool get_choices(void *room, Request *request, GError **error)
{
	return reply_choices(room, request, error);
}

static bool allow(Uplink *self, const Actor *actor, const Group *group, bool allowed, const char *order,
                  GError **error)
{
	size_t index;
	json_t *kind;

	json_array_foreach(group->kinds, index, kind)
		if (!sync_allow(self->sync, actor, json_string_value(kind), allowed, order, error))
			return false;
	return true;
}

static const char *find_group(const char *name)
{
	const char *known;

	for (unsigned i = 0; (known = group_name(i)); i++)
		if (strcmp(known, name) == 0)
			return known;
	return NULL;
}

static void on_decided(void *data, const GError *failure)
{
	const Uplink *self = data;

	if (failure)
		return;
	travel_look(self->travel);
	if (self->options.on_changed)
		self->options.on_changed(self->options.data);
}

bool put_choice(void *room, Request *request, GError **error)
{
	Uplink *self = room;
	const char *name = find_group(request_param(request, "choice"));
	const char *order = "";
	bool allowed = false;
	const Field fields[] = {
	        {"allowed", FIELD_BOOL, true, 0, &allowed},
	        {"order", FIELD_TEXT, false, ORDER_MAX, &order},
	        {0},
	};
	g_autoptr(json_t) choices = NULL;
	g_autofree char *words = NULL;
	Group group;
	bool done;

	if (!name)
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	if (!uplink_may_change(self, error) || !json_read(request_body(request), fields, error))
		return false;
	words = g_strstrip(g_strdup(order));
	choices = sync_list_choices(self->sync, error);
	if (!choices)
		return false;
	group = gather(choices, name);
	store_after_commit(self->store, on_decided, self, NULL);
	done = allow(self, request_actor(request), &group, allowed, words, error);
	json_decref(group.kinds);
	return done && reply_choices(self, request, error);
}

/* --- Quarantine --- */

static void add_actor_name(const Uplink *self, json_t *event)
{
	const ConflictNames *names = &self->options.names;
	const char *actor = json_string_value(json_object_get(event, "actor"));
	g_autofree char *name = names->person ? names->person(names->data, actor) : NULL;

	json_object_set_new(event, "actor_name", json_text_or_null(name));
}

bool get_quarantine(void *room, Request *request, GError **error)
{
	const Uplink *self = room;
	json_t *list = sync_list_quarantine(self->sync, error);
	size_t index;
	json_t *event;

	if (!list)
		return false;
	json_array_foreach(list, index, event) {
		json_object_set_new(event, "since",
		                    json_time_or_null((int64_t)json_integer_value(
		                            json_object_get(event, "since"))));
		add_actor_name(self, event);
	}
	request_reply_object(request, 200, json_pack("{so}", "events", list));
	return true;
}

static bool decide(Uplink *self, Request *request, bool (*how)(Sync *, const char *, GError **),
                   GError **error)
{
	const char *event;

	if (!request_param_id(request, "event", &event, error) || !how(self->sync, event, error))
		return false;
	request_reply_empty(request);
	return true;
}

/* What still cannot be applied stays as it was: the savepoint goes back. */
static bool retry(Sync *sync, const char *event, GError **error)
{
	g_autoptr(json_t) left = NULL;
	size_t index;
	json_t *entry;

	if (!sync_retry(sync, event, error))
		return false;
	left = sync_list_quarantine(sync, error);
	json_array_foreach(left, index, entry)
		if (g_strcmp0(json_string_value(json_object_get(entry, "event")), event) == 0)
			return error_reason(error, ERROR_CONFLICT, "not-applied", NULL, "%s",
			                    json_string_value(json_object_get(entry, "error")));
	return left != NULL;
}

bool post_retry(void *room, Request *request, GError **error)
{
	return decide(room, request, retry, error);
}

bool delete_quarantined(void *room, Request *request, GError **error)
{
	return decide(room, request, sync_discard, error);
}

/* --- The conflict journal --- */

bool get_conflicts(void *room, Request *request, GError **error)
{
	const Uplink *self = room;
	ConflictNames names = self->options.names;
	json_t *list;

	names.reader = request_actor(request);
	list = sync_list_conflicts(self->sync, &names, error);
	if (!list)
		return false;
	request_reply_object(request, 200, json_pack("{so}", "conflicts", list));
	return true;
}
