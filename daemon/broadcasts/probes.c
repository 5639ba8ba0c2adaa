/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looking at a camera before (or after) it is added: each for its maker, in memory, ten minutes. */
#include "broadcasts/probes.h"
#include "broadcasts/cameras.h"

#include "base/clock.h"

#include <string.h>

#define PROBES_MAX	    64
#define PROBES_OF_MAKER_MAX 8 /* the oldest goes */
#define PROBE_LIVES_MS	    (10 * 60 * 1000)
#define PROBES_EVERY_S	    30
#define STILL_BYTES_MAX	    (512 * 1024)

struct CameraProbe {
	Broadcasts *room;
	Id id;
	char *maker; /* actor_name() */
	bool by_person;
	Id camera; /* "": of an address */
	char *url;
	gint64 until_ms;   /* CLOCK_BOOTTIME */
	MediaProbe *media; /* NULL: it is over */
	const char *step;
	char *reason;
	char *detail;
	WireFound *found;
	GBytes *still;
};

static void probe_free(CameraProbe *self)
{
	if (self->media)
		media_probe_cancel(self->media);
	wire_found_free(self->found);
	g_clear_pointer(&self->still, g_bytes_unref);
	g_free(self->maker);
	g_free(self->url);
	g_free(self->reason);
	g_free(self->detail);
	g_free(self);
}

void camera_probe_remove(Broadcasts *self, CameraProbe *probe)
{
	g_ptr_array_remove(self->probes, probe);
	probe_free(probe);
}

void camera_probes_free(Broadcasts *self)
{
	while (self->probes->len)
		camera_probe_remove(self, self->probes->pdata[0]);
	g_ptr_array_unref(self->probes);
	if (self->probes_timer)
		g_source_remove(self->probes_timer);
}

static gboolean on_probes_timer(void *data)
{
	Broadcasts *self = data;
	gint64 now = clock_boot_ms();

	for (guint i = self->probes->len; i > 0; i--) {
		CameraProbe *probe = self->probes->pdata[i - 1];

		if (probe->until_ms <= now)
			camera_probe_remove(self, probe);
	}
	if (self->probes->len)
		return G_SOURCE_CONTINUE;
	self->probes_timer = 0;
	return G_SOURCE_REMOVE;
}

/* --- As JSON --- */

static json_t *video_to_json(const WireFound *found)
{
	unsigned milli = found->frame_rate_milli;

	return json_pack("{s:s, s:s?, s:i, s:i, s:o}", "codec", found->video_codec, "profile",
			 found->profile, "width", (int)found->width, "height", (int)found->height,
			 "frame_rate", milli ? json_real(milli / 1000.0) : json_null());
}

static json_t *audio_to_json(const WireFound *found)
{
	if (!found->audio_codec)
		return json_null();
	return json_pack("{s:s, s:i, s:i}", "codec", found->audio_codec, "rate",
			 (int)found->audio_rate, "channels", (int)found->audio_channels);
}

static json_t *found_to_json(const WireFound *found, bool has_still)
{
	if (!found || !found->video_codec)
		return json_null();
	return json_pack("{s:o, s:o, s:b, s:b, s:s?, s:s?, s:s, s:b}", "video",
			 video_to_json(found), "audio", audio_to_json(found), "playable",
			 found->playable, "audible", found->audible, "not_playable_reason",
			 found->not_playable_reason, "missing_package",
			 found->missing_package, "transport",
			 found->transport ? found->transport : "tcp", "has_still", has_still);
}

char *found_format(const WireFound *found, bool has_still)
{
	g_autoptr(json_t) json = found_to_json(found, has_still);

	return json_is_null(json) ? NULL : json_format(json);
}

static const char *state_of(const CameraProbe *self)
{
	if (self->media)
		return "running";
	/* A camera that answers and cannot be played was looked at all the same. */
	return self->reason && !self->found ? "failed" : "done";
}

json_t *camera_probe_to_json(const CameraProbe *self)
{
	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o}", "id", self->id.text, "state",
			 state_of(self), "step", self->step, "reason", self->reason, "detail",
			 self->detail, "found", found_to_json(self->found, self->still != NULL));
}

static char *probe_text(const CameraProbe *self)
{
	g_autoptr(json_t) json = camera_probe_to_json(self);

	return json_format(json);
}

GBytes *camera_probe_still(const CameraProbe *self)
{
	return self->still;
}

/* --- Its way --- */

static void say(const CameraProbe *self)
{
	g_autofree char *scope = g_strconcat("person:", self->maker, NULL);
	g_autofree char *text = probe_text(self);

	if (self->by_person)
		events_signal(self->room->events, scope, "probe", self->id.text, text);
}

static void on_step(void *data, const char *step)
{
	static const char *const STEPS[] = {"resolving", "connecting", "receiving"};
	CameraProbe *self = data;

	for (guint i = 0; i < G_N_ELEMENTS(STEPS); i++)
		if (strcmp(step, STEPS[i]) == 0)
			self->step = STEPS[i];
	say(self);
}

static void on_result(void *data, const WireResult *result, GBytes *still)
{
	CameraProbe *self = data;

	self->media = NULL;
	self->step = "done";
	self->reason = g_strdup(result->reason);
	self->detail = g_strdup(result->detail);
	self->found = wire_found_copy(result->found);
	if (still && g_bytes_get_size(still) <= STILL_BYTES_MAX)
		self->still = g_bytes_ref(still);
	say(self);
	if (!id_is_empty(&self->camera)) {
		g_autofree char *found = found_format(self->found, self->still != NULL);

		camera_say_health(self->room, self->camera.text, found ? "ok" : "lost", found,
				  self->still);
	}
}

static const MediaProbeListener LISTENER = {.on_step = on_step, .on_result = on_result};

static void make_room(Broadcasts *self, const char *maker)
{
	CameraProbe *oldest = NULL;
	unsigned own = 0;

	for (guint i = 0; i < self->probes->len; i++) {
		CameraProbe *probe = self->probes->pdata[i];

		if (strcmp(probe->maker, maker) != 0)
			continue;
		own++;
		oldest = oldest ? oldest : probe;
	}
	if (own >= PROBES_OF_MAKER_MAX)
		camera_probe_remove(self, oldest);
}

CameraProbe *camera_probe_begin(Broadcasts *self, const Actor *actor, const WireSource *source,
				const char *camera, GError **error)
{
	CameraProbe *probe;

	make_room(self, actor_name(actor));
	if (self->probes->len >= PROBES_MAX)
		return error_null(error, ERROR_BUSY, "Too many cameras are being looked at");
	probe = g_new0(CameraProbe, 1);
	probe->room = self;
	probe->id = id_new();
	probe->maker = g_strdup(actor_name(actor));
	probe->by_person = actor->kind == ACTOR_PERSON;
	probe->camera = id_from(camera);
	probe->url = g_strdup(source->url);
	probe->until_ms = clock_boot_ms() + PROBE_LIVES_MS;
	probe->step = "resolving";
	probe->media = media_probe(self->media, source, &LISTENER, probe, error);
	if (!probe->media) {
		probe_free(probe);
		return NULL;
	}
	g_ptr_array_add(self->probes, probe);
	if (!self->probes_timer)
		self->probes_timer = g_timeout_add_seconds(PROBES_EVERY_S, on_probes_timer, self);
	return probe;
}

CameraProbe *camera_probe_find(Broadcasts *self, const Actor *actor, const char *id, GError **error)
{
	for (guint i = 0; i < self->probes->len; i++) {
		CameraProbe *probe = self->probes->pdata[i];

		if (strcmp(probe->id.text, id) == 0 && strcmp(probe->maker, actor_name(actor)) == 0)
			return probe;
	}
	return error_null(error, ERROR_NOT_FOUND, "There is no such probe");
}

bool camera_probe_adopt(Broadcasts *self, const CameraProbe *probe, const char *camera,
			const char *url, GError **error)
{
	g_autofree char *found = found_format(probe->found, probe->still != NULL);

	/* Of another address it says nothing of this camera. */
	if (probe->media || strcmp(probe->url, url) != 0)
		return true;
	return camera_set_health(self, camera, found ? "ok" : "lost", found, probe->still, error);
}
