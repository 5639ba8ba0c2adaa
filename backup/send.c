/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The folder of copies to another machine, by rsync over SSH. What goes is encrypted; the key that opens
 * the door there is a credential of the unit. */
#include "commands.h"

#include "base/clock.h"
#include "ctl/phrase.h"
#include "mounts.h"
#include "shelf.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#define SAID_MAX   4096
#define LOOK_BYTES 512

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
	return error_set(error, ERROR_UNAVAILABLE, "The copies could not be sent to %s: %s", target,
	                 said->len ? g_strstrip(said->str) : "rsync was killed");
}

static bool send(Work *work, const char *shell, const char *const more[], const char *from,
                 const char *to, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher =
	        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_autoptr(GSubprocess) rsync = NULL;
	g_autoptr(GError) failure = NULL;
	static const char *const WORDS[] = {"rsync", "--recursive", "--times", "--chmod=D700,F600",
	                                    "--partial", "--mkpath", "--exclude=.half-*", "--exclude=*.half", "-e"};

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
		return error_set(error, ERROR_UNAVAILABLE,
		                 "rsync could not be started: %s. Is the package rsync installed?",
		                 failure->message);
	return wait_for(work, rsync, to, error);
}

/* Parts before the descriptions that need them, and only then what is past its time goes there too: the
 * other side always holds whole copies. */
static bool send_all(Work *work, const char *target, GError **error)
{
	static const char *const NOTHING[] = {NULL};
	static const char *const REMOVING[] = {"--delete-after", NULL};
	g_autofree char *shell = door(error);
	g_autofree char *packs = g_build_filename(work->folder, "packs/", NULL);
	g_autofree char *packs_there = g_strconcat(target, "/packs/", NULL);
	g_autofree char *all = g_strconcat(work->folder, "/", NULL);
	g_autofree char *all_there = g_strconcat(target, "/", NULL);

	work_begin(work, "send", 0);
	return shell && send(work, shell, NOTHING, packs, packs_there, error) &&
	       send(work, shell, REMOVING, all, all_there, error);
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
	/* An empty folder would empty the other one. */
	return names && (names[0] || error_set(error, ERROR_NOT_FOUND, "There is no copy in %s to be sent",
	                                       work->folder));
}

bool command_send(Work *work, const Wishes *wishes, GError **error)
{
	const char *target = work->config->backup_send;
	g_autoptr(GError) failure = NULL;
	bool done = check(work, target, &failure) && send_all(work, target, &failure);
	char at[TIME_TEXT_SIZE];

	clock_format(clock_wall_ms(), at);
	if (done || !g_str_equal(error_reason_of(failure), WORK_CANCELLED))
		(void)work_report(work,
		                  json_pack("{s{ss ss so}}", "sent", "at", at, "to", target, "failure",
		                            json_text_or_null(failure ? failure->message : NULL)),
		                  NULL);
	if (done)
		printf(phrase("The copies are at %s.\n", "Копии отправлены: %s.\n"), target);
	else
		g_propagate_error(error, g_steal_pointer(&failure));
	return done;
}
