/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pixels of a decoded picture, and who decodes them. */
#pragma once

#include "picture.h"

#include <stdint.h>

typedef struct {
	unsigned width;
	unsigned height;
	uint8_t *pixels; /* RGB, rows without gaps; g_free() */
	int orientation; /* of EXIF: 1 to 8, which way it must be turned */
} Raster;

/* Not smaller than `side` where it can be (the decoder may leave out detail that nobody will see).
 * What is half transparent lies on white. */
typedef bool (*Decode)(GBytes *file, unsigned side, Raster *ret, GError **error);
bool jpeg_decode(GBytes *file, unsigned side, Raster *ret, GError **error);
bool png_decode(GBytes *file, unsigned side, Raster *ret, GError **error);
bool webp_decode(GBytes *file, unsigned side, Raster *ret, GError **error);

/* TOO_LARGE unless both sides are there and not too many pixels. */
bool raster_check_size(uint64_t width, uint64_t height, GError **error);
/* Memory for the pixels of width and height; TOO_LARGE when there is none. */
bool raster_alloc(Raster *self, GError **error);

/* Of a JPEG file, or of what a WebP file keeps as EXIF; 1 when nothing is said. */
int exif_orientation(const void *data, size_t size);

bool picture_broken(GError **error); /* sets INVALID picture-broken; always false */
