/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A picture that somebody sent, as small squares that hold nothing but what one sees. */
#pragma once

#include "base/error.h"

#define PICTURE_BYTES_MAX  (20 * 1024 * 1024)
#define PICTURE_PIXELS_MAX (64 * 1000 * 1000) /* as its head says, before it is decoded */
#define PICTURE_SIDE_MAX   1024

/* The middle square, upright, at most `side` pixels wide and never larger than it was, as WebP
 * without any metadata: one for each of the n sides, the largest first. JPEG, PNG and WebP are
 * known by their bytes. INVALID with one of the reasons not-a-picture, picture-heic,
 * picture-format, picture-broken, picture-animated; TOO_LARGE picture-too-large. NULL: error. */
GPtrArray *picture_shrink(GBytes *file, const unsigned sides[], unsigned n, GError **error);
