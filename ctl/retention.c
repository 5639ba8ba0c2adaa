/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about the time that messages are kept: what is set, what would go, setting it. */
#include "answer.h"
#include "keeping.h"
#include "phrase.h"

#include <stdio.h>
#include <string.h>

#define ROOT "/api/v1/retention"

static json_int_t number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static void print_kind(const json_t *item)
{
	const json_t *ages = json_object_get(item, "ages");
	const json_t *age;
	size_t i;

	phrase_pad(answer_text(item, "kind"), 16);
	if (json_is_null(json_object_get(item, "days")))
		printf("%s", phrase("for good", "бессрочно"));
	else
		printf(phrase("%d days", "дней: %d"), (int)number(item, "days"));
	printf(phrase("; %d messages", "; сообщений: %d"), (int)number(item, "messages"));
	json_array_foreach(ages, i, age)
		printf(phrase("; %d older than %d days", "; %d старше %d дней"),
		       (int)number(age, "messages"), (int)number(age, "days"));
	printf("\n");
}

bool command_retention(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) state = NULL;
	const json_t *item;
	size_t i;

	if (!console_request(console, "GET", ROOT, NULL, &state, error))
		return false;
	if (options->json) {
		answer_json(state);
		return true;
	}
	json_array_foreach(json_object_get(state, "items"), i, item) print_kind(item);
	return true;
}

/* A kind's address, or below it; owned. */
static char *path_of(const char *kind, const char *rest)
{
	g_autofree char *escaped = g_uri_escape_string(kind, NULL, FALSE);

	return g_strconcat(ROOT "/", escaped, rest, NULL);
}

static bool load_preview(Console *console, char **words, json_t **ret_preview, GError **error)
{
	g_autofree char *days = g_uri_escape_string(words[1], NULL, FALSE);
	g_autofree char *rest = g_strconcat("/preview?days=", days, NULL);
	g_autofree char *path = path_of(words[0], rest);

	return console_request(console, "GET", path, NULL, ret_preview, error);
}

static void print_preview(const json_t *preview)
{
	printf(phrase("Would remove %d messages older than %s.\n",
	              "Было бы удалено сообщений: %d, старше %s.\n"),
	       (int)number(preview, "messages"), answer_text(preview, "before"));
}

bool command_retention_try(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) preview = NULL;

	if (!load_preview(console, words, &preview, error))
		return false;
	if (options->json)
		answer_json(preview);
	else
		print_preview(preview);
	return true;
}

static bool agree(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) preview = NULL;

	if (!load_preview(console, words, &preview, error))
		return false;
	if (!options->json)
		print_preview(preview);
	return options->yes || answer_agree(error);
}

bool command_retention_set(Console *console, const Options *options, char **words, GError **error)
{
	bool for_good = strcmp(words[1], "forever") == 0;
	guint64 days = 0;
	g_autofree char *path = path_of(words[0], "");
	g_autoptr(json_t) body = NULL;
	g_autoptr(json_t) item = NULL;

	if (!for_good && !g_ascii_string_to_unsigned(words[1], 10, 1, G_MAXINT32, &days, NULL))
		return error_set(error, ERROR_INVALID, "%s",
		                 phrase("DAYS is a number, or forever.",
		                        "ДНЕЙ — число или forever."));
	if (!for_good && !agree(console, options, words, error))
		return false;
	body = for_good ? json_pack("{s:n}", "days")
	                : json_pack("{s:I}", "days", (json_int_t)days);
	if (!console_request(console, "PUT", path, body, &item, error))
		return false;
	if (options->json)
		answer_json(item);
	else
		print_kind(item);
	return true;
}

bool command_retention_run(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) nothing = json_object();
	g_autoptr(json_t) done = NULL;

	if (!console_request(console, "POST", "/api/v1/console/retention-run", nothing, &done, error))
		return false;
	if (options->json)
		answer_json(done);
	else
		printf(phrase("Removed %d messages.\n", "Удалено сообщений: %d.\n"),
		       (int)number(done, "messages"));
	return true;
}
