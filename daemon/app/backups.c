/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The report of urok-backup, as an item of health and as an answer. */
#include "app/backups-private.h"

#include "base/brake.h"
#include "base/clock.h"
#include "base/log.h"

#include <string.h>
#include <sys/stat.h>

#define REPORT_BYTES_MAX (1 << 20)
#define LATE_MS          (2LL * 24 * 3600 * 1000)
#define TELL_MS          1000

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

json_t *backups_load_report(const Backups *self)
{
	return load(self, "report.json");
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

/* The last time that a copy was proven; 0: never. */
static int64_t proven_ms(const json_t *report)
{
	const json_t *proof = json_object_get(report, "proof");

	return json_is_true(json_object_get(proof, "ok")) ? ms_of(proof, "at") : ms_of(report, "proven_at");
}

/* Since when there are copies of which none was proven: the oldest that can be read. */
static int64_t copies_since_ms(const json_t *report)
{
	const json_t *items = json_object_get(report, "backups");
	int64_t oldest_ms = ms_of(report, "made_at");

	for (size_t i = 0; i < json_array_size(items); i++) {
		int64_t made_ms = ms_of(json_array_get(items, i), "made_at");

		if (made_ms && made_ms < oldest_ms)
			oldest_ms = made_ms;
	}
	return oldest_ms;
}

static bool is_proof_stale(const json_t *report)
{
	int64_t last_ms = proven_ms(report);

	if (!last_ms)
		last_ms = copies_since_ms(report);
	return last_ms && clock_wall_ms() - last_ms > LATE_MS;
}

/* Of this very copy: the one before it says nothing of it. */
static bool is_proven(const json_t *report)
{
	const json_t *proof = json_object_get(report, "proof");

	return json_is_true(json_object_get(proof, "ok")) &&
	       strcmp(text_of(proof, "file"), text_of(report, "file")) == 0;
}

/* That the last copy lacks. */
static int64_t damaged_files(const json_t *report)
{
	return json_integer_value(json_object_get(report, "damaged_files"));
}

static const char *judge(const Backups *self, const json_t *report, HealthItem *item)
{
	const json_t *proof = json_object_get(report, "proof");
	int64_t made_ms = ms_of(report, "made_at");
	int64_t since_ms = clock_wall_ms() - (made_ms ? made_ms : began_ms(self));

	item->level = HEALTH_ALARM;
	if (json_is_false(json_object_get(proof, "ok"))) {
		item->sentence = g_strdup_printf("The last backup would not bring the school back: %s",
		                                 text_of(proof, "failure"));
		return "unproven";
	}
	if (since_ms > LATE_MS) {
		item->sentence = g_strdup("There has been no backup for two days");
		return "late";
	}
	if (is_proof_stale(report)) {
		item->sentence = g_strdup("No backup has been proven for two days");
		return "stale";
	}
	item->level = HEALTH_WARNING;
	if (*text_of(report, "failure")) {
		item->sentence =
		        g_strdup_printf("The last backup failed: %s", text_of(report, "failure"));
		return "failed";
	}
	if (json_is_null(json_object_get(proof, "ok"))) {
		item->sentence = g_strdup_printf("The last backup could not be proven: %s",
		                                 text_of(proof, "failure"));
		return "unchecked";
	}
	if (damaged_files(report)) {
		item->sentence = g_strdup_printf("%" G_GINT64_FORMAT
		                                 " files are damaged on the disk and not in the last backup",
		                                 damaged_files(report));
		return "damaged";
	}
	if (made_ms && !recovery_key_made_ms(self->config)) {
		item->sentence = g_strdup("No recovery key was printed: only this server can open its backups");
		return "keyless";
	}
	if (*text_of(json_object_get(report, "sent"), "failure")) {
		item->sentence = g_strdup(text_of(json_object_get(report, "sent"), "failure"));
		return "unsent";
	}
	item->level = HEALTH_OK;
	return !made_ms ? "waiting" : is_proven(report) ? "proven" : "made";
}

static json_t *text_or_null(const json_t *object, const char *name)
{
	return json_text_or_null(json_string_value(json_object_get(object, name)));
}

/* What a failure of this state is told by. */
static const json_t *source_of(const json_t *report, const char *state)
{
	if (strcmp(state, "unproven") == 0 || strcmp(state, "unchecked") == 0)
		return json_object_get(report, "proof");
	if (strcmp(state, "unsent") == 0)
		return json_object_get(report, "sent");
	return report;
}

/* What a sentence has to say of a state besides its name; owned. */
static json_t *detail_of(const json_t *report, const char *state)
{
	g_autofree char *count = NULL;

	if (strcmp(state, "damaged") != 0)
		return text_or_null(source_of(report, state), "failure");
	count = g_strdup_printf("%" G_GINT64_FORMAT, damaged_files(report));
	return json_string(count);
}

/* Where nobody makes copies by himself (./run) nothing is missed until one was made. */
void backups_say(void *room, Health *health)
{
	const Backups *self = room;
	g_autoptr(json_t) report = backups_load_report(self);
	HealthItem item = {.id = "backup", .message_id = ALARM_BACKUP};

	if (!report && !self->config->backup_is_unit)
		return;
	item.state = judge(self, report, &item);
	item.values = json_pack(
	        "{so so so so}", "made_at", text_or_null(report, "made_at"), "proven_at",
	        json_time_or_null(proven_ms(report)), "detail",
	        detail_of(report, item.state), "reason",
	        text_or_null(source_of(report, item.state), "reason"));
	health_say(health, &item);
}

/* --- What is answered --- */

static json_t *of_report(const json_t *report, const char *name)
{
	json_t *value = json_object_get(report, name);

	return json_is_object(value) ? json_incref(value) : json_null();
}

static json_t *running(const Backups *self)
{
	g_autoptr(json_t) progress = NULL;
	const char *phase;

	if (!backups_is_running(self))
		return json_null();
	progress = load(self, "progress.json");
	phase = json_string_value(json_object_get(progress, "doing"));
	return json_pack("{ss sI sI}", "phase", phase ? phase : "start", "done",
	                 json_integer_value(json_object_get(progress, "done")), "total",
	                 json_integer_value(json_object_get(progress, "total")));
}

static bool get_backups(void *room, Request *request, GError **error)
{
	Backups *self = room;
	g_autoptr(json_t) report = backups_load_report(self);
	json_t *items = json_object_get(report, "backups");
	int64_t key_ms = recovery_key_made_ms(self->config);
	int64_t next_ms = self->next_ms > clock_wall_ms() ? self->next_ms : 0;

	backups_watch(self);
	request_reply_object(
	        request, 200,
	        json_pack("{so so sI so so so so so so ss s{sb so}}", "items",
	                  json_is_array(items) ? json_incref(items) : json_array(), "proof",
	                  of_report(report, "proof"), "damaged_files", (json_int_t)damaged_files(report),
	                  "failure",
	                  text_or_null(report, "failure"), "reason", text_or_null(report, "reason"),
	                  "sent", of_report(report, "sent"), "away", of_report(report, "away"),
	                  "running", running(self), "next", json_time_or_null(next_ms), "folder",
	                  self->config->backup_folder, "recovery_key", "made", key_ms != 0, "made_at",
	                  json_time_or_null(key_ms)));
	return true;
}

/* --- Beginning and end --- */

static void tell(void *data)
{
	events_signal(((Backups *)data)->events, "admins", "server", "", "{}");
}

Backups *backups_new(const BackupsOptions *options)
{
	Backups *self = g_new0(Backups, 1);

	self->config = options->config;
	self->events = options->events;
	self->people = options->people;
	self->elsewhere = options->elsewhere;
	self->cancellable = g_cancellable_new();
	self->brake = brake_new(TELL_MS, tell, self);
	return self;
}

void backups_start(Backups *self)
{
	if (!self->elsewhere)
		backups_watch(self);
}

void backups_free(Backups *self)
{
	if (!self)
		return;
	g_cancellable_cancel(self->cancellable);
	backups_end(self);
	key_offer_free(self->offer);
	brake_free(self->brake);
	g_object_unref(self->cancellable);
	g_free(self);
}

bool backups_check_here(const Backups *self, GError **error)
{
	return !self->elsewhere ||
	       error_reason(error, ERROR_CONFLICT, "at-the-school", NULL,
	                    "Copies are made in the school itself: open its own address there");
}

const Route BACKUPS_ROUTES[] = {
        {GET, "/api/v1/backups", "administrator", 0, get_backups},
        {POST, "/api/v1/backups", "administrator", 1024, post_backup, ROUTE_READS},
        {DELETE, "/api/v1/backups/running", "administrator", 0, delete_backup_run, ROUTE_READS},
        {POST, "/api/v1/backups/recovery-key", "administrator", 1024, post_recovery_key,
         ROUTE_READS | ROUTE_SECRET},
        {PUT, "/api/v1/backups/recovery-key", "administrator", 1024, put_recovery_key, ROUTE_READS},
        {POST, "/api/v1/console/recovery-key", "console", 1024, post_console_key, ROUTE_READS},
        {0},
};
