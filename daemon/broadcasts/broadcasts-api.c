/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/broadcasts, and the table of all routes of this room. */
#include "broadcasts/cameras.h"
#include "broadcasts/probes.h"
#include "broadcasts/runs.h"

#include "base/clock.h"

#include <string.h>

#define PAST_MAX      50
#define PAST_REACH_MS (366LL * 24 * 3600 * 1000) /* what is older is not listed */
#define BODY_MAX      (32 * 1024)

/* --- The audience --- */

/* «5А, родители 5А», «Вся школа». */
static char *audience_name(int kind, const char *title, bool is_first)
{
	switch (kind) {
	case AUDIENCE_SCHOOL:
		return g_strdup(is_first ? "Вся школа" : "вся школа");
	case AUDIENCE_STAFF:
		return g_strdup(is_first ? "Сотрудники" : "сотрудники");
	case AUDIENCE_PARENTS:
		return g_strconcat(is_first ? "Родители " : "родители ", title, NULL);
	default:
		return g_strdup(title);
	}
}

static bool audience_to_json(Broadcasts *self, const char *broadcast, json_t **ret_audience,
			     char **ret_text, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_broadcast_audience");
	g_autoptr(json_t) classes = json_array(), parents_of = json_array();
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	bool school = false, staff = false, row;

	query_bind_text(query, ":id", broadcast);
	for (;;) {
		const char *title;
		int64_t kind;

		if (!query_next(query, &row, error))
			return false;
		if (!row)
			break;
		kind = query_int(query, 0);
		title = query_text(query, 2) ? query_text(query, 2) : "?";
		school |= kind == AUDIENCE_SCHOOL;
		staff |= kind == AUDIENCE_STAFF;
		if (kind >= AUDIENCE_CLASS)
			json_array_append_new(kind == AUDIENCE_CLASS ? classes : parents_of,
					      json_string(query_text(query, 1)));
		g_ptr_array_add(names, audience_name((int)kind, title, names->len == 0));
	}
	g_ptr_array_add(names, NULL);
	*ret_text = g_strjoinv(", ", (char **)names->pdata);
	*ret_audience = json_pack("{s:b, s:b, s:O, s:O}", "school", school, "staff", staff,
				  "classes", classes, "parents_of", parents_of);
	return true;
}

/* --- A broadcast --- */

/* "system" began the demo's; nobody to name then. */
static bool author_to_json(Broadcasts *self, const char *author, json_t **ret_author,
			   GError **error)
{
	g_autoptr(GError) failure = NULL;

	*ret_author = id_is_valid(author) ? people_to_json(self->people, author, &failure) : NULL;
	if (failure && !error_is(failure, ERROR_NOT_FOUND)) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	if (!*ret_author)
		*ret_author = json_null();
	return true;
}

static json_t *camera_ref(const Broadcast *row)
{
	if (!row->camera_name)
		return json_null();
	return json_pack("{s:s, s:s}", "id", row->camera.text, "name", row->camera_name);
}

static void add_run(Broadcasts *self, const Broadcast *row, bool may_end, json_t *object)
{
	/* Another box's broadcast has no camera here; a new one's worker starts with the commit. */
	bool here = !row->ended_ms && row->camera_name;
	const Run *run = row->ended_ms ? NULL : run_of_broadcast(self, row->id.text);
	RunState state = row->ended_ms ? RUN_ENDED : run ? run->state : RUN_STARTING;
	g_autofree char *playlist = here ? g_strdup_printf("/live/%s/index.m3u8", row->slug) : NULL;

	json_object_set_new(object, "state", json_string(run_state_name(state)));
	json_object_set_new(object, "playlist", json_text_or_null(playlist));
	json_object_set_new(object, "viewers",
			    may_end && run ? json_integer(g_hash_table_size(run->viewers))
			    : may_end	   ? json_integer(0)
					   : json_null());
	json_object_set_new(object, "may_end", json_boolean(may_end && !row->ended_ms));
}

static json_t *broadcast_to_json(Broadcasts *self, Request *request, const char *id, GError **error)
{
	g_auto(Broadcast) row = {0};
	json_t *audience = NULL, *author = NULL, *object;
	g_autofree char *text = NULL;

	if (!broadcast_load(self->store, id, &row, error) ||
	    !audience_to_json(self, id, &audience, &text, error))
		return NULL;
	if (!author_to_json(self, row.author, &author, error)) {
		json_decref(audience);
		return NULL;
	}
	object = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:o, s:o}", "id", row.id.text,
			   "slug", row.slug ? row.slug : "", "title", row.title ? row.title : "",
			   "camera", camera_ref(&row), "author", author, "audience", audience,
			   "audience_text", text, "started_at", json_time_or_null(row.started_ms),
			   "ended_at", json_time_or_null(row.ended_ms));
	add_run(self, &row, broadcast_may_end(request_actor(request), &row), object);
	return object;
}

/* --- Lists --- */

static GPtrArray *list_ids(Broadcasts *self, const char *statement, const char *person,
			   GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":person", person);
	if (strcmp(statement, "list_watchable_ended") == 0) {
		query_bind_int(query, ":since", events_now_ms(self->events) - PAST_REACH_MS);
		query_bind_int(query, ":limit", PAST_MAX);
	}
	return query_list_texts(query, error);
}

static json_t *list_to_json(Broadcasts *self, Request *request, const char *statement,
			    GError **error)
{
	const char *person = request_actor(request)->person.text;
	g_autoptr(GPtrArray) ids = list_ids(self, statement, person, error);
	g_autoptr(json_t) list = json_array();

	if (!ids)
		return NULL;
	for (guint i = 0; i < ids->len; i++) {
		json_t *one = broadcast_to_json(self, request, ids->pdata[i], error);

		if (!one)
			return NULL;
		json_array_append_new(list, one);
	}
	return g_steal_pointer(&list);
}

static bool broadcasts_get(void *room, Request *request, GError **error)
{
	g_autoptr(json_t) now = list_to_json(room, request, "list_watchable_running", error);
	g_autoptr(json_t) past =
		now ? list_to_json(room, request, "list_watchable_ended", error) : NULL;

	if (!past)
		return false;
	request_reply_object(request, 200, json_pack("{s:O, s:O}", "now", now, "past", past));
	return true;
}

static bool reply_broadcast(Broadcasts *self, Request *request, unsigned status, const char *id,
			    GError **error)
{
	json_t *object = broadcast_to_json(self, request, id, error);

	if (object)
		request_reply_object(request, status, object);
	return object != NULL;
}

static bool broadcast_get(void *room, Request *request, GError **error)
{
	return reply_broadcast(room, request, 200, request_param(request, "broadcast"), error);
}

/* --- Begin and end --- */

static const char **texts_of(const json_t *array, GError **error)
{
	g_autofree const char **texts = g_new0(const char *, json_array_size(array) + 1);
	size_t index;
	json_t *value;

	json_array_foreach(array, index, value)
	{
		texts[index] = json_string_value(value);
		if (!id_is_valid(texts[index])) {
			error_reason(error, ERROR_INVALID, "bad-id", "audience",
				     "Classes are named by their ids");
			return NULL;
		}
	}
	return g_steal_pointer(&texts);
}

static bool begin(Broadcasts *self, Request *request, const char *camera, const char *title,
		  const json_t *to, Id *ret_id, GError **error)
{
	AudienceOf audience = {0};
	json_t *classes = NULL, *parents_of = NULL;
	g_autofree const char **class_ids = NULL, **parents_ids = NULL;
	const Field fields[] = {
		{"school", FIELD_BOOL, false, 0, &audience.school},
		{"staff", FIELD_BOOL, false, 0, &audience.staff},
		{"classes", FIELD_ARRAY, false, AUDIENCE_CLASSES_MAX, &classes},
		{"parents_of", FIELD_ARRAY, false, AUDIENCE_CLASSES_MAX, &parents_of},
		{0},
	};

	if (!json_read(to, fields, error))
		return false;
	class_ids = texts_of(classes, error);
	parents_ids = class_ids ? texts_of(parents_of, error) : NULL;
	if (!parents_ids)
		return false;
	audience.classes = class_ids;
	audience.parents_of = parents_ids;
	return broadcasts_begin(self, request_actor(request), camera, title, &audience, ret_id,
				error);
}

static bool broadcasts_post(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	const char *camera = NULL, *title = NULL;
	json_t *audience = NULL;
	Id id;
	const Field fields[] = {
		{"camera", FIELD_ID, true, 0, &camera},
		{"title", FIELD_TEXT, true, TITLE_CHARACTERS_MAX, &title},
		{"audience", FIELD_OBJECT, true, 0, &audience},
		{0},
	};

	return json_read(request_body(request), fields, error) &&
	       begin(self, request, camera, title, audience, &id, error) &&
	       reply_broadcast(self, request, 201, id.text, error);
}

static bool broadcast_patch(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	const char *id = request_param(request, "broadcast"), *state = NULL;
	const Field fields[] = {{"state", FIELD_TEXT, true, 16, &state}, {0}};
	g_autoptr(GError) failure = NULL;

	if (!json_read(request_body(request), fields, error))
		return false;
	if (strcmp(state, "ended") != 0)
		return error_reason(error, ERROR_INVALID, "invalid", "state",
				    "A broadcast can only be set to ended");
	/* Two people may press at once; for both it has ended. */
	if (!broadcasts_end(self, request_actor(request), id, &failure) &&
	    g_strcmp0(error_reason_of(failure), "broadcast-ended") != 0) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	return reply_broadcast(self, request, 200, id, error);
}

/* --- The table --- */

const Migration BROADCASTS_MIGRATION = {.resource = "/urok/broadcasts/broadcasts-schema.sql"};

const Route BROADCASTS_ROUTES[] = {
	{GET, "/api/v1/broadcasts", "signed-in", 0, broadcasts_get},
	{POST, "/api/v1/broadcasts", "staff", BODY_MAX, broadcasts_post},
	{GET, "/api/v1/broadcasts/:broadcast", "broadcast-visible", 0, broadcast_get},
	{PATCH, "/api/v1/broadcasts/:broadcast", "broadcast-owner", 1024, broadcast_patch},
	{GET, "/api/v1/cameras", "staff", 0, cameras_get, ROUTE_ALSO_CONSOLE},
	{POST, "/api/v1/cameras", "administrator", 8192, cameras_post, ROUTE_ALSO_CONSOLE},
	{GET, "/api/v1/cameras/:camera", "staff", 0, camera_get, ROUTE_ALSO_CONSOLE},
	{PATCH, "/api/v1/cameras/:camera", "administrator", 8192, camera_patch, ROUTE_ALSO_CONSOLE},
	{DELETE, "/api/v1/cameras/:camera", "administrator", 0, camera_delete, ROUTE_ALSO_CONSOLE},
	{GET, "/api/v1/cameras/:camera/still", "staff", 0, camera_get_still},
	{POST, "/api/v1/camera-probes", "administrator", 8192, camera_probes_post,
	 ROUTE_READS | ROUTE_SECRET | ROUTE_ALSO_CONSOLE},
	{GET, "/api/v1/camera-probes/:probe", "probe-maker", 0, camera_probe_get,
	 ROUTE_ALSO_CONSOLE},
	{DELETE, "/api/v1/camera-probes/:probe", "probe-maker", 0, camera_probe_delete,
	 ROUTE_READS | ROUTE_ALSO_CONSOLE},
	{GET, "/api/v1/camera-probes/:probe/still", "probe-maker", 0, camera_probe_get_still},
	{GET, "/live/:slug/index.m3u8", "broadcast-watcher", 0, playlist_get},
	{GET, "/live/:slug/:file", "broadcast-watcher", 0, part_get},
	{GET, "/api/internal/media", "internal", 0, media_get},
	{0},
};
