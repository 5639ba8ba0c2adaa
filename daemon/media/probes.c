/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A probe is a worker with a name of its own that is told `probe` instead of `start`: so it has the
 * same walls around it, and the daemon never touches a camera's bytes. */
#include "media/media-private.h"

#include "base/foreign.h"

#define PROBES_MAX	4
#define PATIENCE_S	40
#define STILL_BYTES_MAX (4 * 1024 * 1024)
#define CRASHES_MAX	2

struct MediaProbe {
	Media *media;
	Worker *worker;
	WireSource source;
	MediaProbeListener listener;
	void *data;
	unsigned timer_id;
};

static void probe_free(MediaProbe *self)
{
	g_clear_handle_id(&self->timer_id, g_source_remove);
	wire_source_clear(&self->source);
	g_free(self);
}

Worker *media_probe_worker(MediaProbe *probe)
{
	return probe->worker;
}

void media_probe_forget(MediaProbe *probe)
{
	worker_free(probe->worker);
	probe_free(probe);
}

/* Out of the list without being forgotten, its worker on its way out. */
static void take_out(MediaProbe *self)
{
	unsigned place;

	if (g_ptr_array_find(self->media->probes, self, &place)) {
		g_ptr_array_steal_index(self->media->probes, place);
		media_let_end(self->media, g_steal_pointer(&self->worker));
	}
}

static GBytes *read_still(MediaProbe *self)
{
	g_autofree char *path = g_build_filename(worker_folder(self->worker), "still.jpg", NULL);

	return foreign_read(path, STILL_BYTES_MAX);
}

static void finish(MediaProbe *self, const WireResult *result)
{
	g_autoptr(GBytes) still = result->has_still ? read_still(self) : NULL;

	take_out(self);
	self->listener.on_result(self->data, result, still);
	probe_free(self);
}

static void finish_failed(MediaProbe *self, const char *detail)
{
	const WireResult result = {.reason = (char *)"camera-no-answer", .detail = (char *)detail};

	finish(self, &result);
}

static void on_up(void *data)
{
	MediaProbe *self = data;

	worker_say(self->worker, &(Wire){.word = WIRE_PROBE, .probe = self->source});
}

static void on_word(void *data, const Wire *wire)
{
	MediaProbe *self = data;

	if (wire->word == WIRE_STEP)
		self->listener.on_step(self->data, wire->step.step);
	else if (wire->word == WIRE_RESULT)
		finish(self, &wire->result);
}

static void on_down(void *data)
{
}

static void on_crash(void *data, unsigned crashes)
{
	if (crashes >= CRASHES_MAX)
		finish_failed(data, "The program that looks at cameras crashed");
}

static gboolean give_up(void *data)
{
	MediaProbe *self = data;

	self->timer_id = 0;
	finish_failed(self, "The camera does not answer");
	return G_SOURCE_REMOVE;
}

MediaProbe *media_probe(Media *media, const WireSource *source, const MediaProbeListener *listener,
			void *data, GError **error)
{
	const WorkerListener worker = {on_up, on_word, on_down, on_crash};
	g_autofree char *name = g_strdup_printf("probe-%08x", g_random_int());
	MediaProbe *self;

	if (media->probes->len >= PROBES_MAX) {
		error_set(error, ERROR_BUSY, "%d cameras are being looked at already", PROBES_MAX);
		return NULL;
	}
	self = g_new0(MediaProbe, 1);
	self->media = media;
	media_fill_source(media, source, &self->source);
	self->listener = *listener;
	self->data = data;
	self->timer_id = g_timeout_add_seconds(PATIENCE_S, give_up, self);
	g_ptr_array_add(media->probes, self);
	self->worker = worker_new(media->launcher, media->folder, name, &worker, self);
	return self;
}

void media_probe_cancel(MediaProbe *probe)
{
	take_out(probe);
	probe_free(probe);
}
