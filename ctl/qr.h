/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A QR code for a terminal. */
#pragma once

#include <glib.h>

/* Lines of half blocks, black on white whatever the terminal's colours are; owned. NULL: too long a
 * text. */
char *qr_format(const char *text);
