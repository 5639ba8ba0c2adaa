/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looking at a camera: each probe for its maker, in memory, ten minutes. */
#pragma once

#include "broadcasts/broadcasts-private.h"

typedef struct CameraProbe CameraProbe;

CameraProbe *camera_probe_begin(Broadcasts *self, const Actor *actor, const WireSource *source,
				const char *camera, GError **error);
CameraProbe *camera_probe_find(Broadcasts *self, const Actor *actor, const char *id,
			       GError **error);
void camera_probe_remove(Broadcasts *self, CameraProbe *probe);
json_t *camera_probe_to_json(const CameraProbe *probe);
GBytes *camera_probe_still(const CameraProbe *probe); /* NULL: none */
/* A camera was added by what this probe looked at. In a turn. */
bool camera_probe_adopt(Broadcasts *self, const CameraProbe *probe, const char *camera,
			const char *url, GError **error);
void camera_probes_free(Broadcasts *self);
/* Found as JSON text; NULL: there was no picture to tell of. */
char *found_format(const WireFound *found, bool has_still);

/* The ways in: cameras-api.c. */
bool camera_probes_post(void *room, Request *request, GError **error);
bool camera_probe_get(void *room, Request *request, GError **error);
bool camera_probe_delete(void *room, Request *request, GError **error);
bool camera_probe_get_still(void *room, Request *request, GError **error);
