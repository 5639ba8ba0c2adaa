/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The fonts of documents: always the same files, whatever else a machine has. */
#pragma once

#include <pango/pangocairo.h>

/* For lines as wide on paper as they were measured; owned. */
PangoContext *fonts_context(const char *language);
void fonts_free(PangoContext *context);
