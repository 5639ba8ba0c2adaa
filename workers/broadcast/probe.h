/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One look at a camera: what it sends, whether a browser can play it, a picture; or what is wrong.
 */
#pragma once

#include "camera.h"

typedef struct Probe Probe;

/* A step, or at the end the result. After the result Probe may be freed. The picture comes with
 * it, if there is one. */
typedef void (*ProbeSays)(void *data, const Wire *wire, GBytes *still);

Probe *probe_start(const CameraOptions *options, const WireSource *source, ProbeSays says,
		   void *data);
void probe_free(Probe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Probe, probe_free)
