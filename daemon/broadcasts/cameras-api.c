/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/cameras and /api/v1/camera-probes. */
#include "broadcasts/cameras.h"
#include "broadcasts/probes.h"
#include "broadcasts/runs.h"

#include "base/clock.h"

#include <string.h>

#define STILL_TYPE "image/jpeg"

static const char *camera_state(Broadcasts *self, const Camera *camera, int64_t *ret_since_ms)
{
	const Run *run = run_of_camera(self, camera->id.text);

	*ret_since_ms = camera->since_ms;
	if (!run || run->state == RUN_STARTING)
		return camera->state ? camera->state : "unknown";
	*ret_since_ms = run->since_ms;
	return run->state == RUN_LIVE ? "broadcasting" : "lost";
}

static json_t *camera_to_json(Broadcasts *self, const Camera *camera, const Actor *actor)
{
	int64_t since_ms;
	const char *state = camera_state(self, camera, &since_ms);
	json_t *found = camera->found ? json_loads(camera->found, 0, NULL) : NULL;
	char since[TIME_TEXT_SIZE];
	json_t *object;

	clock_format(since_ms, since);
	object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b}", "id", camera->id.text, "slug",
			   camera->slug ? camera->slug : "", "name",
			   camera->name ? camera->name : "", "state", state, "state_since", since,
			   "probe", found ? found : json_null(), "has_still", camera->has_still);
	if (actor_is_administrator(actor)) {
		json_object_set_new(object, "url", json_string(camera->url ? camera->url : ""));
		json_object_set_new(object, "login",
				    json_string(camera->login ? camera->login : ""));
	}
	return object;
}

static bool reply_camera(Broadcasts *self, Request *request, unsigned status, const char *id,
			 GError **error)
{
	g_auto(Camera) camera = {0};

	if (!camera_load(self->store, id, &camera, error))
		return false;
	request_reply_object(request, status,
			     camera_to_json(self, &camera, request_actor(request)));
	return true;
}

bool cameras_get(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	g_autoptr(GPtrArray) ids = camera_list_ids(self->store, error);
	g_autoptr(json_t) items = json_array();

	if (!ids)
		return false;
	for (guint i = 0; i < ids->len; i++) {
		g_auto(Camera) camera = {0};

		if (!camera_load(self->store, ids->pdata[i], &camera, error))
			return false;
		json_array_append_new(items, camera_to_json(self, &camera, request_actor(request)));
	}
	request_reply_object(request, 200, json_pack("{s:O}", "items", items));
	return true;
}

static bool adopt_probe(Broadcasts *self, Request *request, const char *probe_id, const char *id,
			GError **error)
{
	g_auto(Camera) camera = {0};
	const CameraProbe *probe;

	if (!probe_id)
		return true;
	/* It may have been forgotten meanwhile; the camera is as good without it. */
	probe = camera_probe_find(self, request_actor(request), probe_id, NULL);
	return !probe || (camera_load(self->store, id, &camera, error) &&
			  camera_probe_adopt(self, probe, id, camera.url, error));
}

bool cameras_post(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	NewCamera camera = {0};
	const char *probe = NULL;
	Id id;
	const Field fields[] = {
		{"name", FIELD_TEXT, true, 0, &camera.name},
		{"url", FIELD_TEXT, true, 0, &camera.url},
		{"login", FIELD_TEXT, false, CAMERA_LOGIN_MAX, &camera.login},
		{"password", FIELD_TEXT, false, CAMERA_PASSWORD_MAX, &camera.password},
		{"probe", FIELD_ID, false, 0, &probe},
		{0},
	};

	return json_read(request_body(request), fields, error) &&
	       broadcasts_add_camera(self, request_actor(request), &camera, &id, error) &&
	       adopt_probe(self, request, probe, id.text, error) &&
	       reply_camera(self, request, 201, id.text, error);
}

bool camera_get(void *room, Request *request, GError **error)
{
	const char *id;

	return request_param_id(request, "camera", &id, error) &&
	       reply_camera(room, request, 200, id, error);
}

bool camera_patch(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	CameraChange change = {0};
	const char *id;
	const Field fields[] = {
		{"name", FIELD_TEXT, false, 0, &change.name},
		{"url", FIELD_TEXT, false, 0, &change.url},
		{"login", FIELD_TEXT, false, CAMERA_LOGIN_MAX, &change.login},
		{"password", FIELD_TEXT, false, CAMERA_PASSWORD_MAX, &change.password},
		{0},
	};

	return request_param_id(request, "camera", &id, error) &&
	       json_read(request_body(request), fields, error) &&
	       camera_change(self, request_actor(request), id, &change, error) &&
	       reply_camera(self, request, 200, id, error);
}

bool camera_delete(void *room, Request *request, GError **error)
{
	const char *id;

	if (!request_param_id(request, "camera", &id, error) ||
	    !camera_remove(room, request_actor(request), id, error))
		return false;
	request_reply_empty(request);
	return true;
}

static void reply_still(Request *request, GBytes *still)
{
	request_add_header(request, "Cache-Control", "private, no-cache");
	request_reply_bytes(request, 200, STILL_TYPE, still);
}

bool camera_get_still(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	g_autoptr(Query) query = NULL;
	g_autoptr(GBytes) still = NULL;
	const char *id;
	const void *data;
	size_t size;

	if (!request_param_id(request, "camera", &id, error))
		return false;
	query = store_query(self->store, "find_camera_still");
	query_bind_text(query, ":camera", id);
	if (!query_one(query, error))
		return false;
	data = query_blob(query, 0, &size);
	still = g_bytes_new(data, size);
	reply_still(request, still);
	return true;
}

/* --- Probes --- */

static bool read_source(Broadcasts *self, Request *request, WireSource *ret_source,
			const char **ret_camera, GError **error)
{
	const char *url = NULL, *login = NULL, *password = NULL;
	const Field fields[] = {
		{"url", FIELD_TEXT, false, 0, &url},
		{"login", FIELD_TEXT, false, CAMERA_LOGIN_MAX, &login},
		{"password", FIELD_TEXT, false, CAMERA_PASSWORD_MAX, &password},
		{"camera", FIELD_ID, false, 0, ret_camera},
		{0},
	};

	if (!json_read(request_body(request), fields, error))
		return false;
	if (!*ret_camera)
		return url ? camera_check_source(self, url, login, password, ret_source, error)
			   : error_reason(error, ERROR_INVALID, "missing-field", "url",
					  "The address or the camera to look at is missing");
	if (url || login || password)
		return error_reason(error, ERROR_INVALID, "invalid", "camera",
				    "Give an address or a camera, not both");
	return camera_load_source(self, *ret_camera, ret_source, error);
}

bool camera_probes_post(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	WireSource source = {0};
	const char *camera = NULL;
	const CameraProbe *probe;

	if (!read_source(self, request, &source, &camera, error))
		return false;
	probe = camera_probe_begin(self, request_actor(request), &source, camera, error);
	wire_source_clear(&source);
	if (!probe)
		return false;
	request_reply_object(request, 201, camera_probe_to_json(probe));
	return true;
}

static CameraProbe *find_probe(Broadcasts *self, Request *request, GError **error)
{
	const char *id;

	return request_param_id(request, "probe", &id, error)
		       ? camera_probe_find(self, request_actor(request), id, error)
		       : NULL;
}

bool camera_probe_get(void *room, Request *request, GError **error)
{
	const CameraProbe *probe = find_probe(room, request, error);

	if (!probe)
		return false;
	request_reply_object(request, 200, camera_probe_to_json(probe));
	return true;
}

bool camera_probe_delete(void *room, Request *request, GError **error)
{
	CameraProbe *probe = find_probe(room, request, error);

	if (!probe)
		return false;
	camera_probe_remove(room, probe);
	request_reply_empty(request);
	return true;
}

bool camera_probe_get_still(void *room, Request *request, GError **error)
{
	const CameraProbe *probe = find_probe(room, request, error);

	if (!probe)
		return false;
	if (!camera_probe_still(probe))
		return error_set(error, ERROR_NOT_FOUND, "There is no picture");
	reply_still(request, camera_probe_still(probe));
	return true;
}
