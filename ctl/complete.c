/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a shell offers where a camera, a login or a unit is wanted: a word a line, nothing on failure. */
#include "answer.h"
#include "commands.h"

#include <stdio.h>
#include <string.h>

static void print_of(Console *console, const char *path, const char *field)
{
	g_autoptr(json_t) list = NULL;
	json_t *item;
	size_t i;

	if (!console_request(console, "GET", path, NULL, &list, NULL))
		return;
	json_array_foreach(json_object_get(list, "items"), i, item)
		if (*answer_text(item, field))
			puts(answer_text(item, field));
}

bool command_complete(Console *console, const Options *options, char **words, GError **error)
{
	if (strcmp(words[0], "camera") == 0)
		print_of(console, "/api/v1/cameras", "slug");
	else if (strcmp(words[0], "login") == 0)
		print_of(console, "/api/v1/console/people", "login");
	else if (strcmp(words[0], "unit") == 0)
		puts("urokd\nurok-tls\nnginx");
	else if (strcmp(words[0], "role") == 0)
		puts("administrator\nteacher\npupil\nparent");
	return true;
}
