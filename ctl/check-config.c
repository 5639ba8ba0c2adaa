/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Is the configuration file right? urokd itself reads it, so that there is one answer. */
#include "answer.h"
#include "commands.h"

#include <gio/gio.h>
#include <stdio.h>

#define CONFIG_FILE "/etc/urok/urok.conf"

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

bool command_check_config(Console *console, const Options *options, char **words, GError **error)
{
	const char *file = words[0] ? words[0] : CONFIG_FILE;
	g_autofree char *daemon = daemon_path();
	g_autofree char *said = NULL;
	g_autoptr(GError) failure = NULL;
	g_autoptr(json_t) answer = NULL;
	g_autoptr(GSubprocess) check =
		g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
				 &failure, daemon, "--check-config", "--config", file, NULL);
	bool right;

	if (!check || !g_subprocess_communicate_utf8(check, NULL, NULL, NULL, &said, &failure))
		return error_set(error, ERROR_UNAVAILABLE, "%s could not be asked: %s.", daemon,
				 failure->message);
	right = g_subprocess_get_successful(check);
	g_strchomp(said);
	if (options->json) {
		answer = json_pack("{s:s, s:b, s:s}", "file", file, "ok", (int)right, "said", said);
		answer_json(answer);
	} else if (right) {
		printf("%s is right.\n", file);
	}
	if (right)
		return true;
	return error_reason(error, ERROR_INVALID, options->json ? COMMAND_SAID : "config", NULL,
			    "%s is not right: %s", file, said);
}
