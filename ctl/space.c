/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's command about the disk: what uses it, by what it is. */
#include "answer.h"
#include "commands.h"
#include "phrase.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *kind;
	Text name;
} KINDS[] = {
	{"history", {"history", "история"}},
	{"files", {"files", "файлы"}},
	{"recordings", {"recordings", "записи"}},
	{"backups", {"backups", "резервные копии"}},
	{"logs", {"logs", "журналы"}},
};

static const char *name_of(const char *kind)
{
	for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++)
		if (strcmp(KINDS[i].kind, kind) == 0)
			return phrase_of(&KINDS[i].name);
	return kind;
}

static char *size_of(const json_t *object, const char *name)
{
	return g_format_size((guint64)json_integer_value(json_object_get(object, name)));
}

static void print_item(const json_t *item)
{
	const char *state = answer_text(item, "state");
	g_autofree char *size = size_of(item, "bytes");

	phrase_pad(name_of(answer_text(item, "kind")), 20);
	if (strcmp(state, "missing") == 0)
		puts(phrase("none", "нет"));
	else if (strcmp(state, "unreadable") == 0)
		printf(phrase("%s, and what urokd may not read\n", "%s и то, что urokd не вправе читать\n"),
		       size);
	else
		puts(size);
}

bool command_space(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) space = NULL;
	const json_t *disk;
	const json_t *item;
	size_t i;

	if (!console_request(console, "GET", "/api/v1/server/space", NULL, &space, error))
		return false;
	if (options->json) {
		answer_json(space);
		return true;
	}
	json_array_foreach(json_object_get(space, "items"), i, item) print_item(item);
	disk = json_object_get(space, "disk");
	if (json_is_object(disk)) {
		g_autofree char *free_size = size_of(disk, "free_bytes");
		g_autofree char *total = size_of(disk, "total_bytes");

		phrase_pad(phrase("free", "свободно"), 20);
		printf(phrase("%s of %s\n", "%s из %s\n"), free_size, total);
	}
	return true;
}
