/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of cameras and broadcasts as their events write them, and what a browser gets. */
#include "broadcasts/broadcasts-private.h"

#include <string.h>

/* A blanked event has no body: its row is written without texts. */
static const char *body_text(const Event *event, const char *field)
{
	return json_string_value(json_object_get(event->body, field));
}

/* --- Cameras --- */

static bool apply_camera_added(void *room, const Event *event, GError **error)
{
	Broadcasts *self = room;
	g_autoptr(Query) query = store_query(self->store, "add_camera");

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":slug", body_text(event, "slug"));
	query_bind_text(query, ":name", body_text(event, "name"));
	query_bind_int(query, ":added", HLC_MS(event->hlc));
	return query_run(query, error);
}

static bool apply_camera_changed(void *room, const Event *event, GError **error)
{
	Broadcasts *self = room;
	const char *name = body_text(event, "name");
	g_autoptr(Query) query = NULL;

	if (!name)
		return true;
	query = store_query(self->store, "update_camera_name");
	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":name", name);
	return query_run(query, error);
}

static bool apply_camera_removed(void *room, const Event *event, GError **error)
{
	Broadcasts *self = room;
	g_autoptr(Query) query = store_query(self->store, "remove_camera");

	query_bind_text(query, ":id", event->subject);
	return query_run(query, error);
}

static bool camera_to_live(void *room, const Event *event, const Actor *reader,
			   const char **ret_name, char **ret_data)
{
	*ret_name = "camera";
	*ret_data = g_strdup_printf("{\"camera_id\":\"%s\"}", event->subject);
	return true;
}

/* --- Broadcasts --- */

static bool add_audience(Broadcasts *self, const char *broadcast, int kind, const char *class_id,
			 GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_broadcast_audience");

	query_bind_text(query, ":broadcast", broadcast);
	query_bind_int(query, ":kind", kind);
	query_bind_text(query, ":class", class_id);
	return query_run(query, error);
}

static bool add_classes(Broadcasts *self, const char *broadcast, int kind, const json_t *classes,
			GError **error)
{
	size_t index;
	json_t *value;

	json_array_foreach(classes, index, value)
	{
		const char *class_id = json_string_value(value);

		if (class_id && !add_audience(self, broadcast, kind, class_id, error))
			return false;
	}
	return true;
}

static bool add_row(Broadcasts *self, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_broadcast");

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":origin", event->origin.text);
	query_bind_text(query, ":slug", body_text(event, "slug"));
	query_bind_text(query, ":title", body_text(event, "title"));
	query_bind_text(query, ":camera", body_text(event, "camera"));
	query_bind_text(query, ":author", event->actor);
	query_bind_int(query, ":started", HLC_MS(event->hlc));
	return query_run(query, error);
}

static bool apply_started(void *room, const Event *event, GError **error)
{
	Broadcasts *self = room;
	const char *id = event->subject;
	const json_t *to = json_object_get(event->body, "audience");

	if (!add_row(self, event, error))
		return false;
	if (json_is_true(json_object_get(to, "school")) &&
	    !add_audience(self, id, AUDIENCE_SCHOOL, "", error))
		return false;
	if (json_is_true(json_object_get(to, "staff")) &&
	    !add_audience(self, id, AUDIENCE_STAFF, "", error))
		return false;
	return add_classes(self, id, AUDIENCE_CLASS, json_object_get(to, "classes"), error) &&
	       add_classes(self, id, AUDIENCE_PARENTS, json_object_get(to, "parents_of"), error) &&
	       watchers_announce(self, id, error);
}

static bool apply_ended(void *room, const Event *event, GError **error)
{
	Broadcasts *self = room;
	g_autoptr(Query) query = store_query(self->store, "update_broadcast_ended");

	query_bind_text(query, ":id", event->subject);
	query_bind_int(query, ":ended", HLC_MS(event->hlc));
	return query_run(query, error);
}

/* A broadcast belongs to the box whose camera it is. */
static bool admit_ended(void *room, const Event *event, GError **error)
{
	Broadcasts *self = room;
	g_auto(Broadcast) row = {0};

	return broadcast_load(self->store, event->subject, &row, error) &&
	       (strcmp(row.origin, event->origin.text) == 0 ||
		error_set(error, ERROR_FORBIDDEN, "The broadcast is another box's"));
}

static bool broadcast_to_live(const Event *event, const char *state, const char **ret_name,
			      char **ret_data)
{
	*ret_name = "broadcast";
	*ret_data = g_strdup_printf("{\"broadcast_id\":\"%s\",\"state\":\"%s\"}", event->subject,
				    state);
	return true;
}

static bool started_to_live(void *room, const Event *event, const Actor *reader,
			    const char **ret_name, char **ret_data)
{
	return broadcast_to_live(event, "starting", ret_name, ret_data);
}

static bool ended_to_live(void *room, const Event *event, const Actor *reader,
			  const char **ret_name, char **ret_data)
{
	return broadcast_to_live(event, "ended", ret_name, ret_data);
}

/* Cameras are this box's own matter: they lie in its networks. */
const EventKind BROADCASTS_EVENTS[] = {
	{"camera.added", 1, LOCALITY_BOX, apply_camera_added, NULL, camera_to_live, RETAIN_ALWAYS,
	 false, true},
	{"camera.changed", 1, LOCALITY_BOX, apply_camera_changed, NULL, camera_to_live,
	 RETAIN_ALWAYS, false, true},
	{"camera.removed", 1, LOCALITY_BOX, apply_camera_removed, NULL, camera_to_live,
	 RETAIN_ALWAYS, false, true},
	{"broadcast.started", 1, LOCALITY_SCHOOL, apply_started, NULL, started_to_live,
	 RETAIN_YEAR, false, true},
	{"broadcast.ended", 1, LOCALITY_SCHOOL, apply_ended, admit_ended, ended_to_live,
	 RETAIN_YEAR, false, true},
	{0},
};
