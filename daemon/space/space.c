/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counts when somebody asks, in a thread, once for all who ask meanwhile. */
#include "space/space-private.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

#include <gio/gio.h>
#include <string.h>

/* A walk's own copies: the room may end before the thread does. */
typedef struct {
	GArray *places; /* of Place */
} Walk;

const Migration SPACE_MIGRATION = {.resource = "/urok/space/space-schema.sql"};

typedef struct {
	Space *space;
	Request *request;
	Handler answer;
} Waiting;

static void place_clear(void *data)
{
	Place *place = data;

	g_free(place->path);
	g_free(place->prefix);
	g_free(place->without);
}

static GArray *places_new(void)
{
	GArray *places = g_array_new(FALSE, TRUE, sizeof(Place));

	g_array_set_clear_func(places, place_clear);
	return places;
}

static void places_add(GArray *places, const SpacePlace *from)
{
	const Place place = {.kind = from->kind,
	                     .path = g_strdup(from->path),
	                     .prefix = g_strdup(from->prefix),
	                     .without = g_strdup(from->without)};

	g_array_append_val(places, place);
}

static GArray *places_copy(const GArray *from)
{
	GArray *places = places_new();

	for (guint i = 0; i < from->len; i++) {
		const Place *place = &g_array_index(from, Place, i);
		const SpacePlace said = {place->kind, place->path, place->prefix, place->without};

		places_add(places, &said);
	}
	return places;
}

Space *space_new(const SpaceOptions *options)
{
	Space *self = g_new0(Space, 1);
	const SpacePlace *places = options->places;

	self->options = *options;
	self->options.places = NULL; /* copied below */
	self->places = places_new();
	for (guint i = 0; places[i].kind; i++) {
		g_assert(i < SPACE_PLACES_MAX);
		places_add(self->places, &places[i]);
	}
	self->disk = g_strdup(options->disk);
	self->waiting = g_ptr_array_new_with_free_func(g_free);
	self->cancellable = g_cancellable_new();
	limits_add_kinds(self);
	return self;
}

bool space_start(Space *self, GError **error)
{
	SpaceLimit limit;

	if (!space_limit_load(self->options.store, "files", &limit, error))
		return false;
	if (limit.most_bytes)
		space_count(self);
	return true;
}

void space_free(Space *self)
{
	if (!self)
		return;
	g_cancellable_cancel(self->cancellable);
	g_object_unref(self->cancellable);
	g_array_unref(self->places);
	g_ptr_array_unref(self->waiting);
	g_free(self->disk);
	g_free(self);
}

/* --- The walk --- */

static void walk_free(void *data)
{
	Walk *self = data;

	g_array_unref(self->places);
	g_free(self);
}

static void walk_all(GTask *task, void *source, void *data, GCancellable *cancellable)
{
	Walk *walk = data;
	g_autoptr(GHashTable) seen = walk_seen_new();

	for (guint i = 0; i < walk->places->len && !g_cancellable_is_cancelled(cancellable); i++)
		walk_place(&g_array_index(walk->places, Place, i), seen);
	g_task_return_boolean(task, TRUE);
}

/* limit: stolen. */
static json_t *place_json(const Place *place, json_t *limit)
{
	static const char *const STATES[] = {
	        [PLACE_COUNTED] = "counted",
	        [PLACE_MISSING] = "missing",
	        [PLACE_UNREADABLE] = "unreadable",
	};

	return json_pack("{s:s, s:s, s:I, s:I, s:o}", "kind", place->kind, "state",
	                 STATES[place->state], "bytes", (json_int_t)place->bytes, "files",
	                 (json_int_t)place->files, "limit", limit);
}

/* Both are of one kind. */
static void place_join(Place *to, const Place *other)
{
	to->bytes += other->bytes;
	to->files += other->files;
	if (to->state == PLACE_MISSING || other->state == PLACE_UNREADABLE)
		to->state = other->state;
}

static bool answer(void *room, Request *request, GError **error)
{
	Space *self = room;
	g_autoptr(json_t) items = json_array();
	HealthDisk disk = {0};
	char now[TIME_TEXT_SIZE];
	bool known = health_disk(self->disk, &disk);

	clock_format(clock_wall_ms(), now);
	for (guint i = 0; i < self->places->len;) {
		Place place = g_array_index(self->places, Place, i);
		json_t *limit = limit_json(self, place.kind, error);

		if (!limit)
			return false;
		for (i++; i < self->places->len; i++) {
			const Place *other = &g_array_index(self->places, Place, i);

			if (strcmp(other->kind, place.kind) != 0)
				break;
			place_join(&place, other);
		}
		json_array_append_new(items, place_json(&place, limit));
	}
	request_reply_object(
	        request, 200,
	        json_pack("{s:s, s:o, s:O}", "counted_at", now, "disk",
	                  known ? json_pack("{s:I, s:I}", "total_bytes", (json_int_t)disk.total_bytes,
	                                    "free_bytes", (json_int_t)disk.free_bytes)
	                        : json_null(),
	                  "items", items));
	return true;
}

int64_t space_bytes(const Space *self, const char *kind)
{
	for (guint i = 0; i < self->places->len; i++) {
		const Place *place = &g_array_index(self->places, Place, i);

		if (strcmp(place->kind, kind) == 0)
			return (int64_t)place->bytes;
	}
	return 0;
}

static void on_walked(GObject *source, GAsyncResult *result, void *data)
{
	const Walk *walk = g_task_get_task_data(G_TASK(result));
	g_autoptr(GPtrArray) waiting = NULL;
	g_autoptr(GError) failure = NULL;
	Space *self = data;

	if (g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(result))))
		return; /* the room is gone */
	self->walking = false;
	self->counted = true;
	for (guint i = 0; i < self->places->len; i++) {
		const Place *found = &g_array_index(walk->places, Place, i);
		Place *place = &g_array_index(self->places, Place, i);

		place->state = found->state;
		place->bytes = found->bytes;
		place->files = found->files;
	}
	if (!limits_tell_files(self, &failure))
		log_failure(LOG_WARNING, failure, "The limit of files is not known");
	waiting = g_steal_pointer(&self->waiting);
	self->waiting = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < waiting->len; i++) {
		const Waiting *one = waiting->pdata[i];

		request_resume(one->request, one->answer, self);
	}
}

void space_count(Space *self)
{
	g_autoptr(GTask) task = NULL;
	Walk *walk;

	if (self->walking)
		return;
	task = g_task_new(NULL, self->cancellable, on_walked, self);
	walk = g_new0(Walk, 1);
	g_task_set_check_cancellable(task, FALSE);
	walk->places = places_copy(self->places);
	g_task_set_task_data(task, walk, walk_free);
	self->walking = true;
	g_task_run_in_thread(task, walk_all);
}

/* --- The way in --- */

static void on_gone(void *data)
{
	g_ptr_array_remove(((Waiting *)data)->space->waiting, data);
}

void space_wait(Space *self, Request *request, Handler then)
{
	Waiting *waiting = g_new0(Waiting, 1);

	waiting->space = self;
	waiting->request = request;
	waiting->answer = then;
	g_ptr_array_add(self->waiting, waiting);
	request_hold(request, on_gone, waiting);
	space_count(self);
}

static bool get_space(void *room, Request *request, GError **error)
{
	space_wait(room, request, answer);
	return true;
}

const Route SPACE_ROUTES[] = {
        {GET, "/api/v1/server/space", "administrator", 0, get_space, ROUTE_ALSO_CONSOLE},
        {PUT, "/api/v1/server/space/:kind/limit", "administrator", 256, put_limit, ROUTE_ALSO_CONSOLE},
        {GET, "/api/v1/server/space/:kind/limit/preview", "administrator", 0, get_limit_preview,
         ROUTE_ALSO_CONSOLE},
        {0},
};
