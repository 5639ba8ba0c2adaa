/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One key frame as a JPEG. */
#pragma once

#include "unit.h"

typedef struct Still Still;

/* Called once, from the loop: the picture, or NULL and the package that is missing (or NULL). Still
 * may be freed in it. */
typedef void (*StillDone)(void *data, GBytes *jpeg, const char *missing_package);

Still *still_start(const char *pipelines, const Unit *key_frame, StillDone done, void *data);
void still_free(Still *self);
