/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl: what school IT types. Reads the command line by the table and runs one command. */
#include "answer.h"
#include "arguments.h"
#include "help.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_REFUSED 1
#define STATUS_USAGE   2
#define STATUS_SILENCE 3

static int tell_failure(const Options *options, const GError *error)
{
	if (strcmp(error_reason_of(error), COMMAND_SAID) == 0)
		return STATUS_REFUSED;
	if (options->json) {
		g_autoptr(json_t) answer = json_pack("{s:s}", "error", error->message);

		if (answer)
			answer_json(answer);
	} else {
		fprintf(stderr, "urokctl: %s\n", error->message);
	}
	return error_is(error, ERROR_UNAVAILABLE) ? STATUS_SILENCE : STATUS_REFUSED;
}

static int refuse(const char *sentence)
{
	fprintf(stderr, "urokctl: %s\n", sentence);
	return STATUS_USAGE;
}

static int refuse_command(void)
{
	return refuse(phrase("this is no command of mine. urokctl --help lists them.",
			     "такой команды нет. Все команды: urokctl --help"));
}

/* `words` are behind «help», or those with --help behind them. */
static int help(char **words)
{
	guint count = 0;
	const Command *command = table_find(words, &count);

	if (!words || !words[0]) {
		help_all();
		return EXIT_SUCCESS;
	}
	if (!command)
		return refuse_command();
	help_command(command);
	return EXIT_SUCCESS;
}

static const char *socket_path(const Options *options)
{
	const char *from_environment = g_getenv("UROK_CONTROL");

	if (options->socket)
		return options->socket;
	return from_environment ? from_environment : CONSOLE_SOCKET;
}

static int run(const Options *options, char **words)
{
	guint count = 0;
	const Command *command = table_find(words, &count);
	g_autoptr(Console) console = NULL;
	g_autoptr(GError) error = NULL;

	if (!command)
		return refuse_command();
	if (!arguments_check(command, options, g_strv_length(words + count), &error))
		return refuse(error->message);
	console = console_new(socket_path(options));
	if (command->run(console, options, words + count, &error))
		return EXIT_SUCCESS;
	return tell_failure(options, error);
}

int main(int argc, char *argv[])
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) error = NULL;
	Options options;
	int status;

	setlocale(LC_ALL, "");
	if (!arguments_read(argc, argv, &options, &words, &error))
		status = refuse(error->message);
	else if (options.help)
		status = help(words);
	else if (options.version)
		status = puts(UROK_VERSION) < 0;
	else if (words && strcmp(words[0], "help") == 0)
		status = help(words + 1);
	else
		status = run(&options, words);
	arguments_clear(&options);
	return status;
}
