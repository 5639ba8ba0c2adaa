/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rooms of a school up to broadcasts/; the workers are played. */
#include "studio.h"

#include "base/crypto.h"

#include <string.h>

static const char *const STATEMENTS[] = {
	"/urok/http/http.sql",	     "/urok/events/events.sql", "/urok/events/chains.sql",		"/urok/people/people.sql",
	"/urok/classes/classes.sql", "/urok/broadcasts/broadcasts.sql", "/urok/people/accounts.sql", NULL,
};

/* --- The workers --- */

void workers_await(const Studio *self, const char *names)
{
	played_await(self->played, names);
}

const WireStart *worker_start(const Studio *self, const char *name)
{
	const Wire *wire = played_heard(played_find(self->played, name), 0);

	g_assert_cmpint(wire->word, ==, WIRE_START);
	return &wire->start;
}

void worker_says_state(Studio *self, const char *name, const WireState *state)
{
	Wire wire = {.word = WIRE_STATE, .state = *state};

	wire.state.broadcast = worker_start(self, name)->broadcast;
	played_say(played_find(self->played, name), &wire);
}

void worker_says_part(Studio *self, const char *name, guint64 msn, unsigned index)
{
	const Wire wire = {.word = WIRE_PART,
			   .part = {.msn = msn,
				    .index = index,
				    .generation = 1,
				    .start_us = 1,
				    .duration_us = 400000}};

	played_say(played_find(self->played, name), &wire);
}

void worker_says_camera(Studio *self, const char *name, WireCameraState state)
{
	const Wire wire = {.word = WIRE_CAMERA, .camera = {.state = state}};

	played_say(played_find(self->played, name), &wire);
}

static PlayedWorker *find_probe(const Studio *self, unsigned index)
{
	PlayedWorker *probe = played_nth(self->played, index);

	g_assert_true(g_str_has_prefix(probe->name, "probe-"));
	g_assert_cmpint(played_heard(probe, 0)->word, ==, WIRE_PROBE);
	return probe;
}

void probe_says(Studio *self, unsigned index, const WireResult *result, const char *still)
{
	PlayedWorker *probe = find_probe(self, index);
	const Wire wire = {.word = WIRE_RESULT, .result = *result};

	if (still) {
		g_autofree char *path = g_build_filename(probe->folder, "still.jpg", NULL);

		g_assert_true(g_file_set_contents(path, still, -1, NULL));
	}
	played_say(probe, &wire);
}

void probe_await_start(const Studio *self, unsigned index)
{
	(void)find_probe(self, index);
}

void probe_await_end(const Studio *self, unsigned index)
{
	PlayedWorker *probe = find_probe(self, index);

	PLAYED_WAIT(!probe->lives);
}

/* --- The rooms --- */

static void build(Studio *self)
{
	static char *origins[] = {NULL};
	const HttpOptions http = {.store = self->store, .origins = origins, .cookie_name = "sid"};
	const EventsOptions events = {.store = self->store,
				      .data_directory = self->scratch->directory};
	static const char *const NETWORKS[] = {"10.0.0.0/8", NULL};
	MediaOptions media = {.launcher = played_launcher(self->played),
			      .folder = self->played->folder,
			      .networks = NETWORKS};
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
	self->media = broadcasts.media = media_new(&media, &error);
	g_assert_no_error(error);
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
	const Migration migrations[] = {
	        EVENTS_MIGRATION,
	        CHAINS_MIGRATION,
	        HTTP_MIGRATION,
	        PEOPLE_MIGRATION,
	        CLASSES_MIGRATION,
	        BROADCASTS_MIGRATION,
	        PICTURES_MIGRATION,
	        LOOKS_MIGRATION,
	        ACCOUNTS_MIGRATION,
	        CLASSES_REMOVED_MIGRATION,
	        CLASSES_YEARS_MIGRATION,
	        ERASURE_MIGRATION,
	        LISTS_MIGRATION,
	        SEALS_MIGRATION,
	        {0},
	};

	if (self->scratch)
		scratch_reopen(self->scratch, migrations, STATEMENTS);
	else
		self->scratch = scratch_new(migrations, STATEMENTS);
	self->store = self->scratch->store;
}

Studio *studio_new(void)
{
	Studio *self = g_new0(Studio, 1);
	g_autofree char *folder = NULL;
	GError *error = NULL;

	open_scratch(self);
	folder = g_build_filename(self->scratch->directory, "broadcast", NULL);
	self->played = played_new(folder);
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
	played_free(self->played);
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
