/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The proof: the newest copy becomes a school in a folder of its own, a second urokd that speaks to
 * nobody runs on it, and says whether it is whole. */
#include "commands.h"

#include "base/clock.h"
#include "base/log.h"
#include "ctl/console.h"
#include "ctl/phrase.h"
#include "reasons.h"
#include "rebuilt.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SAID_MAX 8192

typedef struct {
	Work *work;
	const Wishes *wishes;
	Night *night;
	char *scratch;
	char *control;
	GSubprocess *urokd;
	json_int_t events;
} Proof;

static void prepare_child(void *data)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static bool write_config(const Proof *self, const char *path, GError **error)
{
	const char *at = self->scratch;
	g_autofree char *text = g_strdup_printf(
	        "[paths]\ndata=%s/data\nfiles=%s/files\nruntime=%s/run\nmedia=%s/media\n"
	        "[sockets]\nrest=%s/run/r\nlive=%s/run/l\ncontrol=%s\nmetrics=%s/run/m\n"
	        "[network]\nannounce=no\n[broadcast]\nlauncher=children\n[jobs]\nlauncher=children\n"
	        "[health]\ndisks=%s/none\ncertificate=%s/none\n",
	        at, at, at, at, at, at, self->control, at, at, at);

	return work_write_file(path, text, strlen(text), 0600, error);
}

/* Its last words are the reason. */
static bool fail_start(Proof *self, const char *said, GError **error)
{
	const char *last = strstr(said, "cannot");

	g_subprocess_wait(self->urokd, NULL, NULL);
	return error_reason(error, ERROR_INTERNAL, REASON_START, NULL,
	                    "urokd does not start on the restored school: %s", last ? last : said);
}

static bool wait_ready(Proof *self, GError **error)
{
	GInputStream *errors = g_subprocess_get_stderr_pipe(self->urokd);
	char said[SAID_MAX] = "";
	size_t size = 0;

	while (size < sizeof said - 1) {
		gssize got = g_input_stream_read(errors, said + size, sizeof said - 1 - size, NULL, NULL);

		if (got <= 0)
			break;
		size += (size_t)got;
		said[size] = '\0';
		if (strstr(said, "is ready"))
			return true;
	}
	return fail_start(self, said, error);
}

static bool start(Proof *self, GError **error)
{
	g_autofree char *config = g_build_filename(self->scratch, "urok.conf", NULL);
	g_autofree char *run = g_build_filename(self->scratch, "run", NULL);
	g_autoptr(GSubprocessLauncher) launcher =
	        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
	g_autoptr(GError) failure = NULL;

	if (!work_make_folder(run, 0700, error) || !write_config(self, config, error))
		return false;
	/* A service manager's words to us are not for it. */
	g_subprocess_launcher_unsetenv(launcher, "NOTIFY_SOCKET");
	g_subprocess_launcher_unsetenv(launcher, "LISTEN_FDS");
	g_subprocess_launcher_unsetenv(launcher, "LISTEN_PID");
	g_subprocess_launcher_unsetenv(launcher, "WATCHDOG_USEC");
	g_subprocess_launcher_unsetenv(launcher, "JOURNAL_STREAM");
	g_subprocess_launcher_set_child_setup(launcher, prepare_child, NULL, NULL);
	self->urokd = g_subprocess_launcher_spawn(launcher, &failure, self->wishes->urokd, "--proof",
	                                          "--config", config, NULL);
	if (!self->urokd)
		return error_reason(error, ERROR_UNAVAILABLE, CRYPT_PROGRAM, NULL, "%s could not be started: %s",
		                    self->wishes->urokd, failure->message);
	return wait_ready(self, error);
}

/* --- What it is asked --- */

static bool check_log(Proof *self, Console *console, GError **error)
{
	g_autoptr(json_t) body = json_object();
	g_autoptr(json_t) verdict = NULL;
	const json_t *events = json_object_get(json_object_get(self->night->head, "tables"), "event");
	json_int_t wanted = json_integer_value(json_object_get(events, "rows"));

	if (!console_request(console, "POST", "/api/v1/console/log-verification", body, &verdict, error))
		return false;
	self->events = json_integer_value(json_object_get(verdict, "events"));
	if (!json_is_true(json_object_get(verdict, "ok")))
		return error_reason(error, ERROR_INTERNAL, REASON_LOG, NULL,
		                    "The restored log is not what was written");
	return self->events == wanted ||
	       error_reason(error, ERROR_INTERNAL, REASON_LOG, NULL,
	                    "The restored log has %" G_GINT64_FORMAT " events instead of %" G_GINT64_FORMAT,
	                    (gint64)self->events, (gint64)wanted);
}

static bool check_pages(Console *console, GError **error)
{
	g_autoptr(json_t) body = json_object();
	g_autoptr(json_t) answer = NULL;

	if (!console_request(console, "POST", "/api/v1/console/database-check", body, &answer, error))
		return false;
	return strcmp(night_text(answer, NULL, "state"), "whole") == 0 ||
	       error_reason(error, ERROR_INTERNAL, REASON_DATABASE, NULL, "The restored database is damaged");
}

static bool ask(Proof *self, GError **error)
{
	g_autoptr(Console) console = console_new(self->control);

	work_begin(self->work, "prove", 0);
	return check_log(self, console, error) && work_goes_on(self->work, error) &&
	       check_pages(console, error);
}

static bool stop(Proof *self, GError **error)
{
	g_subprocess_send_signal(self->urokd, SIGTERM);
	g_subprocess_wait(self->urokd, NULL, NULL);
	return g_subprocess_get_successful(self->urokd) ||
	       error_reason(error, ERROR_INTERNAL, REASON_START, NULL,
	                    "urokd did not end well on the restored school");
}

/* --- All of it --- */

static char *newest(const Work *work, GError **error)
{
	g_auto(GStrv) names = shelf_list(work->folder, error);

	if (!names)
		return NULL;
	if (!names[0]) {
		error_reason(error, ERROR_NOT_FOUND, REASON_NONE, NULL,
		             "There is no backup in %s to be proven. Make one: urokctl backup", work->folder);
		return NULL;
	}
	return g_build_filename(work->folder, names[0], NULL);
}

/* An old copy under a new name would be proven instead of the newest. A person may rename one. */
static bool check_name(const Proof *self, const char *path, GError **error)
{
	g_autofree char *name = g_path_get_basename(path);

	return self->wishes->file || !self->night->is_signed ||
	       strcmp(night_text(self->night->head, NULL, "name"), name) == 0 ||
	       error_reason(error, ERROR_INVALID, CRYPT_FOREIGN, NULL,
	                    "%s is an older copy under another name: it was made as %s", name,
	                    night_text(self->night->head, NULL, "name"));
}

static bool prove(Proof *self, int key_fd, const char *path, GError **error)
{
	Work *work = self->work;
	g_autofree char *shelf = g_path_get_dirname(path);
	g_autofree char *data = NULL;

	self->night = shelf_read(path, key_fd, error);
	self->scratch = self->night ? work_scratch(work, "proof", error) : NULL;
	if (!self->scratch || !check_name(self, path, error) ||
	    !shelf_check_maker(work, self->night, self->wishes->maker, true, error) ||
	    !rebuilt_check_version(work, self->night, error) ||
	    !shelf_check_packs(shelf, self->night, error) ||
	    !work_check_space(self->scratch, night_count(self->night, "database", "bytes"), error))
		return false;
	data = g_build_filename(self->scratch, "data", NULL);
	/* A path of a socket has 107 bytes. */
	self->control = g_build_filename(self->scratch, "run/c", NULL);
	return work_make_folder(data, 0700, error) &&
	       rebuilt_make(work, shelf, self->night, key_fd, data, NULL, error) &&
	       start(self, error) && ask(self, error) && stop(self, error);
}

/* A key or a program that is missing says nothing of the copy. */
static bool is_verdict(const GError *failure)
{
	return !failure || !(error_is(failure, ERROR_NO_SPACE) || error_is(failure, ERROR_UNAVAILABLE) ||
	                     error_is(failure, ERROR_NOT_FOUND) || error_is(failure, ERROR_CONFLICT) ||
	                     g_str_equal(error_reason_of(failure), CRYPT_NO_KEY));
}

static bool report(Proof *self, const char *path, const GError *failure, GError **error)
{
	g_autofree char *name = path ? g_path_get_basename(path) : NULL;
	char at[TIME_TEXT_SIZE];
	json_t *proof;
	json_t *news;

	clock_format(clock_wall_ms(), at);
	proof = json_pack("{ss so so sI}", "at", at, "file", json_text_or_null(name), "ok",
	                  is_verdict(failure) ? json_boolean(!failure) : json_null(), "events",
	                  (json_int_t)self->events);
	news = json_pack("{so}", "proof", work_told(proof, failure));
	/* It outlives the proofs after it. */
	if (!failure)
		json_object_set_new(news, "proven_at", json_string(at));
	return work_report(self->work, news, error);
}

static void note(const char *path, const GError *failure)
{
	g_autofree char *name = g_path_get_basename(path);
	g_autofree char *folder = g_path_get_dirname(path);

	if (is_verdict(failure))
		(void)shelf_note_proof(folder, name, failure == NULL, NULL);
}

static void say_proven(const Proof *self, const char *path)
{
	if (self->work->json) {
		g_autoptr(json_t) answer = json_pack("{ss sI sI}", "file", path, "events",
		                                     (json_int_t)self->events, "files",
		                                     (json_int_t)self->night->files->len);
		g_autofree char *text = json_format(answer);

		puts(text);
		return;
	}
	printf(phrase("%s is a whole school: urokd ran on it, %lld events and %u files are what they "
	              "were.\n",
	              "%s — целая школа: urokd на ней запустился, событий %lld и файлов %u, всё "
	              "совпадает.\n"),
	       path, (long long)self->events, self->night->files->len);
}

static void clear(Proof *self)
{
	if (self->urokd) {
		g_subprocess_force_exit(self->urokd);
		g_subprocess_wait(self->urokd, NULL, NULL);
		g_object_unref(self->urokd);
	}
	if (self->scratch)
		work_remove(self->scratch);
	night_free(self->night);
	g_free(self->scratch);
	g_free(self->control);
}

bool command_verify(Work *work, const Wishes *wishes, GError **error)
{
	Proof proof = {.work = work, .wishes = wishes};
	g_autoptr(GError) failure = NULL;
	g_autofree char *path = wishes->file ? g_strdup(wishes->file) : newest(work, &failure);
	int key_fd = path ? shelf_box_key(work, false, &failure) : -1;
	bool done = key_fd >= 0 && prove(&proof, key_fd, path, &failure);

	/* Who stopped it knows that nothing is proven. */
	if (done || !g_str_equal(error_reason_of(failure), WORK_CANCELLED)) {
		if (path)
			note(path, failure);
		if (!wishes->away)
			work->proof_told = report(&proof, path, failure, NULL);
		list_report(work, key_fd);
	}
	if (done)
		say_proven(&proof, path);
	else
		g_propagate_error(error, g_steal_pointer(&failure));
	if (key_fd >= 0)
		close(key_fd);
	clear(&proof);
	return done;
}
