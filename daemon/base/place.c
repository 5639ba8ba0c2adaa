/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A folder for each first two digits, so that none of them grows long. */
#include "base/place.h"

#include <glib.h>

char *place_of_sum(const char *folder, const char *digits)
{
	return g_strdup_printf("%s/%.2s/%s", folder, digits, digits);
}
