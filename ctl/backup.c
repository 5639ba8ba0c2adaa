/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about backups: root's program urok-backup does them; urokd makes the recovery key. */
#include "answer.h"
#include "commands.h"
#include "phrase.h"
#include "qr.h"

#include "base/crypto.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* The one of the same build, beside urokctl's folder; else the installed one. */
static char *program_path(const char *built, const char *installed)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
	g_autofree char *path = folder ? g_build_filename(folder, built, NULL) : g_strdup("");

	if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
		return g_steal_pointer(&path);
	return g_strdup(installed);
}

static void add_option(GPtrArray *words, const char *name, const char *value)
{
	if (!value)
		return;
	g_ptr_array_add(words, g_strdup(name));
	g_ptr_array_add(words, g_strdup(value));
}

/* It shows its progress and asks its questions on our terminal; Ctrl-C is for it to end by, and we
 * wait until it has cleaned up. */
static bool run(const Options *options, const char *command, const char *file, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *urokd = program_path("../daemon/app/urokd", "/usr/sbin/urokd");
	g_autoptr(GError) failure = NULL;
	g_autoptr(GSubprocess) process = NULL;

	g_ptr_array_add(words, program_path("../backup/urok-backup", "/usr/lib/urok/urok-backup"));
	add_option(words, "--config", g_getenv("UROK_CONFIG"));
	add_option(words, "--urokd", urokd);
	add_option(words, "--to", options->to);
	add_option(words, "--key", options->key_file);
	add_option(words, "--maker", options->maker);
	add_option(words, "--over", options->over);
	if (options->json)
		g_ptr_array_add(words, g_strdup("--json"));
	g_ptr_array_add(words, g_strdup(command));
	if (file)
		g_ptr_array_add(words, g_strdup(file));
	g_ptr_array_add(words, NULL);
	process = g_subprocess_newv((const char *const *)words->pdata,
				    G_SUBPROCESS_FLAGS_STDIN_INHERIT, &failure);
	if (!process)
		return error_set(error, ERROR_UNAVAILABLE, "urok-backup could not be run: %s.",
				 failure->message);
	signal(SIGINT, SIG_IGN);
	g_subprocess_wait(process, NULL, NULL);
	if (g_subprocess_get_successful(process))
		return true;
	return error_reason(error, ERROR_CONFLICT, COMMAND_SAID, NULL, "urok-backup has said why.");
}

bool command_backup(Console *console, const Options *options, char **words, GError **error)
{
	return run(options, "make", NULL, error);
}

bool command_backup_list(Console *console, const Options *options, char **words, GError **error)
{
	return run(options, "list", NULL, error);
}

bool command_backup_verify(Console *console, const Options *options, char **words, GError **error)
{
	return run(options, "verify", words[0], error);
}

bool command_restore(Console *console, const Options *options, char **words, GError **error)
{
	return run(options, "restore", words[0], error);
}

/* For a phone's camera; a file gets the text alone. */
static void show_qr(const char *secret)
{
	char *lines = isatty(STDOUT_FILENO) ? qr_format(secret) : NULL;

	if (lines)
		fputs(lines, stdout);
	secret_free(lines);
}

bool command_backup_key(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) body = json_object();
	g_autoptr(json_t) answer = NULL;

	if (!console_request(console, "POST", "/api/v1/console/recovery-key", body, &answer, error))
		return false;
	if (options->json) {
		answer_json(answer);
		return true;
	}
	puts(answer_text(answer, "secret"));
	show_qr(answer_text(answer, "secret"));
	printf(phrase("This server's mark, for the same paper: %s\n", "Метка этого сервера, на тот же лист: %s\n"),
	       answer_text(answer, "maker"));
	puts(phrase("This is the recovery key of backups. It is shown once and kept nowhere: write it down or "
		    "print it, and keep it outside of this server. A copy that opens with it is begun now, and "
		    "all later ones do; the key before it opens older ones.",
		    "Это ключ восстановления резервных копий. Он показан один раз и нигде не хранится: запишите "
		    "или напечатайте его и храните не на этом сервере. Копия, которую он открывает, делается уже "
		    "сейчас, и все следующие тоже; более ранние открывает прежний ключ."));
	return true;
}
