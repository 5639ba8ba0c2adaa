/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The folder of copies to another machine, by rsync over SSH. What goes is encrypted; the key that opens
 * the door there is a credential of the unit. */
#include "commands.h"

#include "base/clock.h"
#include "ctl/phrase.h"
#include "mounts.h"
#include "reasons.h"
#include "sent.h"
#include "shelf.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#define SAID_MAX   4096
#define LOOK_BYTES 512
#define NOTE_NAME  "urok-sender"

static void prepare_child(void *data)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* How rsync reaches the other side; it takes the words apart at spaces. */
static char *door(GError **error)
{
	const char *folder = g_getenv("CREDENTIALS_DIRECTORY");

	if (!folder || strchr(folder, ' '))
		return error_null(error, ERROR_UNAVAILABLE,
		                  "There are no credentials here: systemctl start urok-backup-send");
	return g_strdup_printf("ssh -F none -i %s/ssh-key -o UserKnownHostsFile=%s/known-hosts "
	                       "-o StrictHostKeyChecking=yes -o BatchMode=yes -o IdentitiesOnly=yes "
	                       "-o ConnectTimeout=30 -o ServerAliveInterval=30",
	                       folder, folder);
}

/* A run that is to end ends rsync, which goes on next time where it stopped. */
static bool wait_for(Work *work, GSubprocess *rsync, const char *target, GError **error)
{
	GInputStream *errors = g_subprocess_get_stderr_pipe(rsync);
	g_autoptr(GString) said = g_string_new(NULL);
	char look[LOOK_BYTES];
	gssize got;

	while ((got = g_input_stream_read(errors, look, sizeof look, NULL, NULL)) > 0)
		if (said->len < SAID_MAX)
			g_string_append_len(said, look, got);
	g_subprocess_wait(rsync, NULL, NULL);
	if (!work_goes_on(work, error))
		return false;
	if (g_subprocess_get_successful(rsync))
		return true;
	return error_reason(error, ERROR_UNAVAILABLE, REASON_UNSENT, NULL,
	                    "The copies could not be sent to %s: %s", target,
	                    said->len ? g_strstrip(said->str) : "rsync was killed");
}

/* ret_said: the beginning of what it says it does; NULL: it is not asked. */
static bool send(Work *work, const char *shell, const char *const more[], const char *from, const char *to,
                 char **ret_said, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
	        G_SUBPROCESS_FLAGS_STDERR_PIPE |
	        (ret_said ? G_SUBPROCESS_FLAGS_STDOUT_PIPE : G_SUBPROCESS_FLAGS_STDOUT_SILENCE));
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_autoptr(GSubprocess) rsync = NULL;
	g_autoptr(GError) failure = NULL;
	static const char *const WORDS[] = {"rsync", "--chmod=D700,F600", "--mkpath", "-e"};
	char said[SAID_MAX] = "";

	for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++)
		g_ptr_array_add(words, (char *)WORDS[i]);
	g_ptr_array_add(words, (char *)shell);
	for (; *more; more++)
		g_ptr_array_add(words, (char *)*more);
	g_ptr_array_add(words, (char *)"--");
	g_ptr_array_add(words, (char *)from);
	g_ptr_array_add(words, (char *)to);
	g_ptr_array_add(words, NULL);
	g_subprocess_launcher_set_child_setup(launcher, prepare_child, NULL, NULL);
	rsync = g_subprocess_launcher_spawnv(launcher, (const char *const *)words->pdata, &failure);
	if (!rsync)
		return error_reason(error, ERROR_UNAVAILABLE, CRYPT_PROGRAM, NULL,
		                    "rsync could not be started: %s. Is the package rsync installed?",
		                    failure->message);
	if (!wait_for(work, rsync, to, error))
		return false;
	if (ret_said) {
		(void)g_input_stream_read_all(g_subprocess_get_stdout_pipe(rsync), said, sizeof said - 1, NULL, NULL,
		                              NULL);
		*ret_said = g_strdup(said);
	}
	return true;
}

/* --- Whose folder it is --- */

static bool refuse_other(const char *target, GError **error)
{
	return error_reason(error, ERROR_CONFLICT, REASON_OTHERS, NULL,
	                 phrase("Another server sends its copies to %s: nothing was sent. Give this one a folder of "
	                        "its own there ([backup] send in urok.conf). If that server is no more and this one "
	                        "took its place, remove the file %s there",
	                        "В папку %s отправляет свои копии другой сервер: ничего не отправлено. Выделите этому "
	                        "серверу свою папку ([backup] send в urok.conf). Если того сервера больше нет и этот "
	                        "его заменил, удалите там файл %s"),
	                 target, NOTE_NAME);
}

/* The first server to come leaves its name there. It is not read back, as a door may let things in alone: asked
 * what it would change, rsync tells whether the other side's name is this one. */
static bool claim(Work *work, const char *shell, const char *target, const char *scratch, GError **error)
{
	static const char *const LEAVING[] = {"--ignore-existing", NULL};
	static const char *const ASKING[] = {"--dry-run", "--checksum", "--itemize-changes", NULL};
	g_autofree char *sender = sent_sender(work, error);
	g_autofree char *note = g_build_filename(scratch, NOTE_NAME, NULL);
	g_autofree char *there = g_strconcat(target, "/", NULL);
	g_autofree char *said = NULL;

	if (!sender || !work_write_file(note, sender, strlen(sender), 0600, error) ||
	    !send(work, shell, LEAVING, note, there, NULL, error) ||
	    !send(work, shell, ASKING, note, there, &said, error))
		return false;
	return !strstr(said, NOTE_NAME) || refuse_other(target, error);
}

/* --- The folder --- */

/* Nothing is taken away there but what is listed; nothing goes there but what belongs to copies. */
static char *write_rules(const GPtrArray *gone, const char *scratch, GError **error)
{
	g_autofree char *path = g_build_filename(scratch, "rules", NULL);
	g_autoptr(GString) rules = g_string_new(NULL);

	for (guint i = 0; i < gone->len; i++)
		g_string_append_printf(rules, "risk /%s\n", (const char *)gone->pdata[i]);
	g_string_append(rules, "protect *\nshow /urok-*.backup\nshow /packs/\nshow /packs/*.pack\n"
	                       "show /" LEDGER_NAME "\nshow /" PROOFS_NAME "\nhide *\n");
	return work_write_file(path, rules->str, rules->len, 0600, error) ? g_steal_pointer(&path) : NULL;
}

/* Parts before the descriptions that need them, and only then what is past its time goes there too: the
 * other side always holds whole copies. */
static bool send_folder(Work *work, const char *shell, const char *target, const char *rules, GError **error)
{
	static const char *const PARTS[] = {"--recursive", "--times", "--partial", "--include=/*.pack", "--exclude=*",
	                                    NULL};
	g_autofree char *merge = g_strconcat("--filter=merge ", rules, NULL);
	const char *const all_words[] = {"--recursive", "--times", "--partial", merge, "--delete-after", NULL};
	g_autofree char *packs = g_build_filename(work->folder, "packs/", NULL);
	g_autofree char *packs_there = g_strconcat(target, "/packs/", NULL);
	g_autofree char *all = g_strconcat(work->folder, "/", NULL);
	g_autofree char *all_there = g_strconcat(target, "/", NULL);

	return send(work, shell, PARTS, packs, packs_there, NULL, error) &&
	       send(work, shell, all_words, all, all_there, NULL, error);
}

static bool send_claimed(Work *work, const char *shell, const char *target, const char *scratch, GError **error)
{
	g_autoptr(json_t) sent = sent_begin(work, target, error);
	g_autoptr(GPtrArray) gone = sent ? sent_superseded(work, sent, error) : NULL;
	g_autofree char *rules = gone ? write_rules(gone, scratch, error) : NULL;

	return rules && send_folder(work, shell, target, rules, error) && sent_end(work, sent, gone, error);
}

static bool send_all(Work *work, const char *where, GError **error)
{
	g_autofree char *target = g_strdup(where);
	g_autofree char *shell = door(error);
	g_autofree char *scratch = shell ? work_scratch(work, "copy", error) : NULL;
	bool done;

	if (!scratch)
		return false;
	while (g_str_has_suffix(target, "/"))
		target[strlen(target) - 1] = '\0';
	work_begin(work, "send", 0);
	done = claim(work, shell, target, scratch, error) && send_claimed(work, shell, target, scratch, error);
	work_remove(scratch);
	return done;
}

static bool check(Work *work, const char *target, GError **error)
{
	g_auto(GStrv) names = NULL;

	if (!*target || *target == '-' || !strchr(target, ':'))
		return error_set(error, ERROR_INVALID,
		                 "Say in urok.conf where copies are sent: [backup] send=user@host:/folder");
	if (!mounts_check(work, work->folder, error))
		return false;
	names = shelf_list(work->folder, error);
	return names && (names[0] || error_reason(error, ERROR_NOT_FOUND, REASON_NONE, NULL,
	                                          "There is no copy in %s to be sent", work->folder));
}

bool command_send(Work *work, const Wishes *wishes, GError **error)
{
	const char *target = work->config->backup_send;
	g_autoptr(GError) failure = NULL;
	bool done = check(work, target, &failure) && send_all(work, target, &failure);
	char at[TIME_TEXT_SIZE];

	clock_format(clock_wall_ms(), at);
	if (done || !g_str_equal(error_reason_of(failure), WORK_CANCELLED)) {
		json_t *sent = work_told(json_pack("{ss ss}", "at", at, "to", target), failure);

		(void)work_report(work, json_pack("{so}", "sent", sent), NULL);
	}
	if (done)
		printf(phrase("The copies are at %s.\n", "Копии отправлены: %s.\n"), target);
	else
		g_propagate_error(error, g_steal_pointer(&failure));
	return done;
}
