/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as a line: what is taken must survive being said again. */
#include "wire/wire.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autoptr(Wire) wire = wire_parse((const char *)data, size, NULL);

	if (wire) {
		g_autofree char *line = wire_format(wire);
		g_autoptr(Wire) again = wire_parse(line, strlen(line), NULL);
		g_autofree char *same = NULL;

		g_assert_nonnull(again);
		same = wire_format(again);
		g_assert_cmpstr(line, ==, same);
	}
	return 0;
}
