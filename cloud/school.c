/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Opening and closing a school. Its configuration is urokd's own, written from the cloud's. */
#include "school.h"
#include "app/app.h"
#include "base/log.h"
#include "boxes.h"
#include "view.h"

#include <glib/gstdio.h>
#include <malloc.h>
#include <string.h>

#define AGAIN_MS 1000 /* after a house that could not be opened */
#define QUIET_US (10 * G_USEC_PER_SEC) /* after which nobody is in the middle of something */

struct Holding {
	const HoldingOptions *options;
	char *id;
	char *slug;
	int64_t fence;
	char *box_key;
	Door *door;
	Boxes *boxes;
	char *folder;
	Config *config; /* while it is open */
	View *view;
	App *app;       /* NULL: at rest */
	Fetch *fetch;   /* while it is being opened */
	Apart *apart;   /* likewise, when it lacks much */
	Keeping *keeping; /* the last one */
	GPtrArray *visits; /* of Visit, that wait for it */
	bool is_second_try;
	bool is_made_apart; /* in this opening */
	bool is_old;        /* the file's rows, which are to be made apart */
	uint64_t requests;
	gint64 knocked_us;
	gint64 asked_us;
	gint64 worked_us; /* a request was answered, or a box spoke */
	gint64 rested_us; /* memory was given back */
	guint closing;  /* from the loop, as the house itself asked for it */
	guint again;
	guint knock; /* a box's, from the loop */
	guint visiting; /* likewise */
	bool is_lost;
	MembersOf of; /* what its house asks the directory with */
};

const char *holding_id(const Holding *self)
{
	return self->id;
}

const char *holding_slug(const Holding *self)
{
	return self->slug;
}

bool holding_is_open(const Holding *self)
{
	return self->app != NULL;
}

/* --- What the house finds in its folder: made anew each time, so nothing is flushed --- */

static char *address_of(const Holding *self)
{
	g_auto(GStrv) parts = g_strsplit(self->options->settings->address, "*", 2);

	return g_strconcat(parts[0], self->slug, parts[1], NULL);
}

static bool write_configuration(const Holding *self, const char *path, GError **error)
{
	const Settings *settings = self->options->settings;
	g_autofree char *address = address_of(self);
	const char *name = strstr(address, "://");
	g_autofree char *more = NULL;
	g_autofree char *text = NULL;

	if (*settings->school_keys && !g_file_get_contents(settings->school_keys, &more, NULL, error))
		return false;
	text = g_strdup_printf(
	        "[school]\npublic_name=%s\n[paths]\ndata=%s\nfiles=%s/%s\nruntime=%s\nmedia=%s/media\n"
	        "[http]\norigins=%s\n[network]\nannounce=no\n[broadcast]\nlauncher=children\n"
	        "[jobs]\nlauncher=children\npapers_worker=%s\nerrands_worker=%s\n"
	        "[database]\ncache_kib=1000\n%s",
	        name ? name + 3 : address, self->folder, settings->files, self->slug, self->folder,
	        self->folder, address, settings->papers_worker, settings->errands_worker, more ? more : "");
	return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, error);
}

static bool write_box_key(const Holding *self, GError **error)
{
	g_autofree char *path = g_build_filename(self->folder, "box.key", NULL);
	g_autofree uint8_t *bytes = NULL;
	uint8_t key[SEAL_KEY_SIZE];
	size_t size = 0;

	settings_derive(self->options->settings, "keys of schools", key);
	bytes = unseal(key, self->box_key, &size);
	if (!bytes || size != SEAL_KEY_SIZE)
		return error_set(error, ERROR_INVALID,
		                 "The key of the cloud is not the one that sealed this school's");
	return g_file_set_contents_full(path, (const char *)bytes, (gssize)size,
	                                G_FILE_SET_CONTENTS_NONE, 0600, error);
}

char *box_key_new(const Settings *settings)
{
	uint8_t key[SEAL_KEY_SIZE];
	uint8_t bytes[SEAL_KEY_SIZE];

	settings_derive(settings, "keys of schools", key);
	random_bytes(bytes, sizeof bytes);
	return seal(key, bytes, sizeof bytes);
}

static bool furnish(Holding *self, GError **error)
{
	g_autofree char *path = g_build_filename(self->folder, "urok.conf", NULL);

	if (g_mkdir_with_parents(self->folder, 0700) != 0)
		return error_set(error, ERROR_INTERNAL, "Cannot make the directory %s", self->folder);
	if (!write_box_key(self, error) || !write_configuration(self, path, error))
		return false;
	self->config = config_load(path, error);
	return self->config != NULL;
}

/* --- Opening and closing --- */

static void on_view_end(void *data, bool lost);

static void keep_snapshot(Holding *self)
{
	if (keeping_is_busy(self->keeping))
		return;
	keeping_free(self->keeping);
	self->keeping = view_keep_snapshot(self->view);
}

static void close_house(Holding *self)
{
	bool was_open = self->app != NULL;

	boxes_close(self->boxes);
	g_clear_pointer(&self->app, app_free);
	if (was_open && !self->is_lost && !self->is_old) {
		view_note(self->view);
		keep_snapshot(self);
	}
	g_clear_pointer(&self->view, view_free);
	g_clear_pointer(&self->config, config_free);
	if (!was_open)
		return;
	/* A house is megabytes in small pieces: without this the process keeps what its busiest hour took. */
	malloc_trim(0);
	log_write(LOG_INFO, "The school %s is closed", self->slug);
}

static Ground ground_of(const Holding *self)
{
	return (Ground){
	        .postgres = self->options->postgres,
	        .settings = self->options->settings,
	        .run = self->options->run,
	        .school = self->id,
	        .folder = self->folder,
	        .fence = self->fence,
	};
}

/* All rows of a large school in one turn are longer than the leases of all the others: the house is
 * closed, and opened when another process has made them. What says so lies beside the file before
 * the turn is over, whatever becomes of this process. */
static bool on_rows_old(void *data, int64_t events)
{
	Holding *self = data;
	g_autofree char *path = g_build_filename(self->folder, "urok.db.damaged", NULL);

	if (events <= FETCH_SHORT || !g_file_set_contents(path, "", 0, NULL))
		return false;
	self->is_old = true;
	on_view_end(self, false);
	return true;
}

static bool open_house(Holding *self, const Fetched *fetched, GError **error)
{
	const ViewOptions options = {ground_of(self), on_view_end, self};
	AppView view;

	self->view = view_new(&options, fetched);
	view = view_for_house(self->view);
	view.directory = &MEMBERS_DIRECTORY;
	view.directory_room = &self->of;
	for (int i = 0; i < N_SOCKETS; i++)
		view.sockets[i] = door_socket(self->door, (HttpSocket)i);
	self->app = app_new_view(self->config, &view, error);
	if (self->app)
		sync_on_rows_old(app_sync(self->app), on_rows_old, self);
	return self->app &&
	       boxes_open(self->boxes, app_sync(self->app), view_store(self->view), error);
}

static void on_knock(void *data);

static void wait_at_door(Holding *self)
{
	door_watch(self->door, true);
	if (self->is_old || boxes_have_work(self->boxes) || self->visits->len > 0)
		on_knock(self);
}

static gboolean try_again(void *data)
{
	Holding *self = data;

	self->again = 0;
	wait_at_door(self);
	return G_SOURCE_REMOVE;
}

static gboolean on_close(void *data)
{
	Holding *self = data;

	self->closing = 0;
	close_house(self);
	if (self->is_lost)
		self->options->on_lost(self->options->data, self);
	else
		wait_at_door(self);
	return G_SOURCE_REMOVE;
}

static void on_view_end(void *data, bool lost)
{
	Holding *self = data;

	self->is_lost = self->is_lost || lost;
	if (!self->closing)
		self->closing = g_idle_add_full(G_PRIORITY_HIGH, on_close, self, NULL);
}

/* --- Who waits for the house --- */

typedef struct {
	HouseOpen then;
	void *data;
} Visit;

static void serve_visits(Holding *self, const GError *failure)
{
	g_autoptr(GPtrArray) visits = g_steal_pointer(&self->visits);

	self->visits = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < visits->len; i++) {
		const Visit *visit = visits->pdata[i];

		visit->then(visit->data, failure ? NULL : self->app, failure);
	}
}

/* From the loop: whoever comes may be in the middle of something. */
static gboolean on_visit(void *data)
{
	Holding *self = data;

	self->visiting = 0;
	if (self->app && !self->closing)
		serve_visits(self, NULL);
	else
		on_knock(self);
	return G_SOURCE_REMOVE;
}

void holding_enter(Holding *self, HouseOpen then, void *data)
{
	Visit *visit = g_new(Visit, 1);

	*visit = (Visit){then, data};
	g_ptr_array_add(self->visits, visit);
	self->asked_us = g_get_monotonic_time();
	if (!self->visiting)
		self->visiting = g_idle_add_full(G_PRIORITY_DEFAULT, on_visit, self, NULL);
}

typedef struct {
	char *person;
	EntryMade done;
	void *data;
} Entry;

static void make_entry(void *data, App *app, const GError *failure)
{
	Entry *entry = data;

	if (failure)
		entry->done(entry->data, NULL, failure);
	else
		app_add_entry(app, entry->person, entry->done, entry->data);
	g_free(entry->person);
	g_free(entry);
}

void holding_add_entry(Holding *self, const char *person, EntryMade done, void *data)
{
	Entry *entry = g_new(Entry, 1);

	*entry = (Entry){g_strdup(person), done, data};
	holding_enter(self, make_entry, entry);
}

static void drop_visits(Holding *self)
{
	g_autoptr(GError) failure = NULL;

	error_set(&failure, ERROR_UNAVAILABLE, "The school is not open now. Try again");
	serve_visits(self, failure);
	g_ptr_array_unref(self->visits);
}

/* --- From a knock to an open house --- */

static void on_fetched(void *data, const Fetched *fetched, const GError *failure);

static void start_fetch(Holding *self)
{
	const Ground ground = ground_of(self);

	keeping_stop(self->keeping); /* the file is about to change */
	fetch_free(self->fetch);
	self->fetch = fetch_new(&ground, false, on_fetched, self);
}

static void give_up(Holding *self, const GError *failure)
{
	close_house(self);
	log_failure(LOG_WARNING, failure, "The school %s cannot be opened", self->slug);
	serve_visits(self, failure);
	if (error_is(failure, ERROR_CONFLICT))
		on_view_end(self, true);
	else
		self->again = g_timeout_add(AGAIN_MS, try_again, self);
}

/* A file that is of no use is no loss: it is made anew, once. */
static bool may_begin_anew(Holding *self, const GError *failure)
{
	if (self->is_second_try || !g_str_equal(error_reason_of(failure), STORE_DAMAGED))
		return false;
	log_failure(LOG_NOTICE, failure, "The view of the school %s is made anew", self->slug);
	close_house(self);
	fetch_discard(self->folder);
	self->is_second_try = true;
	return furnish(self, NULL); /* its configuration went with the house */
}

/* Whatever the process wrote is used only when it ended well. */
static void on_made(void *data, const GError *failure)
{
	Holding *self = data;

	g_clear_pointer(&self->apart, apart_free);
	if (!failure) {
		self->is_made_apart = true;
		self->is_old = false;
		start_fetch(self);
		return;
	}
	g_clear_pointer(&self->fetch, fetch_free);
	fetch_discard(self->folder);
	give_up(self, failure);
}

static bool make_apart(Holding *self, GError **error)
{
	const Ground ground = ground_of(self);

	if (self->is_made_apart)
		return error_set(error, ERROR_INTERNAL, "The view that was made lacks much again");
	log_write(LOG_NOTICE, "The school %s lacks much here: its view is made apart", self->slug);
	self->apart = apart_new(self->options->aparts, &ground, on_made, self);
	return true;
}

static void on_fetched(void *data, const Fetched *fetched, const GError *failure)
{
	Holding *self = data;
	g_autoptr(GError) error = NULL;
	gint64 began_us = g_get_monotonic_time();
	bool is_open;

	if (failure)
		g_propagate_error(&error, g_error_copy(failure));
	if (!failure && (fetched->is_long || self->is_old) && make_apart(self, &error))
		return;
	is_open = !error && open_house(self, fetched, &error);
	if (!is_open && !failure && !fetched->is_long && may_begin_anew(self, error)) {
		start_fetch(self);
		return;
	}
	g_clear_pointer(&self->fetch, fetch_free);
	if (!is_open) {
		give_up(self, error);
		return;
	}
	self->asked_us = g_get_monotonic_time();
	self->worked_us = self->asked_us;
	self->requests = 0;
	log_write(LOG_INFO, "The school %s is open (%" G_GINT64_FORMAT " ms, %" G_GINT64_FORMAT
	          " of them for itself)",
	          self->slug, (gint64)(self->asked_us - self->knocked_us) / 1000,
	          (gint64)(self->asked_us - began_us) / 1000);
	serve_visits(self, NULL);
}

static void on_knock(void *data)
{
	Holding *self = data;
	g_autoptr(GError) error = NULL;

	if (self->app || self->fetch || self->closing || self->again)
		return;
	door_watch(self->door, false);
	self->knocked_us = g_get_monotonic_time();
	self->is_second_try = false;
	self->is_made_apart = false;
	if (furnish(self, &error))
		start_fetch(self);
	else
		give_up(self, error);
}

/* --- Boxes --- */

static gboolean on_box_knock(void *data)
{
	Holding *self = data;

	self->knock = 0;
	on_knock(self);
	return G_SOURCE_REMOVE;
}

void holding_take(Holding *self, const char *origin, const char *tail, const void *bytes,
                  size_t size)
{
	if (!self->app && g_str_equal(tail, "gone"))
		return; /* nobody is in the house to read it */
	boxes_take(self->boxes, origin, tail, bytes, size);
	self->asked_us = g_get_monotonic_time();
	self->worked_us = self->asked_us;
	if (!self->app && !self->knock)
		self->knock = g_idle_add(on_box_knock, self);
}

void holding_set_boxes(Holding *self, const char *origins)
{
	boxes_set(self->boxes, origins);
}

char **holding_boxes(const Holding *self)
{
	return boxes_origins(self->boxes);
}

void holding_turn(Holding *self, bool up)
{
	boxes_turn(self->boxes, up);
}

bool holding_tick(Holding *self, gint64 now_us)
{
	if (!self->app || self->closing)
		return false;
	if (app_requests(self->app) != self->requests) {
		self->requests = app_requests(self->app);
		self->worked_us = now_us;
	}
	/* A page that is open keeps the house open, not its memory. */
	if (app_waiting(self->app) > 0 || self->worked_us == now_us)
		self->asked_us = now_us;
	if (now_us - self->asked_us >= self->options->settings->idle_s * G_USEC_PER_SEC &&
	    !boxes_have_work(self->boxes)) {
		close_house(self);
		door_watch(self->door, true);
		return false;
	}
	if (self->rested_us > self->worked_us || now_us - self->worked_us < QUIET_US)
		return false;
	self->rested_us = now_us;
	app_rest(self->app);
	return true;
}

/* --- Beginning and end --- */

Holding *holding_new(const HoldingOptions *options, const char *id, const char *slug, int64_t fence,
                     const char *box_key, GError **error)
{
	Holding *self = g_new0(Holding, 1);
	g_autofree char *sockets =
	        g_build_filename(options->settings->runtime, "schools", slug, NULL);

	self->options = options;
	self->id = g_strdup(id);
	self->of = (MembersOf){options->members, self->id};
	self->slug = g_strdup(slug);
	self->fence = fence;
	self->box_key = g_strdup(box_key);
	self->folder = g_build_filename(options->views, id, NULL);
	self->boxes = boxes_new(options->lines, self->slug);
	self->visits = g_ptr_array_new_with_free_func(g_free);
	if (g_mkdir_with_parents(sockets, 0755) == 0)
		self->door = door_new(options->doors, sockets, on_knock, self, error);
	else
		error_set(error, ERROR_INTERNAL, "Cannot make the directory %s", sockets);
	if (!self->door) {
		holding_free(self);
		return NULL;
	}
	door_watch(self->door, true);
	return self;
}

void holding_free(Holding *self)
{
	if (!self)
		return;
	g_clear_pointer(&self->apart, apart_free);
	g_clear_pointer(&self->fetch, fetch_free);
	close_house(self);
	if (!self->is_lost)
		keeping_wait(self->keeping);
	keeping_free(self->keeping);
	g_clear_handle_id(&self->closing, g_source_remove);
	g_clear_handle_id(&self->again, g_source_remove);
	g_clear_handle_id(&self->knock, g_source_remove);
	g_clear_handle_id(&self->visiting, g_source_remove);
	drop_visits(self);
	boxes_free(self->boxes);
	door_free(self->door);
	g_free(self->id);
	g_free(self->slug);
	g_free(self->box_key);
	g_free(self->folder);
	g_free(self);
}
