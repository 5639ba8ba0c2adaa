/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about the disk: what uses it, by what it is, and how much a kind may take. */
#include "answer.h"
#include "keeping.h"
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
	{"kept", {"kept aside", "отложенное"}},
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

static void print_limit(const json_t *limit)
{
	g_autofree char *most = size_of(limit, "most_bytes");

	if (json_is_object(limit))
		printf(strcmp(answer_text(limit, "when_full"), "oldest-go") == 0
		               ? phrase(", at most %s, then the oldest go", ", не больше %s, потом удаляются самые старые")
		               : phrase(", at most %s, then no more is taken", ", не больше %s, потом новое не принимается"),
		       most);
	putchar('\n');
}

static void print_item(const json_t *item)
{
	const char *state = answer_text(item, "state");
	g_autofree char *size = size_of(item, "bytes");

	phrase_pad(name_of(answer_text(item, "kind")), 20);
	if (strcmp(state, "missing") == 0)
		printf("%s", phrase("none", "нет"));
	else if (strcmp(state, "unreadable") == 0)
		printf(phrase("%s, and what urokd may not read", "%s и то, что urokd не вправе читать"),
		       size);
	else
		printf("%s", size);
	print_limit(json_object_get(item, "limit"));
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

/* --- Limits --- */

/* "50GB", as disks are sold; 0: it is none. */
static int64_t parse_size(const char *text)
{
	static const struct {
		const char *unit;
		int64_t bytes;
	} UNITS[] = {{"MB", 1000000}, {"GB", 1000000000}, {"TB", 1000000000000}};
	char *end = NULL;
	guint64 count = g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &end, 10) : 0;

	for (size_t i = 0; end && count <= 1000000 && i < G_N_ELEMENTS(UNITS); i++)
		if (strcmp(end, UNITS[i].unit) == 0)
			return (int64_t)count * UNITS[i].bytes;
	return 0;
}

/* Of backups alone the oldest may go. */
static bool check_when_full(const Options *options, const char *kind, GError **error)
{
	return !options->oldest_go || strcmp(kind, "files") != 0 ||
	       error_set(error, ERROR_INVALID, "%s",
	                 phrase("Of files nothing goes by itself: --oldest-go is for backups.",
	                        "Файлы сами не удаляются: --oldest-go — только для резервных копий."));
}

static bool check_size(const char *text, int64_t *ret_bytes, GError **error)
{
	*ret_bytes = parse_size(text);
	return *ret_bytes > 0 ||
	       error_set(error, ERROR_INVALID, phrase("%s is no size such as 500MB, 50GB or 2TB",
	                                              "%s — не размер вида 500MB, 50GB или 2TB"),
	                 text);
}

static json_t *preview(Console *console, const Options *options, const char *kind, int64_t bytes,
                       GError **error)
{
	g_autofree char *escaped = g_uri_escape_string(kind, NULL, false);
	g_autofree char *path = g_strdup_printf(
	        "/api/v1/server/space/%s/limit/preview?most_bytes=%" G_GINT64_FORMAT "&when_full=%s",
	        escaped, bytes, options->oldest_go ? "oldest-go" : "refuse");
	json_t *answer = NULL;

	return console_request(console, "GET", path, NULL, &answer, error) ? answer : NULL;
}

static void print_preview(const json_t *answer)
{
	g_autofree char *used = size_of(answer, "used_bytes");
	g_autofree char *freed = size_of(answer, "freed_bytes");
	int copies = (int)json_integer_value(json_object_get(answer, "copies"));

	if (copies)
		printf(phrase("%d of the oldest copies would go with the next one: %s\n",
		              "Вместе со следующей копией удалятся самые старые (%d): %s\n"),
		       copies, freed);
	else
		puts(phrase("Nothing would go", "Ничего не удалится"));
	if (!json_is_true(json_object_get(answer, "fits")))
		printf(phrase("%s are taken already: nothing new will be taken\n",
		              "Уже занято %s: новое приниматься не будет\n"),
		       used);
}

bool command_space_try(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) answer = NULL;
	int64_t bytes;

	if (!check_when_full(options, words[0], error) || !check_size(words[1], &bytes, error))
		return false;
	answer = preview(console, options, words[0], bytes, error);
	if (!answer)
		return false;
	if (options->json)
		answer_json(answer);
	else
		print_preview(answer);
	return true;
}

/* False: whoever was asked said no, or something failed. */
static bool confirm(Console *console, const Options *options, char **words, int64_t bytes, GError **error)
{
	g_autoptr(json_t) answer = preview(console, options, words[0], bytes, error);

	if (!answer)
		return false;
	if (!options->json)
		print_preview(answer);
	return options->yes || answer_agree(error);
}

bool command_space_limit(Console *console, const Options *options, char **words, GError **error)
{
	bool is_none = strcmp(words[1], "none") == 0;
	g_autofree char *escaped = g_uri_escape_string(words[0], NULL, false);
	g_autofree char *path = g_strdup_printf("/api/v1/server/space/%s/limit", escaped);
	g_autoptr(json_t) body = NULL;
	g_autoptr(json_t) answer = NULL;
	int64_t bytes = 0;

	if (!check_when_full(options, words[0], error))
		return false;
	if (!is_none && (!check_size(words[1], &bytes, error) ||
	                 !confirm(console, options, words, bytes, error)))
		return false;
	body = json_pack("{s:o, s:s}", "most_bytes", is_none ? json_null() : json_integer(bytes), "when_full",
	                 options->oldest_go && !is_none ? "oldest-go" : "refuse");
	if (!console_request(console, "PUT", path, body, &answer, error))
		return false;
	if (options->json)
		answer_json(answer);
	else
		puts(is_none ? phrase("There is no limit any more", "Предела больше нет")
		             : phrase("The limit is set", "Предел установлен"));
	return true;
}
