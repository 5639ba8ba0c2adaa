/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rooms of a school up to broadcasts/, and a daemon/media/ that starts nothing. */
#include "studio.h"

#include "base/crypto.h"

#include <string.h>

static const char *const STATEMENTS[] = {
	"/urok/http/http.sql",	     "/urok/events/events.sql",		"/urok/people/people.sql",
	"/urok/classes/classes.sql", "/urok/broadcasts/broadcasts.sql", NULL,
};

/* --- Media as the room sees it --- */

typedef struct {
	char *name;
	WireStart start;
	const MediaListener *listener;
	void *data;
} Worker;

struct MediaProbe {
	Media *media;
	const MediaProbeListener *listener;
	void *data;
};

struct Media {
	GPtrArray *workers;
	GPtrArray *probes;
	unsigned swept;
};

static void worker_free(void *data)
{
	Worker *worker = data;

	wire_start_clear(&worker->start);
	g_free(worker->name);
	g_free(worker);
}

static Worker *find_worker(const Media *self, const char *name)
{
	for (guint i = 0; i < self->workers->len; i++)
		if (strcmp(((Worker *)self->workers->pdata[i])->name, name) == 0)
			return self->workers->pdata[i];
	return NULL;
}

Media *media_new(const MediaOptions *options, GError **error)
{
	Media *self = g_new0(Media, 1);

	self->workers = g_ptr_array_new_with_free_func(worker_free);
	self->probes = g_ptr_array_new_with_free_func(g_free);
	return self;
}

void media_free(Media *self)
{
	g_ptr_array_unref(self->workers);
	g_ptr_array_unref(self->probes);
	g_free(self);
}

bool media_check_url(Media *self, const char *url, GError **error)
{
	return !strstr(url, "//127.") ||
	       error_reason(error, ERROR_INVALID, "camera-forbidden-address", "url", "No");
}

bool media_start(Media *self, const MediaStart *start, const MediaListener *listener, void *data,
		 GError **error)
{
	Worker *worker;

	if (find_worker(self, start->name))
		return error_set(error, ERROR_CONFLICT, "It runs already");
	worker = g_new0(Worker, 1);
	worker->name = g_strdup(start->name);
	wire_start_copy(&start->start, &worker->start);
	worker->listener = listener;
	worker->data = data;
	g_ptr_array_add(self->workers, worker);
	return true;
}

void media_stop(Media *self, const char *name)
{
	g_ptr_array_remove(self->workers, find_worker(self, name));
}

void media_sweep(Media *self)
{
	self->swept++;
}

MediaProbe *media_probe(Media *self, const WireSource *source, const MediaProbeListener *listener,
			void *data, GError **error)
{
	MediaProbe *probe = g_new0(MediaProbe, 1);

	*probe = (MediaProbe){self, listener, data};
	g_ptr_array_add(self->probes, probe);
	return probe;
}

void media_probe_cancel(MediaProbe *probe)
{
	g_ptr_array_remove(probe->media->probes, probe);
}

char *workers_running(const Studio *self)
{
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < self->media->workers->len; i++)
		g_string_append_printf(names, "%s%s", i ? " " : "",
				       ((Worker *)self->media->workers->pdata[i])->name);
	return g_string_free(names, FALSE);
}

const WireStart *worker_start(const Studio *self, const char *name)
{
	return &find_worker(self->media, name)->start;
}

void worker_says_state(Studio *self, const char *name, const WireState *state)
{
	const Worker *worker = find_worker(self->media, name);

	worker->listener->on_state(worker->data, name, state);
}

void worker_says_part(Studio *self, const char *name, guint64 msn, unsigned index)
{
	const Worker *worker = find_worker(self->media, name);
	WirePart part = {.msn = msn, .index = index, .generation = 1, .duration_us = 400000};

	worker->listener->on_part(worker->data, name, &part);
}

void worker_says_camera(Studio *self, const char *name, WireCameraState state)
{
	const Worker *worker = find_worker(self->media, name);
	WireCamera camera = {.state = state};

	worker->listener->on_camera(worker->data, name, &camera);
}

unsigned workers_swept(const Studio *self)
{
	return self->media->swept;
}

unsigned probes_running(const Studio *self)
{
	return self->media->probes->len;
}

void probe_says(Studio *self, const WireResult *result, GBytes *still)
{
	GPtrArray *probes = self->media->probes;
	MediaProbe probe = *(MediaProbe *)probes->pdata[probes->len - 1];

	g_ptr_array_remove_index(probes, probes->len - 1);
	probe.listener->on_result(probe.data, result, still);
}

/* --- The rooms --- */

static void build(Studio *self)
{
	static char *origins[] = {NULL};
	const HttpOptions http = {.store = self->store, .origins = origins, .cookie_name = "sid"};
	const EventsOptions events = {.store = self->store,
				      .data_directory = self->scratch->directory};
	PeopleOptions people = {
		.store = self->store, .shared_idle_s = 1800, .own_device_s = 2592000};
	BroadcastsOptions broadcasts = {.store = self->store,
					.runtime_directory = self->scratch->directory};
	GError *error = NULL;

	self->http = people.http = broadcasts.http = http_new(&http);
	self->events = people.events = broadcasts.events = events_new(&events);
	self->people = broadcasts.people = people_new(&people);
	self->classes = broadcasts.classes =
		classes_new(&(ClassesOptions){self->store, self->events, self->http, self->people});
	self->media = broadcasts.media = media_new(NULL, NULL);
	self->broadcasts = broadcasts_new(&broadcasts);
	events_open(self->events, &error);
	g_assert_no_error(error);
	broadcasts_start(self->broadcasts, &error);
	g_assert_no_error(error);
}

static void demolish(Studio *self)
{
	http_free(self->http);
	broadcasts_free(self->broadcasts);
	media_free(self->media);
	classes_free(self->classes);
	people_free(self->people);
	events_free(self->events);
}

static void open_scratch(Studio *self)
{
	const Migration migrations[] = {EVENTS_MIGRATION,  HTTP_MIGRATION,	 PEOPLE_MIGRATION,
					CLASSES_MIGRATION, BROADCASTS_MIGRATION, {0}};

	if (self->scratch)
		scratch_reopen(self->scratch, migrations, STATEMENTS);
	else
		self->scratch = scratch_new(migrations, STATEMENTS);
	self->store = self->scratch->store;
}

Studio *studio_new(void)
{
	Studio *self = g_new0(Studio, 1);
	GError *error = NULL;

	open_scratch(self);
	build(self);
	studio_begin(self);
	classes_add_year(self->classes, &ACTOR_OF_SYSTEM, "2026/27", "2026-09-01", "2027-05-31",
			 &self->year, &error);
	g_assert_no_error(error);
	studio_end(self, true);
	return self;
}

void studio_restart(Studio *self)
{
	demolish(self);
	open_scratch(self);
	build(self);
}

void studio_free(Studio *self)
{
	if (!self)
		return;
	demolish(self);
	scratch_free(self->scratch);
	g_free(self);
}

void studio_begin(Studio *self)
{
	GError *error = NULL;

	store_begin(self->store, &error);
	g_assert_no_error(error);
}

void studio_end(Studio *self, bool keep)
{
	GError *error = NULL;

	store_end(self->store, keep, &error);
	g_assert_no_error(error);
	store_commit(self->store, &error);
	g_assert_no_error(error);
}

/* --- People and classes --- */

Actor studio_add_person(Studio *self, unsigned roles)
{
	const NewPerson person = {.family_name = "Миронова", .given_name = "Соня", .roles = roles};
	Actor actor = {.kind = ACTOR_PERSON, .roles = roles, .session = id_new()};
	GError *error = NULL;

	studio_begin(self);
	people_add(self->people, &ACTOR_OF_SYSTEM, &person, &actor.person, &error);
	g_assert_no_error(error);
	studio_end(self, true);
	return actor;
}

Id studio_add_class(Studio *self)
{
	static const char *const LETTERS[] = {"А", "Б", "В"};
	unsigned made = self->classes_made++;
	GError *error = NULL;
	Id id;

	studio_begin(self);
	classes_add(self->classes, &ACTOR_OF_SYSTEM, self->year.text, 5 + (int)(made / 3),
		    LETTERS[made % 3], &id, &error);
	g_assert_no_error(error);
	studio_end(self, true);
	return id;
}

void studio_join(Studio *self, const Id *class_id, const Actor *person, MemberAs as)
{
	GError *error = NULL;

	studio_begin(self);
	classes_add_member(self->classes, &ACTOR_OF_SYSTEM, class_id->text, person->person.text, as,
			   &error);
	g_assert_no_error(error);
	studio_end(self, true);
}

void studio_leave(Studio *self, const Id *class_id, const Actor *person)
{
	GError *error = NULL;

	studio_begin(self);
	classes_remove_member(self->classes, &ACTOR_OF_SYSTEM, class_id->text, person->person.text,
			      &error);
	g_assert_no_error(error);
	studio_end(self, true);
}

void studio_link(Studio *self, const Actor *child, const Actor *parent)
{
	GError *error = NULL;

	studio_begin(self);
	people_link_parent(self->people, &ACTOR_OF_SYSTEM, child->person.text, parent->person.text,
			   &error);
	g_assert_no_error(error);
	studio_end(self, true);
}

Id studio_add_camera(Studio *self, const char *name)
{
	const NewCamera camera = {name, "rtsp://10.0.0.5/stream", "admin", "camera-secret-1"};
	GError *error = NULL;
	Id id;

	studio_begin(self);
	broadcasts_add_camera(self->broadcasts, &ACTOR_OF_SYSTEM, &camera, &id, &error);
	g_assert_no_error(error);
	studio_end(self, true);
	return id;
}

Id studio_broadcast(Studio *self, const Actor *author, const Id *camera, const AudienceOf *audience)
{
	GError *error = NULL;
	Id id;

	studio_begin(self);
	broadcasts_begin(self->broadcasts, author, camera->text, "Математика, 5А", audience, &id,
			 &error);
	g_assert_no_error(error);
	studio_end(self, true);
	return id;
}

void studio_assert_refused(bool done, GError **error, ErrorCode code, const char *reason,
			   const char *field)
{
	g_assert_false(done);
	if (!error_is(*error, code))
		g_error("%s", (*error)->message);
	g_assert_cmpstr(error_reason_of(*error), ==, reason);
	g_assert_cmpstr(error_field_of(*error), ==, field);
	g_clear_error(error);
}
