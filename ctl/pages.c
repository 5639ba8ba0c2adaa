/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows of the table as roff and as bash. */
#include "pages.h"

#include <string.h>

static const char *text_of(const Text *text, bool russian)
{
	return russian ? text->ru : text->en;
}

/* --- The manual page: groff_man(7) --- */

/* Minus signs that are typed, and no line that roff takes for a request. */
static void append_escaped(GString *page, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\')
			g_string_append(page, "\\e");
		else if (*text == '-')
			g_string_append(page, "\\-");
		else
			g_string_append_c(page, *text);
	}
}

/* `Words` in backticks are bold; each sentence begins on a line of its own. */
static void append_prose(GString *page, const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "`", -1);

	for (guint i = 0; parts[i]; i++) {
		if (i % 2 == 1) {
			g_string_append(page, "\\fB");
			append_escaped(page, parts[i]);
			g_string_append(page, "\\fR");
			continue;
		}
		for (char *at = parts[i], *end; *at; at = end) {
			char *stop = strstr(at, ". ");

			end = stop ? stop + 2 : at + strlen(at);
			g_string_append_len(page, at, stop ? stop + 1 - at : end - at);
			if (stop)
				g_string_append_c(page, '\n');
		}
	}
	g_string_append_c(page, '\n');
}

/* "camera add" as a sentence's beginning: "Try a camera and add it." */
static void append_what(GString *page, const char *what)
{
	g_autofree char *first = g_utf8_substring(what, 0, 1);
	g_autofree char *capital = g_utf8_strup(first, -1);
	g_autofree char *sentence =
		g_strconcat(capital, what + strlen(first), g_str_has_suffix(what, "?") ? "" : ".", NULL);

	append_prose(page, sentence);
}

static void append_option(GString *page, const Option *option, bool russian)
{
	const char *value = text_of(&option->value, russian);

	g_string_append(page, ".TP\n\\fB");
	if (option->letter)
		g_string_append_printf(page, "\\-%c\\fR, \\fB", option->letter);
	append_escaped(page, "--");
	append_escaped(page, option->name);
	g_string_append(page, "\\fR");
	if (value)
		g_string_append_printf(page, " \\fI%s\\fR", value);
	g_string_append_c(page, '\n');
	append_what(page, text_of(&option->what, russian));
}

static void append_options_of(GString *page, const Command *command, bool russian)
{
	bool begun = false;

	for (const Option *option = TABLE_OPTIONS; option->name; option++) {
		if (table_is_common(option) || !table_takes(command, option))
			continue;
		if (!begun)
			g_string_append(page, ".RS\n");
		begun = true;
		append_option(page, option, russian);
	}
	if (begun)
		g_string_append(page, ".RE\n");
}

static void append_commands(GString *page, bool russian)
{
	for (const Command *command = TABLE_COMMANDS; command->name; command++) {
		const char *arguments = text_of(&command->arguments, russian);
		const char *heading = text_of(&command->heading, russian);

		if (!command->what.en)
			continue;
		if (heading)
			g_string_append_printf(page, ".SS %s\n", heading);
		g_string_append(page, ".TP\n\\fB");
		append_escaped(page, command->name);
		g_string_append(page, "\\fR");
		if (arguments)
			g_string_append_printf(page, " \\fI%s\\fR", arguments);
		g_string_append_c(page, '\n');
		append_what(page, text_of(&command->what, russian));
		if (command->more.en)
			append_prose(page, text_of(&command->more, russian));
		append_options_of(page, command, russian);
	}
}

char *pages_manual(const char *template, bool russian)
{
	g_auto(GStrv) lines = g_strsplit(template, "\n", -1);
	GString *page = g_string_new(NULL);

	for (guint i = 0; lines[i]; i++) {
		if (g_str_equal(lines[i], "@COMMANDS@")) {
			append_commands(page, russian);
		} else if (g_str_equal(lines[i], "@OPTIONS@")) {
			for (const Option *option = TABLE_OPTIONS; option->name; option++)
				if (table_is_common(option))
					append_option(page, option, russian);
		} else if (lines[i + 1]) {
			g_string_append_printf(page, "%s\n", lines[i]);
		}
	}
	return g_string_free(page, FALSE);
}

/* --- The completion of bash(1) --- */

static const char COMPLETION_BEGIN[] =
	"# SPDX-License-Identifier: LGPL-2.1-or-later\n"
	"# Completion of urokctl's commands for bash, made from its table when Urok was built.\n"
	"\n"
	"_urokctl()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
	"\tlocal said= offered= count=0 i row name options offers kind\n"
	"\tlocal -a common rows\n";

static const char COMPLETION_END[] =
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t-*) [[ \" ${valued[*]} \" == *\" ${COMP_WORDS[i]} \"* ]] && ((i++)) ;;\n"
	"\t\t*) said+=\"${COMP_WORDS[i]} \" ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tif [[ \" ${valued[*]} \" == *\" $before \"* ]]; then\n"
	"\t\t[[ $before == --socket ]] && compopt -o filenames 2>/dev/null\n"
	"\t\t[[ $before == --socket ]] && COMPREPLY=($(compgen -f -- \"$cur\"))\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t[[ $said == \"help \"* ]] && said=${said#help }\n"
	"\tfor row in \"${rows[@]}\"; do\n"
	"\t\tIFS='|' read -r name options offers <<<\"$row\"\n"
	"\t\tif [[ \"$name \" == \"$said\"* && \"$name \" != \"$said\" ]]; then\n"
	"\t\t\tname=${name#\"$said\"}\n"
	"\t\t\t[[ \"$offered \" == *\" ${name%% *} \"* ]] || offered+=\" ${name%% *}\"\n"
	"\t\telif [[ $said == \"$name \"* && ${#name} -gt $count ]]; then\n"
	"\t\t\tcount=${#name}\n"
	"\t\t\tcommon=(\"${common[@]:0:4}\" $options)\n"
	"\t\t\tkind=$offers\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif [[ $cur == -* ]]; then\n"
	"\t\toffered=${common[*]}\n"
	"\telif [[ $count -gt 0 ]]; then\n"
	"\t\tfor i in $kind; do\n"
	"\t\t\tif [[ $i == file ]]; then\n"
	"\t\t\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	"\t\t\telse\n"
	"\t\t\t\toffered+=\" $(\"${COMP_WORDS[0]}\" complete \"$i\" 2>/dev/null)\"\n"
	"\t\t\tfi\n"
	"\t\tdone\n"
	"\tfi\n"
	"\tCOMPREPLY+=($(compgen -W \"$offered\" -- \"$cur\"))\n"
	"}\n"
	"complete -F _urokctl urokctl\n";

static void append_option_names(GString *script, const Command *command, bool common)
{
	for (const Option *option = TABLE_OPTIONS; option->name; option++)
		if (command ? table_takes(command, option) && !table_is_common(option)
			    : table_is_common(option) == common)
			g_string_append_printf(script, " --%s", option->name);
}

char *pages_completion(void)
{
	GString *script = g_string_new(COMPLETION_BEGIN);

	g_string_append(script, "\tcommon=(");
	append_option_names(script, NULL, true);
	g_string_append(script, " )\n\tlocal -a valued=(");
	for (const Option *option = TABLE_OPTIONS; option->name; option++)
		if (option->value.en)
			g_string_append_printf(script, " --%s", option->name);
	g_string_append(script, " )\n\trows=('help||'\n");
	for (const Command *command = TABLE_COMMANDS; command->name; command++) {
		if (!command->what.en)
			continue;
		g_string_append_printf(script, "\t\t'%s|", command->name);
		append_option_names(script, command, false);
		g_string_append_printf(script, "|%s'\n", command->offers ? command->offers : "");
	}
	g_string_append(script, "\t)\n");
	g_string_append(script, COMPLETION_END);
	return g_string_free(script, FALSE);
}
