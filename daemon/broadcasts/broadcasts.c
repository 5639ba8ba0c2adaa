/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Broadcasts: the room itself, who may begin one for whom, who may end it. */
#include "broadcasts/cameras.h"
#include "broadcasts/probes.h"
#include "broadcasts/runs.h"

#include "base/log.h"
#include "base/text.h"

#include <string.h>

/* --- The room --- */

Broadcasts *broadcasts_new(const BroadcastsOptions *options)
{
	Broadcasts *self = g_new0(Broadcasts, 1);

	self->store = options->store;
	self->events = options->events;
	self->http = options->http;
	self->people = options->people;
	self->classes = options->classes;
	self->media = options->media;
	self->folder = g_build_filename(options->runtime_directory, "broadcast", NULL);
	self->runs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, run_free);
	self->access = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->probes = g_ptr_array_new();
	events_add_kinds(self->events, BROADCASTS_EVENTS, self);
	watchers_register(self);
	return self;
}

bool broadcasts_start(Broadcasts *self, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(Query) query = store_query(self->store, "list_running_broadcasts");
	bool row;

	for (;;) {
		if (!query_next(query, &row, error))
			return false;
		if (!row)
			break;
		for (int column = 0; column < 4; column++)
			g_ptr_array_add(rows, g_strdup(query_text(query, column)));
	}
	for (guint i = 0; i < rows->len; i += 4) {
		const char *slug = rows->pdata[i + 1];
		const char *camera = rows->pdata[i + 2];
		g_autoptr(GError) failure = NULL;

		if (slug && camera &&
		    !run_start(self, rows->pdata[i], slug, camera, rows->pdata[i + 3], &failure) &&
		    !error_is(failure, ERROR_NOT_FOUND))
			log_failure(LOG_ERROR, failure, "The broadcast %s does not go on", slug);
	}
	media_sweep(self->media);
	return true;
}

void broadcasts_free(Broadcasts *self)
{
	if (!self)
		return;
	camera_probes_free(self);
	if (self->viewers_timer)
		g_source_remove(self->viewers_timer);
	g_hash_table_unref(self->runs);
	g_hash_table_unref(self->access);
	g_free(self->folder);
	g_free(self);
}

/* --- Rows --- */

void broadcast_clear(Broadcast *broadcast)
{
	g_free(broadcast->slug);
	g_free(broadcast->title);
	g_free(broadcast->camera_name);
	g_free(broadcast->author);
	g_free(broadcast->origin);
	*broadcast = (Broadcast){0};
}

bool broadcast_load(Store *store, const char *id, Broadcast *ret_broadcast, GError **error)
{
	g_autoptr(Query) query = store_query(store, "find_broadcast");

	query_bind_text(query, ":id", id);
	if (!query_one(query, error))
		return false;
	*ret_broadcast = (Broadcast){
		.id = id_from(query_text(query, 0)),
		.slug = g_strdup(query_text(query, 1)),
		.title = g_strdup(query_text(query, 2)),
		.camera = id_from(query_text(query, 3)),
		.camera_name = g_strdup(query_text(query, 4)),
		.author = g_strdup(query_text(query, 5)),
		.started_ms = query_int(query, 6),
		.ended_ms = query_int(query, 7),
		.origin = g_strdup(query_text(query, 8)),
	};
	return true;
}

/* --- A free name --- */

char *slug_choose(Broadcasts *self, const char *base, SlugTaken taken, GError **error)
{
	for (unsigned i = 1; i < 1000; i++) {
		g_autofree char *suffix = i > 1 ? g_strdup_printf("-%u", i) : g_strdup("");
		size_t room = SLUG_SIZE - 1 - strlen(suffix);
		g_autofree char *head = g_strndup(base, room);
		g_autofree char *slug = NULL;
		bool is_taken;

		while (*head && head[strlen(head) - 1] == '-')
			head[strlen(head) - 1] = '\0';
		slug = g_strconcat(head, suffix, NULL);
		if (!taken(self, slug, &is_taken, error))
			return NULL;
		if (!is_taken)
			return g_steal_pointer(&slug);
	}
	return error_null(error, ERROR_CONFLICT, "There are too many of this name");
}

/* A name rests after its broadcast: browsers keep parts by their address for a minute, and the
 * next broadcast counts its parts from 0 again. */
#define SLUG_REST_MS (2 * 60 * 1000)

static bool broadcast_slug_taken(Broadcasts *self, const char *slug, bool *ret_taken,
				 GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_slug_in_use");

	query_bind_text(query, ":slug", slug);
	query_bind_int(query, ":since", events_now_ms(self->events) - SLUG_REST_MS);
	return query_next(query, ret_taken, error);
}

/* --- Begin --- */

static bool check_classes(Broadcasts *self, const char *const *classes, json_t *ids, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; classes && classes[i]; i++) {
		if (i >= AUDIENCE_CLASSES_MAX)
			return error_reason(error, ERROR_INVALID, "too-long", "audience",
					    "The audience has at most %d classes",
					    AUDIENCE_CLASSES_MAX);
		if (!id_is_valid(classes[i]) || !classes_exists(self->classes, classes[i]))
			return error_reason(error, ERROR_INVALID, "invalid", "audience",
					    "There is no such class");
		if (g_hash_table_add(seen, (char *)classes[i]))
			json_array_append_new(ids, json_string(classes[i]));
	}
	return true;
}

static json_t *audience_check(Broadcasts *self, const AudienceOf *audience, GError **error)
{
	g_autoptr(json_t) classes = json_array();
	g_autoptr(json_t) parents_of = json_array();

	if (!check_classes(self, audience->classes, classes, error) ||
	    !check_classes(self, audience->parents_of, parents_of, error))
		return NULL;
	if (!audience->school && !audience->staff && !json_array_size(classes) &&
	    !json_array_size(parents_of)) {
		error_reason(error, ERROR_INVALID, "empty", "audience",
			     "A broadcast is for somebody: choose its audience");
		return NULL;
	}
	return json_pack("{s:b, s:b, s:O, s:O}", "school", audience->school, "staff",
			 audience->staff, "classes", classes, "parents_of", parents_of);
}

static char *title_check(const char *title, GError **error)
{
	g_autofree char *trimmed = text_trim(title);

	if (text_is_blank(trimmed)) {
		error_reason(error, ERROR_INVALID, "empty", "title", "A broadcast has a title");
		return NULL;
	}
	if (text_length(trimmed) > TITLE_CHARACTERS_MAX) {
		error_reason(error, ERROR_INVALID, "too-long", "title",
			     "A title has at most %d characters", TITLE_CHARACTERS_MAX);
		return NULL;
	}
	if (!text_is_one_line(trimmed)) {
		error_reason(error, ERROR_INVALID, "invalid", "title",
			     "A title is one line without control characters");
		return NULL;
	}
	return g_steal_pointer(&trimmed);
}

static bool check_count(Broadcasts *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_running_broadcasts");

	if (!query_one(query, error))
		return false;
	if (query_int(query, 0) < BROADCASTS_RUNNING_MAX)
		return true;
	return error_set(error, ERROR_BUSY, "There are %d broadcasts already",
			 BROADCASTS_RUNNING_MAX);
}

static char *camera_slug(Broadcasts *self, const char *camera, GError **error)
{
	g_auto(Camera) row = {0};
	g_autoptr(GError) failure = NULL;

	if (camera && id_is_valid(camera) && camera_load(self->store, camera, &row, &failure) &&
	    row.url)
		return g_steal_pointer(&row.slug);
	if (failure && !error_is(failure, ERROR_NOT_FOUND))
		g_propagate_error(error, g_steal_pointer(&failure));
	else
		error_reason(error, ERROR_INVALID, "invalid", "camera", "There is no such camera");
	return NULL;
}

/* What happens outside of the rows, once they are on the disk. */
typedef struct {
	Broadcasts *room;
	Id broadcast;
	Id camera;
	char *slug;
	char *author;
} Begun;

static void begun_free(void *data)
{
	Begun *begun = data;

	g_free(begun->slug);
	g_free(begun->author);
	g_free(begun);
}

static void on_begun(void *data, const GError *failure)
{
	const Begun *begun = data;
	Broadcasts *self = begun->room;
	g_autoptr(GError) error = NULL;

	if (failure || run_start(self, begun->broadcast.text, begun->slug, begun->camera.text,
				 begun->author, &error))
		return;
	log_failure(LOG_ERROR, error, "The broadcast %s cannot start", begun->slug);
}

static void start_later(Broadcasts *self, const Id *id, const char *camera, const char *slug,
			const Actor *author)
{
	Begun *begun = g_new0(Begun, 1);

	begun->room = self;
	begun->broadcast = *id;
	begun->camera = id_from(camera);
	begun->slug = g_strdup(slug);
	begun->author = g_strdup(actor_name(author));
	store_after_commit(self->store, on_begun, begun, begun_free);
}

static bool may_begin(const Actor *actor)
{
	return actor_is_administrator(actor) ||
	       (actor->kind == ACTOR_PERSON && (actor->roles & ROLE_TEACHER));
}

bool broadcasts_begin(Broadcasts *self, const Actor *actor, const char *camera, const char *title,
		      const AudienceOf *audience, Id *ret_id, GError **error)
{
	Id id = id_new();
	g_autofree char *scope = g_strconcat("broadcast:", id.text, NULL);
	g_autofree char *base = NULL, *checked = NULL, *slug = NULL;
	g_autoptr(json_t) to = NULL;
	g_autoptr(Event) event = NULL;

	if (!may_begin(actor))
		return error_set(error, ERROR_FORBIDDEN, "Teachers begin broadcasts");
	base = camera_slug(self, camera, error);
	checked = base ? title_check(title, error) : NULL;
	to = checked ? audience_check(self, audience, error) : NULL;
	if (!to || !check_count(self, error))
		return false;
	slug = slug_choose(self, base, broadcast_slug_taken, error);
	if (!slug)
		return false;
	event = event_new(actor, "broadcast.started", scope, id.text,
			  json_pack("{s:s, s:s, s:O, s:s}", "camera", camera, "title", checked,
				    "audience", to, "slug", slug));
	start_later(self, &id, camera, slug, actor);
	if (!events_append(self->events, event, error))
		return false;
	*ret_id = id;
	return true;
}

/* --- End --- */

static void on_ended(void *data, const GError *failure)
{
	const Begun *ended = data;

	if (!failure)
		run_end(ended->room, ended->broadcast.text);
}

bool broadcast_may_end(const Actor *actor, const Broadcast *broadcast)
{
	return actor_is_administrator(actor) ||
	       (actor->kind == ACTOR_PERSON && strcmp(actor->person.text, broadcast->author) == 0);
}

static bool check_visible(Broadcasts *self, const Actor *actor, const char *broadcast,
			  GError **error)
{
	bool may = actor_is_administrator(actor);

	if (!may && !watchers_may(self, actor->person.text, broadcast, &may, error))
		return false;
	return may || error_set(error, ERROR_NOT_FOUND, "There is no such broadcast");
}

bool broadcasts_end(Broadcasts *self, const Actor *actor, const char *broadcast, GError **error)
{
	g_auto(Broadcast) row = {0};
	g_autofree char *scope = g_strconcat("broadcast:", broadcast, NULL);
	g_autoptr(Event) event = NULL;
	Begun *ended;

	if (!broadcast_load(self->store, broadcast, &row, error) ||
	    !check_visible(self, actor, broadcast, error))
		return false;
	if (!broadcast_may_end(actor, &row))
		return error_set(error, ERROR_FORBIDDEN,
				 "Who began a broadcast or an administrator ends it");
	if (row.ended_ms)
		return error_reason(error, ERROR_CONFLICT, "broadcast-ended", NULL,
				    "The broadcast has ended already");
	event = event_new(actor, "broadcast.ended", scope, broadcast, json_object());
	if (!events_append(self->events, event, error))
		return false;
	ended = g_new0(Begun, 1);
	ended->room = self;
	ended->broadcast = row.id;
	store_after_commit(self->store, on_ended, ended, begun_free);
	return true;
}
