/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about the certificate: root's program urok-tls does them, urokd has no part. */
#include "answer.h"
#include "commands.h"

#include <gio/gio.h>
#include <stdio.h>

#define WORDS_MAX 4

/* The one of the same build, beside urokctl's folder; else the installed one. */
static char *program_path(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
	g_autofree char *path =
		folder ? g_build_filename(folder, "../tls/urok-tls", NULL) : g_strdup("");

	if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
		return g_steal_pointer(&path);
	return g_strdup("/usr/lib/urok/urok-tls");
}

/* Its sentences go where ours would; its answer is ours. */
static bool run(const Options *options, const char *command, char **more, GError **error)
{
	g_autofree char *program = program_path();
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	const char *folder = g_getenv("UROK_TLS");
	g_autoptr(GError) failure = NULL;
	g_autoptr(GSubprocess) process = NULL;

	g_ptr_array_add(words, program);
	if (folder) {
		g_ptr_array_add(words, (char *)"--folder");
		g_ptr_array_add(words, (char *)folder);
	}
	if (options->json)
		g_ptr_array_add(words, (char *)"--json");
	g_ptr_array_add(words, (char *)command);
	for (guint i = 0; more && more[i] && i < WORDS_MAX; i++)
		g_ptr_array_add(words, more[i]);
	g_ptr_array_add(words, NULL);
	process = g_subprocess_newv((const char *const *)words->pdata, G_SUBPROCESS_FLAGS_NONE,
				    &failure);
	if (!process)
		return error_set(error, ERROR_UNAVAILABLE, "%s could not be run: %s.", program,
				 failure->message);
	g_subprocess_wait(process, NULL, NULL);
	if (g_subprocess_get_successful(process))
		return true;
	return error_reason(error, ERROR_CONFLICT, COMMAND_SAID, NULL, "%s has said why.", program);
}

bool command_tls_status(Console *console, const Options *options, char **words, GError **error)
{
	return run(options, "status", NULL, error);
}

bool command_tls_import(Console *console, const Options *options, char **words, GError **error)
{
	return run(options, "import", words, error);
}

bool command_tls_own(Console *console, const Options *options, char **words, GError **error)
{
	return run(options, "use-own-ca", NULL, error);
}

bool command_tls_acme(Console *console, const Options *options, char **words, GError **error)
{
	return run(options, "acme", words, error);
}
