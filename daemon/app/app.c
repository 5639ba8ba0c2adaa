/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The house's life: built, begun, asked for an entry, left, taken down. */
#include "app/app-private.h"
#include "app/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define ENTRY_S 3600 /* that a link from one's own box into the cloud works */

/* A school that is only looked at starts no cameras and forgets nobody. */
static bool start_rooms(App *self, GError **error)
{
	return self->config->proof || (privacy_start(self->privacy, error) &&
	                               broadcasts_start(self->broadcasts, error));
}

static bool catch_up(App *self, const AppView *view, GError **error)
{
	return !view || (view->catch_up(view->room, self->store, self->events, error) &&
	                 store_set_sink(self->store, view->sink, view->room, error) &&
	                 (!view->begins_epoch || events_begin_epoch(self->store, error)));
}

static bool listen_on(Http *http, const AppView *view, GError **error)
{
	for (int i = 0; i < N_SOCKETS; i++) {
		int fd = view->sockets[i] < 0 ? -1 : fcntl(view->sockets[i], F_DUPFD_CLOEXEC, 0);

		if (view->sockets[i] >= 0 && fd < 0)
			return error_set(error, ERROR_BUSY, "Too many files are open: %s",
			                 g_strerror(errno));
		if (fd >= 0 && !http_listen(http, (HttpSocket)i, fd, error))
			return false;
	}
	return true;
}

static App *build(const Config *config, const AppView *view, GError **error)
{
	g_autoptr(App) self = g_new0(App, 1);

	self->config = config;
	self->is_view = view != NULL;
	self->broadcast_folder = g_build_filename(config->runtime_directory, "broadcast", NULL);
	if (!app_open_floors(self, error))
		return NULL;
	app_build_rooms(self, view);
	app_add_routes(self);
	if (!catch_up(self, view, error) || !events_open(self->events, error) ||
	    !sync_open(self->sync, error) || !start_rooms(self, error) ||
	    !(view ? listen_on(self->http, view, error)
	           : sockets_listen(self->http, config, error)))
		return NULL;
	if (config->proof)
		return g_steal_pointer(&self);
	backups_start(self->backups);
	if (!space_start(self->space, error))
		return NULL;
	appliance_start(self->appliance);
	pictures_sweep(self->pictures);
	mail_start(self->mail);
	people_start(self->people);
	uplink_start(self->uplink);
	schools_start(self->schools);
	return g_steal_pointer(&self);
}

App *app_new(const Config *config, GError **error)
{
	return build(config, NULL, error);
}

App *app_new_view(const Config *config, const AppView *view, GError **error)
{
	return build(config, view, error);
}

Events *app_events(const App *self)
{
	return self->events;
}

Sync *app_sync(const App *self)
{
	return self->sync;
}

typedef struct {
	char *code;
	EntryMade done;
	void *data;
} NewEntry;

static void on_entry_committed(void *data, const GError *failure)
{
	NewEntry *entry = data;

	entry->done(entry->data, failure ? NULL : entry->code, failure);
	secret_free(entry->code);
	g_free(entry);
}

static bool add_entry(App *self, const char *person, NewEntry *entry, GError **error)
{
	bool made;

	if (!store_begin(self->store, error))
		return false;
	entry->code = people_new_entry_code(self->people, person, ENTRY_S, error);
	made = entry->code != NULL;
	return store_end(self->store, made, made ? error : NULL) && made;
}

void app_add_entry(App *self, const char *person, EntryMade done, void *data)
{
	g_autoptr(GError) failure = NULL;
	NewEntry *entry = g_new0(NewEntry, 1);

	*entry = (NewEntry){NULL, done, data};
	if (add_entry(self, person, entry, &failure))
		store_after_commit(self->store, on_entry_committed, entry, NULL);
	else
		on_entry_committed(entry, failure);
}

bool app_names_file(App *self, const char *address, bool came, bool *ret_named, GError **error)
{
	if (!pictures_find(self->pictures, address, ret_named, error))
		return false;
	if (came && *ret_named)
		pictures_came(self->pictures);
	else if (came)
		files_remove(self->files, address);
	return true;
}

static int by_text(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Each once, in the order of a list that goes on where it ended. Borrowed from pictures. */
static GPtrArray *addresses_of(const GPtrArray *pictures)
{
	GPtrArray *addresses = g_ptr_array_sized_new(2 * pictures->len);
	guint kept = 0;

	for (guint i = 0; i < pictures->len; i++) {
		const Picture *picture = pictures->pdata[i];

		if (picture->small)
			g_ptr_array_add(addresses, picture->small);
		if (picture->large)
			g_ptr_array_add(addresses, picture->large);
	}
	g_ptr_array_sort(addresses, by_text);
	for (guint i = 0; i < addresses->len; i++)
		if (i == 0 || strcmp(addresses->pdata[i], addresses->pdata[kept - 1]) != 0)
			addresses->pdata[kept++] = addresses->pdata[i];
	g_ptr_array_set_size(addresses, (int)kept);
	return addresses;
}

json_t *app_list_missing_files(App *self, const char *after, size_t most, GError **error)
{
	g_autoptr(GPtrArray) pictures = pictures_list(self->pictures, error);
	g_autoptr(GPtrArray) addresses = pictures ? addresses_of(pictures) : NULL;
	json_t *missing;
	const char *last = NULL;

	if (!addresses)
		return NULL;
	missing = json_array();
	for (guint i = 0; i < addresses->len; i++) {
		const char *address = addresses->pdata[i];

		if (strcmp(address, after ? after : "") <= 0 || files_has(self->files, address))
			continue;
		if (json_array_size(missing) == most)
			return json_pack("{so ss}", "missing", missing, "next_cursor", last);
		json_array_append_new(missing, json_string(address));
		last = address;
	}
	return json_pack("{so sn}", "missing", missing, "next_cursor");
}

unsigned app_waiting(const App *self)
{
	return http_open_requests(self->http);
}

uint64_t app_requests(const App *self)
{
	uint64_t all = 0;

	for (unsigned i = 1; i <= 5; i++)
		all += http_replies(self->http, i);
	return all;
}

void app_tick(App *self)
{
	if (!self->config->proof)
		appliance_tick(self->appliance);
	uplink_tick(self->uplink);
}

void app_rest(App *self)
{
	store_rest(self->store);
}

void app_leave(App *self, void (*left)(void *data), void *data)
{
	http_leave(self->http, left, data);
}

void app_free(App *self)
{
	if (!self)
		return;
	app_free_rooms(self);
	g_free(self->broadcast_folder);
	g_free(self);
}

void app_reload(App *self)
{
	json_decref(reload_now(self->reload));
}
