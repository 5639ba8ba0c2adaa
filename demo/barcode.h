/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The wall clock in the picture, for programs that measure how old a picture is when it is seen. */
#pragma once

#include <gst/gst.h>

/* A row of BARCODE_BITS squares in the upper left corner, the highest bit first, white is 1: 24 bits
 * of milliseconds since 1970, then their eight-bit sum (barcode_of()). */
#define BARCODE_BITS 32

guint32 barcode_of(gint64 wall_ms);

/* Draws into each picture (I420) that leaves the element of this name. */
void barcode_watch(GstElement *media, const char *name);
