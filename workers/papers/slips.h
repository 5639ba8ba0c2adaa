/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Slips of paper that let somebody in: eight a sheet, to be cut. */
#pragma once

#include "pages.h"

#include "base/json.h"

#define SLIPS_A_SHEET 8

/* The place'th of the sheet. INVALID when it is no slip. */
bool slip_show(Pages *self, const json_t *slip, unsigned place, GError **error);
void slips_show_cuts(Pages *self);
