/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The report of urok-backup as an item of health, and a new recovery key: its secret half is answered
 * once and kept nowhere. */
#include "app/backups.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORT_BYTES_MAX (1 << 20)
#define LATE_MS          (2LL * 24 * 3600 * 1000)
#define SECRET_PREFIX    "AGE-SECRET-KEY-"
#define PUBLIC_PREFIX    "# public key: "

/* --- What is reported --- */

static json_t *load(const Backups *self, const char *name)
{
	g_autofree char *path = g_build_filename(self->config->backup_state, name, NULL);
	g_autofree char *text = NULL;
	gsize size = 0;

	if (!g_file_get_contents(path, &text, &size, NULL) || size > REPORT_BYTES_MAX)
		return NULL;
	return json_parse(text, size, NULL);
}

static bool has_recovery_key(const Backups *self)
{
	g_autofree char *path = g_build_filename(self->config->data_directory, "recovery.pub", NULL);

	return access(path, R_OK) == 0;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static int64_t ms_of(const json_t *object, const char *name)
{
	g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(text_of(object, name), NULL);

	return at ? g_date_time_to_unix(at) * 1000 : 0;
}

/* When the school began: a file that is made once. */
static int64_t began_ms(const Backups *self)
{
	g_autofree char *path = g_build_filename(self->config->data_directory, "box.key", NULL);
	struct stat info;

	return stat(path, &info) == 0 ? (int64_t)info.st_mtime * 1000 : clock_wall_ms();
}

static const char *judge(const Backups *self, const json_t *report, HealthItem *item)
{
	const json_t *proof = json_object_get(report, "proof");
	int64_t made_ms = ms_of(report, "made_at");
	int64_t since_ms = clock_wall_ms() - (made_ms ? made_ms : began_ms(self));

	item->level = HEALTH_ALARM;
	if (json_is_object(proof) && !json_is_true(json_object_get(proof, "ok"))) {
		item->sentence = g_strdup_printf("The last backup would not bring the school back: %s",
		                                 text_of(proof, "failure"));
		return "unproven";
	}
	if (since_ms > LATE_MS) {
		item->sentence = g_strdup("There has been no backup for two days");
		return "late";
	}
	item->level = HEALTH_WARNING;
	if (*text_of(report, "failure")) {
		item->sentence =
		        g_strdup_printf("The last backup failed: %s", text_of(report, "failure"));
		return "failed";
	}
	if (made_ms && !has_recovery_key(self)) {
		item->sentence = g_strdup("No recovery key was printed: only this server can open its backups");
		return "keyless";
	}
	item->level = HEALTH_OK;
	return !made_ms ? "waiting" : json_is_object(proof) ? "proven" : "made";
}

/* Where nobody makes copies by himself (./run) nothing is missed until one was made. */
void backups_say(void *room, Health *health)
{
	const Backups *self = room;
	g_autoptr(json_t) report = load(self, "report.json");
	HealthItem item = {.id = "backup", .message_id = ALARM_BACKUP};
	const json_t *proof = json_object_get(report, "proof");

	if (!report && !self->config->backup_is_unit)
		return;
	item.state = judge(self, report, &item);
	item.values = json_pack(
	        "{so so so}", "made_at",
	        json_text_or_null(json_string_value(json_object_get(report, "made_at"))), "proven_at",
	        json_text_or_null(json_is_true(json_object_get(proof, "ok")) ? text_of(proof, "at") : NULL),
	        "detail",
	        json_text_or_null(json_string_value(json_object_get(
	                strcmp(item.state, "unproven") == 0 ? proof : report, "failure"))));
	health_say(health, &item);
}

static bool get_backups(void *room, Request *request, GError **error)
{
	const Backups *self = room;
	g_autoptr(json_t) report = load(self, "report.json");
	json_t *progress = load(self, "progress.json");
	json_t *items = json_object_get(report, "backups");
	const json_t *proof = json_object_get(report, "proof");

	request_reply_object(
	        request, 200,
	        json_pack("{so so so so sb ss}", "items", items ? json_incref(items) : json_array(),
	                  "proof", proof ? json_incref((json_t *)proof) : json_null(), "failure",
	                  json_text_or_null(json_string_value(json_object_get(report, "failure"))),
	                  "progress", progress ? progress : json_null(), "recovery_key",
	                  has_recovery_key(self), "folder", self->config->backup_folder));
	return true;
}

/* --- The recovery key --- */

typedef struct {
	const Backups *backups;
	Request *request;
	GCancellable *cancellable;
	char *secret;
	char *public;
	GError *failure;
} Making;

static void making_free(Making *self)
{
	g_object_unref(self->cancellable);
	secret_free(self->secret);
	g_free(self->public);
	g_clear_error(&self->failure);
	g_free(self);
}

static void on_gone(void *data)
{
	Making *self = data;

	self->request = NULL;
	g_cancellable_cancel(self->cancellable);
}

static bool answer_key(void *room, Request *request, GError **error)
{
	Making *self = room;

	if (self->failure) {
		g_propagate_error(error, g_steal_pointer(&self->failure));
		return false;
	}
	request_reply_object(request, 201, json_pack("{ss ss}", "secret", self->secret, "public",
	                                             self->public));
	return true;
}

static void read_key(Making *self, const char *said)
{
	g_auto(GStrv) lines = g_strsplit(said, "\n", -1);

	for (char **line = lines; *line; line++) {
		if (g_str_has_prefix(*line, SECRET_PREFIX))
			self->secret = g_strdup(*line);
		if (g_str_has_prefix(*line, PUBLIC_PREFIX))
			self->public = g_strdup(*line + strlen(PUBLIC_PREFIX));
		explicit_bzero(*line, strlen(*line));
	}
}

/* Only a half that is on the disk is worth the other on paper. */
static bool keep_public(const Making *self, GError **error)
{
	const char *folder = self->backups->config->data_directory;
	g_autofree char *path = g_build_filename(folder, "recovery.pub", NULL);
	g_autofree char *half = g_strconcat(path, ".half", NULL);
	g_autofree char *line = g_strconcat(self->public, "\n", NULL);
	int fd = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool kept = fd >= 0 && whole_write(fd, line, strlen(line)) && fsync(fd) == 0 &&
	            rename(half, path) == 0;

	if (!kept)
		error_set(error, errno == ENOSPC ? ERROR_NO_SPACE : ERROR_INTERNAL,
		          "The recovery key could not be kept: %s", g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return kept;
}

static void on_made(GObject *source, GAsyncResult *result, void *data)
{
	Making *self = data;
	g_autoptr(GError) cause = NULL;
	char *said = NULL;

	if (!g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, &said, NULL, &cause))
		error_set(&self->failure, ERROR_INTERNAL, "age-keygen: %s", cause->message);
	else
		read_key(self, said ? said : "");
	secret_free(said);
	if (!self->failure && !(self->secret && self->public))
		error_set(&self->failure, ERROR_UNAVAILABLE, "age-keygen made no key");
	if (self->request && !self->failure)
		(void)keep_public(self, &self->failure);
	if (self->request && !self->failure)
		log_write(LOG_NOTICE, "A new recovery key of backups was made and shown");
	if (self->request)
		request_resume(self->request, answer_key, self);
	making_free(self);
}

static bool post_recovery_key(void *room, Request *request, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autoptr(GSubprocess) program =
	        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &cause,
	                         "age-keygen", NULL);
	Making *self;

	if (!program)
		return error_set(error, ERROR_UNAVAILABLE,
		                 "The program age-keygen could not be started: %s. Is the package age "
		                 "installed?",
		                 cause->message);
	self = g_new0(Making, 1);
	self->backups = room;
	self->request = request;
	self->cancellable = g_cancellable_new();
	request_hold(request, on_gone, self);
	g_subprocess_communicate_utf8_async(program, NULL, self->cancellable, on_made, self);
	return true;
}

const Route BACKUPS_ROUTES[] = {
        {GET, "/api/v1/backups", "administrator", 0, get_backups},
        {POST, "/api/v1/console/recovery-key", "console", 1024, post_recovery_key, ROUTE_READS},
        {0},
};
