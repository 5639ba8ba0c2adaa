/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Cameras within this room: rows, rules, what was last known of them. */
#pragma once

#include "broadcasts/broadcasts-private.h"
#include "broadcasts/pasted-address.h"

#define CAMERA_NAME_MAX	    60 /* characters */
#define CAMERA_LOGIN_MAX    128
#define CAMERA_PASSWORD_MAX 256
#define CAMERAS_MAX	    500

typedef struct {
	Id id;
	char *slug;
	char *name;
	char *url;   /* NULL: not known here */
	char *login; /* NULL: none */
	char *state; /* NULL: never heard of */
	int64_t since_ms;
	char *found; /* JSON text or NULL */
	bool has_still;
} Camera;

void camera_clear(Camera *camera);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Camera, camera_clear)

bool camera_load(Store *store, const char *id, Camera *ret_camera, GError **error);
GPtrArray *camera_list_ids(Store *store, GError **error); /* owned ids */

typedef struct {
	const char *name; /* NULL: as it is, and so below */
	const char *url;
	const char *login;
	const char *password; /* "": none from now on */
} CameraChange;

bool camera_change(Broadcasts *self, const Actor *actor, const char *id, const CameraChange *change,
		   GError **error);
bool camera_remove(Broadcasts *self, const Actor *actor, const char *id, GError **error);
/* What a probe looks at: checked like a camera's. */
bool camera_check_source(Broadcasts *self, const char *url, const char *login, const char *password,
			 WireSource *ret_source, GError **error);
bool camera_load_source(Broadcasts *self, const char *id, WireSource *ret_source, GError **error);
/* Keeps what was last known; found (JSON) and still may be NULL. In a turn. */
bool camera_set_health(Broadcasts *self, const char *id, const char *state, const char *found,
		       GBytes *still, GError **error);
/* From a worker's callback: opens its own savepoint, says it live. */
void camera_say_health(Broadcasts *self, const char *id, const char *state, const char *found,
		       GBytes *still);

/* The ways in: cameras-api.c. */
bool cameras_get(void *room, Request *request, GError **error);
bool cameras_post(void *room, Request *request, GError **error);
bool camera_get(void *room, Request *request, GError **error);
bool camera_patch(void *room, Request *request, GError **error);
bool camera_delete(void *room, Request *request, GError **error);
bool camera_get_still(void *room, Request *request, GError **error);
