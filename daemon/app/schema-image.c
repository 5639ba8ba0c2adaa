/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A step of the build: writes the schema's image, which is then compiled in, to the path it is given. */
#include "app/schema.h"

#include <glib/gstdio.h>

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	if (argc != 2)
		return 2;
	(void)g_remove(argv[1]);
	if (schema_make_image(argv[1], &error))
		return 0;
	g_printerr("%s\n", error->message);
	return 1;
}
