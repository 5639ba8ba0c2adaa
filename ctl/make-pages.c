/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program of the build: make-pages LANGUAGE TEMPLATE, or make-pages completion. */
#include "pages.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	g_autofree char *template = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	if (argc == 2) {
		text = pages_completion();
	} else if (argc == 3 && g_file_get_contents(argv[2], &template, NULL, &error)) {
		text = pages_manual(template, g_str_equal(argv[1], "ru"));
	} else {
		fprintf(stderr, "make-pages: %s\n", error ? error->message : "LANGUAGE TEMPLATE");
		return EXIT_FAILURE;
	}
	fputs(text, stdout);
	return EXIT_SUCCESS;
}
