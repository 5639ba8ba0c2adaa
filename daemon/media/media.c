/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The workers that are wanted, by name, and those that are on their way out. A name that is
 * wanted again while its last worker still ends waits for that. */
#include "media/media-private.h"

#include "base/log.h"

#include <string.h>

#define NAME_LENGTH_MAX 36

typedef struct {
	Media *media;
	char *name;
	WireStart start;
	MediaListener listener;
	void *data;
	Worker *worker; /* NULL: the last one of this name still ends */
	bool known;	/* on_state was called since the connection was made */
} Wanted;

static void wanted_free(void *data)
{
	Wanted *self = data;

	worker_free(self->worker);
	wire_start_clear(&self->start);
	g_free(self->name);
	g_free(self);
}

static bool is_name(const char *name)
{
	size_t length = strlen(name);

	return length >= 1 && length <= NAME_LENGTH_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* --- What a worker says --- */

static void on_up(void *data)
{
	Wanted *self = data;
	Wire wire = {.word = WIRE_START, .start = self->start};

	self->known = false;
	worker_say(self->worker, &wire);
}

/* A worker that has not begun, or still holds another broadcast, tells its state once more when it
 * has taken up this one. */
static void hear_state(Wanted *self, const WireState *state)
{
	if (g_strcmp0(state->broadcast, self->start.broadcast) != 0)
		return;
	self->known = true;
	self->listener.on_state(self->data, self->name, state);
}

static void on_word(void *data, const Wire *wire)
{
	Wanted *self = data;

	if (wire->word == WIRE_STATE) {
		hear_state(self, &wire->state);
		return;
	}
	if (!self->known)
		return;
	switch (wire->word) {
	case WIRE_PART:
		self->listener.on_part(self->data, self->name, &wire->part);
		break;
	case WIRE_SEGMENT:
		self->listener.on_segment(self->data, self->name, &wire->segment);
		break;
	case WIRE_CAMERA:
		self->listener.on_camera(self->data, self->name, &wire->camera);
		break;
	case WIRE_FAULT:
		self->listener.on_fault(self->data, self->name, &wire->fault);
		break;
	default:
		log_write(LOG_WARNING, "The worker %s says something out of place", self->name);
	}
}

static void on_down(void *data)
{
	Wanted *self = data;

	self->known = false;
	self->listener.on_gone(self->data, self->name);
}

static void on_crash(void *data, unsigned crashes)
{
	Wanted *self = data;

	if (crashes == 1)
		log_write(LOG_WARNING, "The worker %s ended by itself; it is started again",
			  self->name);
}

static void give_worker(Wanted *self)
{
	const WorkerListener listener = {on_up, on_word, on_down, on_crash};

	self->worker =
		worker_new(self->media->launcher, self->media->folder, self->name, &listener, self);
}

/* --- Ends --- */

static void on_ended(void *data, Worker *worker)
{
	Media *self = data;
	Wanted *wanted = g_hash_table_lookup(self->wanted, worker_name(worker));

	g_ptr_array_remove(self->ending, worker); /* and frees it */
	if (wanted && !wanted->worker)
		give_worker(wanted);
}

void media_let_end(Media *self, Worker *worker)
{
	g_ptr_array_add(self->ending, worker);
	worker_end(worker, on_ended, self);
}

static bool still_ends(Media *self, const char *name)
{
	for (unsigned i = 0; i < self->ending->len; i++)
		if (strcmp(worker_name(self->ending->pdata[i]), name) == 0)
			return true;
	return false;
}

static Worker *find_worker(Media *self, const char *name)
{
	Wanted *wanted = g_hash_table_lookup(self->wanted, name);

	if (wanted)
		return wanted->worker;
	for (unsigned i = 0; i < self->probes->len; i++) {
		Worker *worker = media_probe_worker(self->probes->pdata[i]);

		if (worker && strcmp(worker_name(worker), name) == 0)
			return worker;
	}
	return NULL;
}

static void on_exit_of(void *media, const char *name)
{
	Worker *worker = find_worker(media, name);

	if (worker)
		worker_on_exit(worker);
}

/* --- The door --- */

void media_fill_source(Media *self, const WireSource *from, WireSource *ret_source)
{
	wire_source_copy(from, ret_source);
	if (!ret_source->transport)
		ret_source->transport = g_strdup("auto");
	g_strfreev(ret_source->networks);
	ret_source->networks = networks_of_box((const char *const *)self->networks);
}

bool media_check_url(Media *self, const char *url, GError **error)
{
	g_autoptr(CameraAddress) address = camera_address_parse(url, error);
	g_autoptr(GInetAddress) literal = NULL;
	g_auto(GStrv) networks = NULL;

	if (!address)
		return false;
	literal = g_inet_address_new_from_string(address->host);
	networks = networks_of_box((const char *const *)self->networks);
	if (!literal || camera_may_be_at(literal, (const char *const *)networks))
		return true;
	return error_reason(error, ERROR_INVALID, "camera-forbidden-address", "url",
			    "Cameras may not be at this address");
}

bool media_start(Media *self, const MediaStart *start, const MediaListener *listener, void *data,
		 GError **error)
{
	Wanted *wanted;

	if (!is_name(start->name))
		return error_set(error, ERROR_INVALID, "This is no name of a worker");
	if (g_hash_table_contains(self->wanted, start->name))
		return error_set(error, ERROR_CONFLICT, "The worker %s runs already", start->name);
	wanted = g_new0(Wanted, 1);
	wanted->media = self;
	wanted->name = g_strdup(start->name);
	wanted->start = start->start;
	wanted->start.broadcast = g_strdup(start->start.broadcast);
	media_fill_source(self, &start->start.source, &wanted->start.source);
	wanted->listener = *listener;
	wanted->data = data;
	g_hash_table_insert(self->wanted, wanted->name, wanted);
	if (!still_ends(self, start->name))
		give_worker(wanted);
	return true;
}

void media_stop(Media *self, const char *name)
{
	Wanted *wanted = g_hash_table_lookup(self->wanted, name);

	if (!wanted)
		return;
	if (wanted->worker)
		media_let_end(self, g_steal_pointer(&wanted->worker));
	g_hash_table_remove(self->wanted, name);
}

static bool has_control(Media *self, const char *name)
{
	g_autofree char *path = g_build_filename(self->folder, name, "control", NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void ignore(void *data)
{
}

static void ignore_word(void *data, const Wire *wire)
{
}

static void ignore_crash(void *data, unsigned crashes)
{
}

void media_sweep(Media *self)
{
	const WorkerListener listener = {ignore, ignore_word, ignore, ignore_crash};
	g_autoptr(GDir) folder = g_dir_open(self->folder, 0, NULL);
	const char *name;

	while (folder && (name = g_dir_read_name(folder))) {
		if (!is_name(name) || find_worker(self, name) || !has_control(self, name))
			continue;
		media_let_end(self,
			      worker_new(self->launcher, self->folder, name, &listener, NULL));
	}
}

static void forget_probe(void *probe)
{
	media_probe_forget(probe);
}

static void forget_worker(void *worker)
{
	worker_free(worker);
}

Media *media_new(const MediaOptions *options, GError **error)
{
	Media *self = g_new0(Media, 1);

	self->launcher = options->launcher;
	self->launcher->on_exit = on_exit_of;
	self->launcher->media = self;
	self->folder = g_strdup(options->folder);
	self->networks = g_strdupv((char **)options->networks);
	self->wanted = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, wanted_free);
	self->probes = g_ptr_array_new_with_free_func(forget_probe);
	self->ending = g_ptr_array_new_with_free_func(forget_worker);
	return self;
}

void media_set_networks(Media *self, const char *const *networks)
{
	g_strfreev(self->networks);
	self->networks = g_strdupv((char **)networks);
}

void media_free(Media *self)
{
	if (!self)
		return;
	g_hash_table_unref(self->wanted);
	g_ptr_array_unref(self->probes);
	g_ptr_array_unref(self->ending);
	launcher_free(self->launcher);
	g_strfreev(self->networks);
	g_free(self->folder);
	g_free(self);
}
