/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cameras: who may add, change and remove them, where they are, what was last known of them. */
#include "broadcasts/cameras.h"
#include "broadcasts/runs.h"

#include "base/log.h"
#include "base/text.h"

/* --- Rows --- */

void camera_clear(Camera *camera)
{
	g_free(camera->slug);
	g_free(camera->name);
	g_free(camera->url);
	g_free(camera->login);
	g_free(camera->state);
	g_free(camera->found);
	*camera = (Camera){0};
}

bool camera_load(Store *store, const char *id, Camera *ret_camera, GError **error)
{
	g_autoptr(Query) query = store_query(store, "find_camera");

	query_bind_text(query, ":id", id);
	if (!query_one(query, error))
		return false;
	*ret_camera = (Camera){
		.id = id_from(query_text(query, 0)),
		.slug = g_strdup(query_text(query, 1)),
		.name = g_strdup(query_text(query, 2)),
		.url = g_strdup(query_text(query, 3)),
		.login = g_strdup(query_text(query, 4)),
		.state = g_strdup(query_text(query, 5)),
		.since_ms = query_int(query, 6),
		.found = g_strdup(query_text(query, 7)),
		.has_still = query_int(query, 8) != 0,
	};
	return true;
}

GPtrArray *camera_list_ids(Store *store, GError **error)
{
	g_autoptr(Query) query = store_query(store, "list_cameras");

	query_bind_int(query, ":after", 0);
	query_bind_int(query, ":limit", CAMERAS_MAX);
	return query_list_texts(query, error);
}

bool camera_load_source(Broadcasts *self, const char *id, WireSource *ret_source, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_camera_access");

	query_bind_text(query, ":camera", id);
	if (!query_one(query, error))
		return false;
	*ret_source = (WireSource){
		.url = g_strdup(query_text(query, 0)),
		.login = g_strdup(query_text(query, 1)),
		.password = g_strdup(query_text(query, 2)),
		.transport = g_strdup("auto"),
	};
	return true;
}

/* --- Health --- */

static bool set_state(Broadcasts *self, const char *id, const char *state, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "put_camera_state");

	query_bind_text(query, ":camera", id);
	query_bind_text(query, ":state", state);
	query_bind_int(query, ":now", events_now_ms(self->events));
	return query_run(query, error);
}

bool camera_set_health(Broadcasts *self, const char *id, const char *state, const char *found,
		       GBytes *still, GError **error)
{
	g_autoptr(Query) query = NULL;

	if (!set_state(self, id, state, error))
		return false;
	if (!found)
		return true;
	query = store_query(self->store, "put_camera_found");
	query_bind_text(query, ":camera", id);
	query_bind_text(query, ":found", found);
	if (still)
		query_bind_blob(query, ":still", g_bytes_get_data(still, NULL),
				g_bytes_get_size(still));
	return query_run(query, error);
}

void camera_say_health(Broadcasts *self, const char *id, const char *state, const char *found,
		       GBytes *still)
{
	g_auto(Camera) camera = {0};
	g_autoptr(GError) error = NULL;
	g_autofree char *data = NULL;
	bool kept;

	if (!store_begin(self->store, &error)) {
		log_failure(LOG_WARNING, error, "A camera's state was not kept");
		return;
	}
	/* It may have been removed meanwhile. */
	kept = camera_load(self->store, id, &camera, &error) &&
	       camera_set_health(self, id, state, found, still, &error);
	if (kept) {
		Run *run = run_of_camera(self, id);
		const char *said = run && run->state == RUN_LIVE ? "broadcasting" : state;

		data = g_strdup_printf("{\"camera_id\":\"%s\",\"state\":\"%s\"}", id, said);
		events_signal(self->events, "staff", "camera_state", id, data);
	}
	if (!store_end(self->store, kept, kept ? &error : NULL) || !kept)
		if (!error_is(error, ERROR_NOT_FOUND))
			log_failure(LOG_WARNING, error, "A camera's state was not kept");
}

/* --- Checks --- */

static char *name_check(const char *name, GError **error)
{
	g_autofree char *trimmed = text_trim(name);

	if (text_is_blank(trimmed)) {
		error_reason(error, ERROR_INVALID, "empty", "name", "A camera has a name");
		return NULL;
	}
	if (text_length(trimmed) > CAMERA_NAME_MAX) {
		error_reason(error, ERROR_INVALID, "too-long", "name",
			     "A camera's name has at most %d characters", CAMERA_NAME_MAX);
		return NULL;
	}
	if (!text_is_one_line(trimmed)) {
		error_reason(error, ERROR_INVALID, "invalid", "name",
			     "A camera's name is one line without control characters");
		return NULL;
	}
	return g_steal_pointer(&trimmed);
}

static bool check_credential(const char *text, size_t most, const char *field, GError **error)
{
	if (!text)
		return true;
	if (text_length(text) > most)
		return error_reason(error, ERROR_INVALID, "too-long", field,
				    "It has at most %zu characters", most);
	for (const char *at = text; *at; at++)
		if (g_ascii_iscntrl(*at))
			return error_reason(error, ERROR_INVALID, "invalid", field,
					    "It has no control characters");
	return true;
}

/* What stands in the fields goes before what stands in the address. */
static bool check_access(Broadcasts *self, const char *url, const char *login, const char *password,
			 PastedAddress *ret_address, GError **error)
{
	g_auto(PastedAddress) address = {0};

	if (!pasted_address_parse(url ? url : "", &address, error) ||
	    !media_check_url(self->media, address.url, error))
		return false;
	if (login) {
		g_free(address.login);
		address.login = *login ? g_strdup(login) : NULL;
	}
	if (password) {
		g_free(address.password);
		address.password = *password ? g_strdup(password) : NULL;
	}
	if (!check_credential(address.login, CAMERA_LOGIN_MAX, "login", error) ||
	    !check_credential(address.password, CAMERA_PASSWORD_MAX, "password", error))
		return false;
	*ret_address = address;
	address = (PastedAddress){0};
	return true;
}

bool camera_check_source(Broadcasts *self, const char *url, const char *login, const char *password,
			 WireSource *ret_source, GError **error)
{
	g_auto(PastedAddress) address = {0};

	if (!check_access(self, url, login, password, &address, error))
		return false;
	*ret_source = (WireSource){
		.url = g_steal_pointer(&address.url),
		.login = g_steal_pointer(&address.login),
		.password = g_steal_pointer(&address.password),
		.transport = g_strdup("auto"),
	};
	return true;
}

static bool camera_slug_taken(Broadcasts *self, const char *slug, bool *ret_taken, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_camera_slug");

	query_bind_text(query, ":slug", slug);
	return query_next(query, ret_taken, error);
}

static bool check_not_full(Broadcasts *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_cameras");

	if (!query_one(query, error))
		return false;
	return query_int(query, 0) < CAMERAS_MAX ||
	       error_set(error, ERROR_CONFLICT, "There are %d cameras already", CAMERAS_MAX);
}

static bool check_administrator(const Actor *actor, GError **error)
{
	return actor_is_administrator(actor) ||
	       error_set(error, ERROR_FORBIDDEN, "Administrators look after cameras");
}

static bool check_idle(Broadcasts *self, const char *id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_running_of_camera");
	bool running;

	query_bind_text(query, ":camera", id);
	if (!query_next(query, &running, error))
		return false;
	return !running || error_reason(error, ERROR_CONFLICT, "camera-in-use", NULL,
					"The camera is broadcasting; end the broadcast first");
}

/* --- Rules --- */

static bool put_access(Broadcasts *self, const char *id, const PastedAddress *address,
		       GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "put_camera_access");

	query_bind_text(query, ":camera", id);
	query_bind_text(query, ":url", address->url);
	query_bind_text(query, ":login", address->login);
	query_bind_text(query, ":password", address->password);
	return query_run(query, error);
}

static bool append(Broadcasts *self, const Actor *actor, const char *kind, const char *id,
		   json_t *body, GError **error)
{
	g_autoptr(Event) event = event_new(actor, kind, "staff", id, body);

	return events_append(self->events, event, error);
}

bool broadcasts_add_camera(Broadcasts *self, const Actor *actor, const NewCamera *camera,
			   Id *ret_id, GError **error)
{
	Id id = id_new();
	g_auto(PastedAddress) address = {0};
	g_autofree char *name = NULL, *base = NULL, *slug = NULL;

	if (!check_administrator(actor, error) || !check_not_full(self, error))
		return false;
	name = name_check(camera->name ? camera->name : "", error);
	if (!name ||
	    !check_access(self, camera->url, camera->login, camera->password, &address, error))
		return false;
	base = text_slug(name, SLUG_SIZE);
	slug = slug_choose(self, base, camera_slug_taken, error);
	if (!slug ||
	    !append(self, actor, "camera.added", id.text,
		    json_pack("{s:s, s:s}", "name", name, "slug", slug), error) ||
	    !put_access(self, id.text, &address, error))
		return false;
	*ret_id = id;
	return true;
}

static bool change_name(Broadcasts *self, const Actor *actor, const Camera *camera,
			const char *name, GError **error)
{
	g_autofree char *checked = name_check(name, error);

	if (!checked)
		return false;
	return g_strcmp0(checked, camera->name) == 0 ||
	       append(self, actor, "camera.changed", camera->id.text,
		      json_pack("{s:s}", "name", checked), error);
}

static bool change_access(Broadcasts *self, const Actor *actor, const char *id,
			  const CameraChange *change, GError **error)
{
	WireSource now = {0};
	g_auto(PastedAddress) address = {0};
	bool checked;

	if (!check_idle(self, id, error) || !camera_load_source(self, id, &now, error))
		return false;
	checked = check_access(self, change->url ? change->url : now.url, change->login,
			       change->password, &address, error);
	if (!address.login && !change->login)
		address.login = g_steal_pointer(&now.login);
	if (!address.password && !change->password)
		address.password = g_steal_pointer(&now.password);
	wire_source_clear(&now);
	/* That it changed is for the log, what it is now is not. */
	return checked && put_access(self, id, &address, error) &&
	       append(self, actor, "camera.changed", id, json_pack("{s:b}", "access", true),
		      error) &&
	       set_state(self, id, "unknown", error);
}

bool camera_change(Broadcasts *self, const Actor *actor, const char *id, const CameraChange *change,
		   GError **error)
{
	g_auto(Camera) camera = {0};

	if (!check_administrator(actor, error) || !camera_load(self->store, id, &camera, error))
		return false;
	if (change->name && !change_name(self, actor, &camera, change->name, error))
		return false;
	if (!change->url && !change->login && !change->password)
		return true;
	return change_access(self, actor, id, change, error);
}

static bool forget(Broadcasts *self, const char *statement, const char *id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":camera", id);
	return query_run(query, error);
}

bool camera_remove(Broadcasts *self, const Actor *actor, const char *id, GError **error)
{
	g_auto(Camera) camera = {0};

	return check_administrator(actor, error) && camera_load(self->store, id, &camera, error) &&
	       check_idle(self, id, error) &&
	       append(self, actor, "camera.removed", id, json_object(), error) &&
	       forget(self, "remove_camera_access", id, error) &&
	       forget(self, "remove_camera_health", id, error);
}
