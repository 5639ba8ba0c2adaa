/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Help on the terminal, in the language of the locale. */
#include "help.h"

#include <stdio.h>

#define INDENT	  2
#define COLUMN	  32
#define TEXT_WIDE 78

static void print_option(const Option *option)
{
	const char *value = phrase_of(&option->value);
	g_autofree char *letter = option->letter ? g_strdup_printf("-%c, ", option->letter) : g_strdup("");
	g_autofree char *text = g_strdup_printf("%*s%s--%s%s%s", INDENT, "", letter, option->name,
						value ? " " : "", value ? value : "");

	phrase_pad(text, COLUMN);
	puts(phrase_of(&option->what));
}

static void print_command(const Command *command)
{
	g_autofree char *text = g_strdup_printf("%*s%s %s", INDENT, "", command->name,
						table_arguments(command));

	phrase_pad(g_strchomp(text), COLUMN);
	puts(phrase_of(&command->what));
}

static void print_statuses(void)
{
	puts(phrase("\nStatus: 0 done, 1 refused or found wrong, 2 not understood, "
		    "3 urokd does not answer.\nThe manual: man urokctl",
		    "\nКод завершения: 0 — сделано, 1 — отказ или найдена ошибка, 2 — команда не "
		    "понята,\n3 — urokd не отвечает. Руководство: man urokctl"));
}

void help_all(void)
{
	puts(phrase("Usage: urokctl COMMAND [ARGUMENT...] [OPTION...]\n"
		    "       urokctl help COMMAND",
		    "Вызов: urokctl КОМАНДА [АРГУМЕНТ...] [ПАРАМЕТР...]\n"
		    "       urokctl help КОМАНДА"));
	for (const Command *command = TABLE_COMMANDS; command->name; command++) {
		if (!command->what.en)
			continue;
		if (command->heading.en)
			printf("\n%s\n", phrase_of(&command->heading));
		print_command(command);
	}
	puts(phrase("\nOptions of every command", "\nПараметры всех команд"));
	for (const Option *option = TABLE_OPTIONS; option->name; option++)
		if (table_is_common(option))
			print_option(option);
	print_statuses();
}

/* Words are kept whole; `backticks` are for the manual. */
static void print_wrapped(const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	glong column = 0;

	for (guint i = 0; words[i]; i++) {
		g_auto(GStrv) parts = g_strsplit(words[i], "`", -1);
		g_autofree char *word = g_strjoinv("", parts);
		glong length = g_utf8_strlen(word, -1);

		if (column > 0 && column + 1 + length > TEXT_WIDE) {
			puts("");
			column = 0;
		}
		column += printf("%s", column > 0 ? " " : "") + length;
		printf("%s", word);
	}
	puts("");
}

void help_command(const Command *command)
{
	bool headed = false;

	printf("%s urokctl %s %s\n\n", phrase("Usage:", "Вызов:"), command->name,
	       table_arguments(command));
	if (command->what.en)
		printf("%s %s\n\n", command->name, phrase_of(&command->what));
	if (command->more.en)
		print_wrapped(phrase_of(&command->more));
	for (const Option *option = TABLE_OPTIONS; option->name; option++) {
		if (table_is_common(option) || !table_takes(command, option))
			continue;
		if (!headed)
			puts(phrase("\nOptions", "\nПараметры"));
		headed = true;
		print_option(option);
	}
}
