/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's answers on the terminal: JSON for programs, lines for people. */
#include "answer.h"

#include "commands.h"
#include "phrase.h"

#include <stdio.h>
#include <string.h>

#define NAME_COLUMNS 24

void answer_json(const json_t *answer)
{
	g_autofree char *text = json_format(answer);

	puts(text);
}

static char *value_text(const json_t *value)
{
	if (json_is_string(value))
		return g_strdup(json_string_value(value));
	if (json_is_true(value))
		return g_strdup("yes");
	if (json_is_false(value))
		return g_strdup("no");
	if (json_is_null(value))
		return g_strdup("-");
	return json_format(value);
}

static void print_fields(const json_t *answer, int indent)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)answer, name, value)
	{
		g_autofree char *words = g_strdelimit(g_strdup(name), "_", ' ');
		g_autofree char *text = NULL;

		if (json_is_object(value)) {
			printf("%*s%s\n", indent, "", words);
			print_fields(value, indent + 2);
			continue;
		}
		text = value_text(value);
		printf("%*s%-*s%s\n", indent, "", NAME_COLUMNS - indent, words, text);
	}
}

void answer_fields(const json_t *answer)
{
	print_fields(answer, 0);
}

const char *answer_text(const json_t *answer, const char *name)
{
	const char *text = json_string_value(json_object_get(answer, name));

	return text ? text : "";
}

/* It begins with a yes of either language, large or small. */
static bool is_yes(const char *line)
{
	static const char *const YES[] = {"y", "Y", "д", "Д"};

	for (size_t i = 0; i < G_N_ELEMENTS(YES); i++)
		if (g_str_has_prefix(line, YES[i]))
			return true;
	return false;
}

bool answer_read_yes(void)
{
	char line[16];

	fflush(stdout);
	return fgets(line, sizeof line, stdin) && is_yes(line);
}

bool answer_agree(GError **error)
{
	printf("%s ", phrase("Set it? [y/N]", "Установить? [д/Н]"));
	if (answer_read_yes())
		return true;
	return error_set(error, ERROR_INVALID, "%s", phrase("Nothing was set.", "Ничего не изменено."));
}

bool answer_check_database(bool json, const json_t *answer, const char *name, GError **error)
{
	if (strcmp(answer_text(answer, name), "damaged") != 0)
		return true;
	return error_reason(error, ERROR_CONFLICT, json ? COMMAND_SAID : "damaged", NULL, "%s",
			    phrase("The database is damaged, and nothing is written any more. Keep a "
				   "copy of its folder and restore a backup; urokd(8) says how.",
				   "База данных повреждена, и больше ничего не записывается. Сохраните "
				   "копию её папки и восстановите резервную копию; как, сказано в "
				   "urokd(8)."));
}
