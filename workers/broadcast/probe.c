/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A camera that is let go as soon as enough is known: a second of pictures, a key frame. */
#include "probe.h"

#include "still.h"

#define ENOUGH_PICTURES 30

struct Probe {
	Camera *camera;
	Still *still;
	char *pipelines;
	unsigned end_id;
	unsigned pictures;
	bool ending;
	WireResult result;
	GBytes *picture;
	ProbeSays says;
	void *data;
};

static gboolean end(void *data)
{
	Probe *self = data;
	Wire wire = {.word = WIRE_RESULT, .result = self->result};

	self->end_id = 0;
	self->says(self->data, &wire, self->picture);
	return G_SOURCE_REMOVE;
}

/* From the loop, as the camera or the still that calls is to be freed. */
static void end_soon(Probe *self)
{
	if (self->end_id == 0)
		self->end_id = g_idle_add(end, self);
}

static void on_step(void *data, const char *step)
{
	Probe *self = data;
	const Wire wire = {.word = WIRE_STEP, .step = {.step = (char *)step}};

	if (!self->ending)
		self->says(self->data, &wire, NULL);
}

static void on_change(void *data, const WireCamera *camera)
{
	Probe *self = data;

	if (camera->state != CAMERA_LOST || self->ending)
		return;
	self->ending = true;
	self->result.reason = g_strdup(camera->reason);
	self->result.detail = g_strdup(camera->detail);
	self->result.found = wire_found_copy(camera->found);
	end_soon(self);
}

static void on_still(void *data, GBytes *jpeg, const char *missing_package)
{
	Probe *self = data;

	self->picture = jpeg ? g_bytes_ref(jpeg) : NULL;
	self->result.has_still = jpeg != NULL;
	self->result.still_missing_package = g_strdup(missing_package);
	if (self->ending)
		end_soon(self);
}

static bool still_is_under_way(const Probe *self)
{
	return self->still && !self->picture && !self->result.still_missing_package;
}

static void on_unit(void *data, const Unit *unit)
{
	Probe *self = data;

	if (self->ending || unit->kind != UNIT_VIDEO)
		return;
	if (unit->key && !self->still)
		self->still = still_start(self->pipelines, unit, on_still, self);
	if (++self->pictures < ENOUGH_PICTURES)
		return;
	self->ending = true;
	self->result.found = wire_found_copy(camera_state(self->camera)->found);
	if (!still_is_under_way(self))
		end_soon(self);
}

static void on_begin(void *data, bool with_audio)
{
	((Probe *)data)->pictures = 0;
}

static void on_end(void *data)
{
}

Probe *probe_start(const CameraOptions *options, const WireSource *source, ProbeSays says,
		   void *data)
{
	const CameraListener listener = {on_step, on_change, on_begin, on_unit, on_end};
	Probe *self = g_new0(Probe, 1);
	CameraOptions once = *options;

	once.once = true;
	self->pipelines = g_strdup(options->pipelines);
	self->says = says;
	self->data = data;
	self->camera = camera_new(&once, &listener, self);
	camera_start(self->camera, source);
	return self;
}

void probe_free(Probe *self)
{
	if (!self)
		return;
	g_clear_handle_id(&self->end_id, g_source_remove);
	camera_free(self->camera);
	still_free(self->still);
	wire_result_clear(&self->result);
	g_clear_pointer(&self->picture, g_bytes_unref);
	g_free(self->pipelines);
	g_free(self);
}
