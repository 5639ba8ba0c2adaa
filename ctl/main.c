/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl: what school IT types. Takes the command line apart and runs one command. */
#include "answer.h"
#include "commands.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_REFUSED 1
#define STATUS_USAGE   2
#define STATUS_SILENCE 3

typedef struct {
	const char *name;      /* one or two words */
	const char *arguments; /* as people see them */
	guint least;
	guint most;
	CommandFunc run;
	const char *what;
} Command;

static const Command COMMANDS[] = {
	{"status", "", 0, 0, command_status, "how the school stands"},
	{"setup-code", "", 0, 0, command_setup_code, "the code of the first start"},
	{"sign-in-link", "LOGIN", 1, 1, command_sign_in_link, "a link that signs a person in once"},
	{"camera list", "", 0, 0, command_camera_list, "the cameras and their state"},
	{"camera add", "NAME ADDRESS", 2, 2, command_camera_add, "try a camera and add it"},
	{"camera probe", "ADDRESS|CAMERA", 1, 1, command_camera_probe, "what a camera gives"},
	{"camera remove", "CAMERA", 1, 1, command_camera_remove, "forget a camera"},
	{"demo", "", 0, 0, command_demo, "furnish an empty school with a demo school"},
	{"log verify", "", 0, 0, command_log_verify, "is the log what was written?"},
	{"database check", "", 0, 0, command_database_check, "read and check every page of the database"},
	{"clock confirm", "", 0, 0, command_clock_confirm, "the machine's time is right"},
	{"clock", "", 0, 0, command_clock, "is the machine's time believed?"},
	{"check-config", "[FILE]", 0, 1, command_check_config, "is the configuration right?"},
};

/* The words of `name` at the front of `words`: how many, or 0. */
static guint match(const char *name, char **words)
{
	g_auto(GStrv) parts = g_strsplit(name, " ", -1);
	guint count = g_strv_length(parts);

	for (guint i = 0; i < count; i++)
		if (g_strcmp0(words[i], parts[i]) != 0)
			return 0;
	return count;
}

static const Command *find_command(char **words, guint *ret_words)
{
	for (size_t i = 0; words && words[0] && i < G_N_ELEMENTS(COMMANDS); i++) {
		guint count = match(COMMANDS[i].name, words);
		guint given = count > 0 ? g_strv_length(words) - count : 0;

		if (count == 0)
			continue;
		if (given < COMMANDS[i].least || given > COMMANDS[i].most)
			return NULL;
		*ret_words = count;
		return &COMMANDS[i];
	}
	return NULL;
}

static char *describe_commands(void)
{
	GString *text = g_string_new("Commands:\n");

	for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
		g_autofree char *call =
			g_strdup_printf("%s %s", COMMANDS[i].name, COMMANDS[i].arguments);

		g_string_append_printf(text, "  %-30s %s\n", call, COMMANDS[i].what);
	}
	g_string_append(text, "\nStatus: 0 done, 1 refused or found wrong, 2 not understood, "
			      "3 urokd does not answer.");
	return g_string_free(text, FALSE);
}

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

static int run(const char *socket_path, const Options *options, char **words)
{
	guint count = 0;
	const Command *command = find_command(words, &count);
	g_autoptr(Console) console = NULL;
	g_autoptr(GError) error = NULL;

	if (!command) {
		fputs("urokctl: this is no command of mine. urokctl --help lists them.\n", stderr);
		return STATUS_USAGE;
	}
	console = console_new(socket_path);
	if (command->run(console, options, words + count, &error))
		return EXIT_SUCCESS;
	return tell_failure(options, error);
}

int main(int argc, char *argv[])
{
	const char *from_environment = g_getenv("UROK_CONTROL");
	g_autofree char *socket_path = NULL;
	g_autofree char *login = NULL;
	g_autofree char *seed = NULL;
	g_autofree char *camera = NULL;
	g_autofree char *commands = describe_commands();
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) error = NULL;
	Options options;
	gboolean json = FALSE;
	gboolean untried = FALSE;
	gboolean version = FALSE;
	const GOptionEntry entries[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &json, "answer as JSON, for programs", NULL},
		{"socket", 0, 0, G_OPTION_ARG_FILENAME, &socket_path,
		 "urokd's control socket (or $UROK_CONTROL)", "PATH"},
		{"login", 0, 0, G_OPTION_ARG_STRING, &login,
		 "of a camera; its password is asked for", "NAME"},
		{"untried", 0, 0, G_OPTION_ARG_NONE, &untried,
		 "add a camera without looking at it first", NULL},
		{"seed", 0, 0, G_OPTION_ARG_STRING, &seed, "of a demo school", "N"},
		{"camera", 0, 0, G_OPTION_ARG_STRING, &camera, "of a demo school", "ADDRESS"},
		{"version", 0, 0, G_OPTION_ARG_NONE, &version, "say which release this is", NULL},
		{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL,
		 "COMMAND [ARGUMENT...]"},
		{0},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	setlocale(LC_ALL, "");
	g_option_context_set_description(context, commands);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "urokctl: %s.\n", error->message);
		return STATUS_USAGE;
	}
	if (version) {
		puts(UROK_VERSION);
		return EXIT_SUCCESS;
	}
	options = (Options){json, login, untried, seed, camera};
	if (!socket_path)
		socket_path = g_strdup(from_environment ? from_environment : CONSOLE_SOCKET);
	return run(socket_path, &options, words);
}
