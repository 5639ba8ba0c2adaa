/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Squares of a fortieth of the picture's width, drawn into the luma plane: large enough to come through an
 * encoder, and read back by a page from a canvas. */
#include "barcode.h"

#include <string.h>

#define SQUARES_A_WIDTH 40
#define WHITE		235
#define BLACK		16
#define PIXEL_ROW	4 /* rows of I420 begin at multiples of four */

guint32 barcode_of(gint64 wall_ms)
{
	guint32 time = (guint32)wall_ms & 0xffffff;
	guint32 sum = (time >> 16) + (time >> 8) + time;

	return time << 8 | (sum & 0xff);
}

static void draw(guint8 *luma, gsize size, unsigned width, guint32 code)
{
	const unsigned side = width / SQUARES_A_WIDTH;
	const gsize stride = (width + PIXEL_ROW - 1) / PIXEL_ROW * PIXEL_ROW;

	if (stride * side > size)
		return;
	for (unsigned y = 0; y < side; y++)
		for (unsigned bit = 0; bit < BARCODE_BITS; bit++)
			memset(luma + y * stride + (gsize)bit * side,
			       code >> (BARCODE_BITS - 1 - bit) & 1 ? WHITE : BLACK, side);
}

static GstPadProbeReturn draw_clock(GstPad *pad, GstPadProbeInfo *info, void *data)
{
	g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
	GstMapInfo map;
	int width = 0;

	if (!caps || !gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width))
		return GST_PAD_PROBE_OK;
	info->data = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
	if (gst_buffer_map(info->data, &map, GST_MAP_READWRITE)) {
		draw(map.data, map.size, (unsigned)width, barcode_of(g_get_real_time() / 1000));
		gst_buffer_unmap(info->data, &map);
	}
	return GST_PAD_PROBE_OK;
}

void barcode_watch(GstElement *media, const char *name)
{
	g_autoptr(GstElement) element = gst_bin_get_by_name_recurse_up(GST_BIN(media), name);
	g_autoptr(GstPad) pad = element ? gst_element_get_static_pad(element, "src") : NULL;

	if (pad)
		gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, draw_clock, NULL, NULL);
}
