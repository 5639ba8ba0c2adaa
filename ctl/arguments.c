/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From the table's rows to GLib's, and back into Options. */
#include "arguments.h"

#include "base/error.h"

static void *field_of(const Option *option, const Options *options)
{
	return (char *)options + option->offset;
}

static bool is_flag(const Option *option)
{
	return !option->value.en;
}

static bool is_given(const Option *option, const Options *options)
{
	return is_flag(option) ? *(int *)field_of(option, options) != 0
			       : *(char **)field_of(option, options) != NULL;
}

static void add_entry(GArray *entries, const Option *option, Options *options)
{
	GOptionEntry entry = {
		.long_name = option->name,
		.short_name = option->letter,
		.arg = is_flag(option) ? G_OPTION_ARG_NONE : G_OPTION_ARG_FILENAME,
		.arg_data = field_of(option, options),
	};

	g_array_append_val(entries, entry);
}

/* Words stay the bytes that were typed: in a locale without UTF-8 people have names, too. */
bool arguments_read(int argc, char **argv, Options *ret_options, char ***ret_words, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GArray) entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
	g_autoptr(GError) failure = NULL;
	const GOptionEntry rest = {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY,
				   ret_words, NULL, NULL};

	*ret_options = (Options){0};
	*ret_words = NULL;
	for (const Option *option = TABLE_OPTIONS; option->name; option++)
		add_entry(entries, option, ret_options);
	g_array_append_val(entries, rest);
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, (GOptionEntry *)(void *)entries->data, NULL);
	if (g_option_context_parse(context, &argc, &argv, &failure))
		return true;
	return error_set(error, ERROR_INVALID, "%s.", failure->message);
}

void arguments_clear(Options *options)
{
	for (const Option *option = TABLE_OPTIONS; option->name; option++)
		if (!is_flag(option))
			g_free(*(char **)field_of(option, options));
}

bool arguments_check(const Command *command, const Options *options, guint words, GError **error)
{
	for (const Option *option = TABLE_OPTIONS; option->name; option++)
		if (is_given(option, options) && !table_takes(command, option))
			return error_set(error, ERROR_INVALID,
					 phrase("%s takes no --%s.", "У команды %s нет параметра --%s."),
					 command->name, option->name);
	if (words >= command->least && words <= command->most)
		return true;
	if (!*table_arguments(command))
		return error_set(error, ERROR_INVALID,
				 phrase("%s takes no arguments.", "У команды %s нет аргументов."),
				 command->name);
	return error_set(error, ERROR_INVALID, phrase("It is: urokctl %s %s", "Нужно так: urokctl %s %s"),
			 command->name, table_arguments(command));
}
