/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where something lies whose name is the sum of what it holds. */
#pragma once

/* FOLDER/ab/abcdef...; owned. */
char *place_of_sum(const char *folder, const char *digits);
