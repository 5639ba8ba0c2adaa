/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Is the configuration right, and take a new one. urokd itself reads it, so that there is one answer. */
#include "answer.h"
#include "check-config.h"
#include "commands.h"
#include "phrase.h"

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>

/* The one of the same build, beside urokctl or in the build's folder; else the installed one. */
static char *daemon_path(void)
{
	static const char *const beside[] = {"urokd", "../daemon/app/urokd", "../sbin/urokd"};
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;

	for (size_t i = 0; folder && i < G_N_ELEMENTS(beside); i++) {
		g_autofree char *path = g_build_filename(folder, beside[i], NULL);

		if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
			return g_steal_pointer(&path);
	}
	return g_strdup("/usr/sbin/urokd");
}

/* Lines like "FILE:LINE: sentence"; what has no line says "FILE: sentence". */
static json_t *problem_json(const char *text)
{
	g_autoptr(GRegex) shape = g_regex_new("^(.+?):(?:(\\d+):)? (.+)$", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *file = NULL;
	g_autofree char *line = NULL;
	g_autofree char *said = NULL;

	if (!g_regex_match(shape, text, 0, &match))
		return json_pack("{s:n, s:n, s:s}", "file", "line", "said", text);
	file = g_match_info_fetch(match, 1);
	line = g_match_info_fetch(match, 2);
	said = g_match_info_fetch(match, 3);
	return json_pack("{s:s, s:o, s:s}", "file", file, "line",
			 *line ? json_integer(atoi(line)) : json_null(), "said", said);
}

static json_t *problems_json(const char *said)
{
	g_auto(GStrv) lines = g_strsplit(said, "\n", -1);
	json_t *problems = json_array();

	for (guint i = 0; lines[i]; i++)
		if (*lines[i])
			json_array_append_new(problems, problem_json(lines[i]));
	return problems;
}

bool check_config_run(const char *file, char **ret_said, GError **error)
{
	g_autofree char *daemon = daemon_path();
	g_autoptr(GError) failure = NULL;
	g_autoptr(GSubprocess) check =
		g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
				 &failure, daemon, "--check-config", "--config", file, NULL);

	if (!check || !g_subprocess_communicate_utf8(check, NULL, NULL, NULL, ret_said, &failure))
		return error_set(error, ERROR_UNAVAILABLE,
				 phrase("%s could not be asked: %s.", "Не удалось спросить %s: %s."),
				 daemon, failure->message);
	g_strchomp(*ret_said);
	if (!g_subprocess_get_successful(check) && !**ret_said)
		return error_set(error, ERROR_UNAVAILABLE,
				 phrase("%s ended without an answer.", "%s не ответил."), daemon);
	if (g_subprocess_get_successful(check))
		**ret_said = '\0';
	return true;
}

bool command_check_config(Console *console, const Options *options, char **words, GError **error)
{
	const char *file = words[0] ? words[0] : CONFIG_FILE;
	g_autofree char *said = NULL;
	g_autoptr(json_t) answer = NULL;

	if (!check_config_run(file, &said, error))
		return false;
	if (options->json) {
		answer = json_pack("{s:s, s:b, s:s, s:o}", "file", file, "ok", !*said, "said", said,
				   "problems", problems_json(said));
		answer_json(answer);
	} else if (!*said) {
		printf(phrase("%s is right.\n", "%s: ошибок нет.\n"), file);
	}
	if (!*said)
		return true;
	return error_reason(error, ERROR_INVALID, options->json ? COMMAND_SAID : "config", NULL,
			    phrase("%s is not right:\n%s", "%s: есть ошибки:\n%s"), file, said);
}

/* --- Reload --- */

static void print_list(const char *heading, const json_t *keys)
{
	json_t *key;
	size_t i;

	if (json_array_size(keys) > 0)
		puts(heading);
	json_array_foreach(keys, i, key)
		printf("  %s\n", json_is_string(key) ? json_string_value(key) : "");
}

static void print_reloaded(const json_t *answer)
{
	const json_t *changed = json_object_get(answer, "changed");
	const json_t *restart = json_object_get(answer, "restart");

	if (json_array_size(changed) == 0 && json_array_size(restart) == 0)
		puts(phrase("The configuration was read; nothing changed.",
			    "Конфигурация прочитана, изменений нет."));
	print_list(phrase("Changed:", "Изменено:"), changed);
	print_list(phrase("Needs a restart (systemctl restart urokd):",
			  "Требует перезапуска (systemctl restart urokd):"),
		   restart);
}

bool command_reload(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) body = json_object();
	g_autoptr(json_t) answer = NULL;

	if (!console_request(console, "POST", "/api/v1/console/reload", body, &answer, error))
		return false;
	if (options->json)
		answer_json(answer);
	else if (json_is_true(json_object_get(answer, "ok")))
		print_reloaded(answer);
	if (json_is_true(json_object_get(answer, "ok")))
		return true;
	if (!options->json)
		print_list(phrase("The new configuration is wrong:", "В новой конфигурации ошибки:"),
			   json_object_get(answer, "problems"));
	return error_reason(error, ERROR_INVALID, options->json ? COMMAND_SAID : "config", NULL, "%s",
			    phrase("It was refused, the old one goes on.",
				   "Она не принята, действует прежняя."));
}
