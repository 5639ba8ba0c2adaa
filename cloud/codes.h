/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codes that link a box, as they are printed and typed. */
#pragma once

#include "settings.h"

char *link_code_new(void); /* "ABCDE-FGHJK-LMNPQ": 75 bits, without 0, O, 1, I */

/* Keyed, of what somebody typed: blanks, hyphens and small letters do not matter. */
char *link_code_hash(const Settings *settings, const char *typed);
