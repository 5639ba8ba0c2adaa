/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From a copy to a school that people sign in to: everything is made and held against the copy
 * beside the living one; only then do they change places. */
#include "commands.h"

#include "app/schema.h"
#include "base/crypto.h"
#include "base/log.h"
#include "ctl/phrase.h"
#include "events/events.h"
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512

typedef struct {
	Work *work;
	const Wishes *wishes;
	char *shelf;
	int key_fd;
	Night *night;
	bool living; /* there is a school here */
	char *name;  /* its name; NULL: it cannot be read */
	Staging staging;
	int lock;
	char *aside;
	char mark[MAKER_MARK_SIZE];
} Restoring;

static char *ask_line(const char *question)
{
	char line[LINE_MAX_BYTES];

	fprintf(stderr, "%s ", question);
	fflush(stderr);
	return fgets(line, sizeof line, stdin) ? g_strdup(g_strstrip(line)) : NULL;
}

/* --- The key --- */

static int ask_key(GError **error)
{
	g_autofree char *typed = NULL;
	int fd;

	if (isatty(STDIN_FILENO))
		typed = ask_line(phrase("Recovery key (AGE-SECRET-KEY-…):",
		                        "Ключ восстановления (AGE-SECRET-KEY-…):"));
	if (!typed) {
		error_reason(error, ERROR_FORBIDDEN, CRYPT_NO_KEY, NULL, "%s",
		             phrase("This server's own key does not open this backup. Give the recovery key "
		                    "that was printed: --key FILE",
		                    "Ключ этого сервера не открывает эту копию. Укажите напечатанный ключ "
		                    "восстановления: --key ФАЙЛ"));
		return -1;
	}
	fd = key_hold(typed, error);
	explicit_bzero(typed, strlen(typed));
	return fd;
}

static bool read_night(Restoring *self, GError **error)
{
	g_autoptr(GError) failure = NULL;

	if (self->wishes->key) {
		self->key_fd = open(self->wishes->key, O_RDONLY | O_CLOEXEC);
		if (self->key_fd < 0)
			return work_fail("read", self->wishes->key, error);
	} else {
		self->key_fd = shelf_box_key(self->work, false, NULL);
	}
	if (self->key_fd >= 0)
		self->night = shelf_read(self->wishes->file, self->key_fd, &failure);
	if (self->night)
		return true;
	if (self->wishes->key || (failure && !g_str_equal(error_reason_of(failure), CRYPT_NO_KEY))) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	if (self->key_fd >= 0)
		close(self->key_fd);
	self->key_fd = ask_key(error);
	if (self->key_fd >= 0)
		self->night = shelf_read(self->wishes->file, self->key_fd, error);
	return self->night != NULL;
}

/* --- The living school --- */

/* Its own file is not opened for more than reading: a copy of it is asked. */
static bool look_at_living(Restoring *self, char **ret_id, GError **error)
{
	g_autofree char *scratch = NULL;
	g_autofree char *copy = NULL;
	g_autoptr(GError) failure = NULL;
	g_autoptr(Store) store = NULL;
	g_autoptr(Query) query = NULL;
	bool row = false;

	if (access(self->work->database, F_OK) != 0)
		return true;
	scratch = work_scratch(self->work, "living", error);
	if (!scratch)
		return false;
	copy = g_build_filename(scratch, "urok.db", NULL);
	if (store_copy(self->work->database, copy, NULL, NULL, &failure))
		store = schema_open(copy, 0, &failure);
	self->living = true;
	if (!store) {
		/* A damaged one is what a backup is for. */
		log_failure(LOG_WARNING, failure, "The school that is here cannot be read");
		return work_remove(scratch);
	}
	query = store_query(store, "find_school");
	if (!query_next(query, &row, error))
		return false;
	self->living = row;
	if (row) {
		*ret_id = g_strdup(query_text(query, 0));
		self->name = g_strdup(query_text(query, 1));
	}
	g_clear_pointer(&query, query_end);
	g_clear_pointer(&store, store_close);
	return work_remove(scratch);
}

static bool confirm(Restoring *self, GError **error)
{
	const char *name = self->name ? self->name : night_text(self->night->head, "school", "name");
	g_autofree char *typed = g_strdup(self->wishes->over);
	g_autofree char *question = NULL;

	if (!typed && isatty(STDIN_FILENO)) {
		question = g_strdup_printf(
		        phrase("There is a school here: «%s». It is kept aside, and the copy of %s takes its "
		               "place. Type its name to go on:",
		               "Здесь уже есть школа «%s». Она будет сохранена рядом, а её место займёт "
		               "копия от %s. Чтобы продолжить, введите её название:"),
		        name, night_text(self->night->head, NULL, "made_at"));
		typed = ask_line(question);
	}
	if (typed && strcmp(typed, name) == 0)
		return true;
	return error_set(error, ERROR_CONFLICT,
	                 phrase("There is a school here, and its name was not given: nothing was done. "
	                        "With --over NAME it is: --over \"%s\"",
	                        "Здесь уже есть школа, и её название не подтверждено: ничего не сделано. "
	                        "Подтвердите: --over \"%s\""),
	                 name);
}

/* On an empty machine nobody is known: a person compares the mark with the paper. */
static bool check_maker(Restoring *self, GError **error)
{
	shelf_mark(self->night, self->mark);
	if (!shelf_check_maker(self->work, self->night, self->wishes->maker, self->living, error))
		return false;
	if (!self->wishes->maker && !self->living)
		fprintf(stderr,
		        phrase("Who made this copy cannot be checked here. Its maker's mark is %s: compare it "
		               "with the paper of the recovery key.\n",
		               "Кто сделал эту копию, здесь проверить нельзя. Метка её сервера — %s: сверьте с "
		               "листом, на котором напечатан ключ восстановления.\n"),
		        self->mark);
	return true;
}

static bool check_living(Restoring *self, GError **error)
{
	g_autofree char *id = NULL;

	if (!look_at_living(self, &id, error))
		return false;
	if (id && strcmp(id, night_text(self->night->head, "school", "id")) != 0)
		return error_set(error, ERROR_CONFLICT,
		                 "This is a backup of another school, «%s»; here is «%s»: nothing was done. "
		                 "Restore it on an empty machine",
		                 night_text(self->night->head, "school", "name"), self->name);
	return check_maker(self, error) && (!self->living || confirm(self, error));
}

/* --- Whom to forget --- */

/* Lines of a ledger that are not there yet. A line that is none is left to urokd's warning. */
static void add_lines(GHashTable *seen, GString *all, const char *path)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		if (**line && g_hash_table_add(seen, g_strdup(*line)))
			g_string_append_printf(all, "%s\n", *line);
}

/* The copy's own, the one beside it, which may be younger, and the living school's. */
static bool join_ledgers(Restoring *self, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GString) all = g_string_new(NULL);
	g_autofree char *own = g_build_filename(self->staging.data, LEDGER_NAME, NULL);
	g_autofree char *beside = g_build_filename(self->shelf, LEDGER_NAME, NULL);
	g_autofree char *living =
	        g_build_filename(self->work->config->data_directory, LEDGER_NAME, NULL);

	add_lines(seen, all, own);
	add_lines(seen, all, beside);
	add_lines(seen, all, living);
	return !all->len || work_write_file(own, all->str, all->len, 0600, error);
}

/* --- The daemon --- */

static bool has_units(const Work *work)
{
	return work->config->launcher_is_units &&
	       g_file_test("/run/systemd/system", G_FILE_TEST_IS_DIR);
}

static bool systemctl(const char *verb, const char *first, GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GSubprocess) asked = g_subprocess_new(
	        G_SUBPROCESS_FLAGS_NONE, &failure, "systemctl", verb, first,
	        "urokd-rest.socket", "urokd-live.socket", "urokd-control.socket", "urokd-metrics.socket", "urokd.service",
	        NULL);

	if (asked && g_subprocess_wait_check(asked, NULL, &failure))
		return true;
	return error_set(error, ERROR_UNAVAILABLE, "systemctl %s urokd did not work: %s", verb,
	                 failure->message);
}

/* People come in when this ends, under the certificate that came back. */
static void reload_nginx(void)
{
	g_autoptr(GSubprocess) asked = g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, "systemctl",
	                                                "try-reload-or-restart", "nginx.service", NULL);

	if (asked)
		g_subprocess_wait(asked, NULL, NULL);
}

/* No urokd from here on until the school has its place. */
static bool keep_out(Restoring *self, GError **error)
{
	g_autofree char *lock = g_strconcat(self->work->database, ".lock", NULL);

	if (has_units(self->work) && !systemctl("stop", "urokd.service", error))
		return false;
	if (access(lock, F_OK) != 0)
		return true;
	self->lock = store_lock(self->work->database, error);
	return self->lock >= 0;
}

/* Early: nobody waits for minutes to hear this. */
static bool check_quiet(Restoring *self, GError **error)
{
	g_autofree char *lock = g_strconcat(self->work->database, ".lock", NULL);
	int fd;

	if (has_units(self->work) || access(lock, F_OK) != 0)
		return true;
	fd = store_lock(self->work->database, NULL);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || error_set(error, ERROR_CONFLICT,
	                            "urokd runs on this school: end it first. Nothing was done");
}

/* --- All of it --- */

static bool check_space(Restoring *self, GError **error)
{
	return staging_check(self->work, night_count(self->night, "database", "bytes"),
	                     night_count(self->night, "files", "bytes"), error);
}

static bool begin_epoch(Restoring *self, GError **error)
{
	g_autofree char *path = g_build_filename(self->staging.data, "urok.db", NULL);
	g_autoptr(Store) store = schema_open(path, 0, error);

	return store && events_begin_epoch(store, error);
}

static bool restore(Restoring *self, GError **error)
{
	Work *work = self->work;

	if (!check_quiet(self, error) || !read_night(self, error) ||
	    !rebuilt_check_version(work, self->night, error) ||
	    !shelf_check_packs(self->shelf, self->night, error) || !check_living(self, error) ||
	    !check_space(self, error) || !staging_begin(work, &self->staging, error))
		return false;
	if (!rebuilt_make(work, self->shelf, self->night, self->key_fd, self->staging.data,
	                  self->staging.files, error) ||
	    !begin_epoch(self, error))
		return false;
	return keep_out(self, error) && join_ledgers(self, error) &&
	       staging_put(work, &self->staging, self->living, &self->aside, error) &&
	       place_settings(work, self->night, error);
}

static void clear(Restoring *self)
{
	staging_clear(&self->staging);
	night_free(self->night);
	if (self->key_fd >= 0)
		close(self->key_fd);
	if (self->lock >= 0)
		close(self->lock);
	g_free(self->shelf);
	g_free(self->name);
	g_free(self->aside);
}

static void say_restored(const Restoring *self)
{
	const char *name = night_text(self->night->head, "school", "name");
	const char *made_at = night_text(self->night->head, NULL, "made_at");

	if (self->work->json) {
		g_autoptr(json_t) answer = json_pack("{ss ss ss so}", "school", name, "made_at", made_at,
		                                     "maker", self->mark, "aside",
		                                     json_text_or_null(self->aside));
		g_autofree char *text = json_format(answer);

		puts(text);
		return;
	}
	printf(phrase("«%s» is here again, as it was at %s.\n", "«%s» снова здесь, какой была %s.\n"),
	       name, made_at);
	if (self->aside)
		printf(phrase("The school that was here is kept in %s.\n",
		              "Прежняя школа сохранена в %s.\n"),
		       self->aside);
}

bool command_restore(Work *work, const Wishes *wishes, GError **error)
{
	Restoring restoring = {.work = work, .wishes = wishes, .key_fd = -1, .lock = -1};
	bool stopped;
	bool done;

	restoring.shelf = g_path_get_dirname(wishes->file);
	done = restore(&restoring, error);
	if (done)
		say_restored(&restoring);
	stopped = has_units(work);
	clear(&restoring);
	/* Also after a failure: the old school goes on. */
	if (stopped && !systemctl("start", "urok-tls.service", done ? error : NULL))
		return false;
	if (stopped && done)
		reload_nginx();
	return done;
}
