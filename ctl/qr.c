/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two modules one above the other are one character of a terminal. */
#include "qr.h"

#include <qrencode.h>
#include <stdbool.h>

#define QUIET	  2 /* modules around it */
#define COLOURS	  "\033[30;47m"
#define NO_COLOUR "\033[0m\n"

static bool is_dark(const QRcode *code, int x, int y)
{
	return x >= 0 && y >= 0 && x < code->width && y < code->width &&
	       (code->data[y * code->width + x] & 1);
}

static void format_line(const QRcode *code, int y, GString *into)
{
	static const char *const BLOCKS[2][2] = {{" ", "▄"}, {"▀", "█"}};

	g_string_append(into, COLOURS);
	for (int x = -QUIET; x < code->width + QUIET; x++)
		g_string_append(into, BLOCKS[is_dark(code, x, y)][is_dark(code, x, y + 1)]);
	g_string_append(into, NO_COLOUR);
}

char *qr_format(const char *text)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	GString *lines;

	if (!code)
		return NULL;
	lines = g_string_new(NULL);
	for (int y = -QUIET; y < code->width + QUIET; y += 2)
		format_line(code, y, lines);
	QRcode_free(code);
	return g_string_free(lines, FALSE);
}
