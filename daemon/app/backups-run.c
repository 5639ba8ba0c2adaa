/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A run of urok-backup that an administrator asks for: a unit of systemd's, which a polkit rule allows by
 * its name, or a child. And how far any run is, whoever began it. */
#include "app/backups-private.h"

#include "base/brake.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS  10000
#define LOOK_MS      1000
#define START_PATIENCE_MS 45000 /* polkit, which systemd asks, may have to be started by this very call */
#define SYSTEMD      "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define TIMER_PATH   MANAGER_PATH "/unit/urok_2dbackup_2etimer"
#define UNIT         "urok-backup.service"

/* --- Is one at work? --- */

/* urok-backup holds a lock as long as it lives, however it ends; here it is only asked about. */
static bool is_locked(const Backups *self)
{
	g_autofree char *path = g_build_filename(self->config->backup_state, "lock", NULL);
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool locked = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

	if (fd >= 0)
		close(fd);
	return locked;
}

bool backups_is_running(const Backups *self)
{
	return self->starting || self->job || self->child || is_locked(self);
}

/* --- systemd --- */

static void on_next(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GVariant) reply =
	        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &failure);
	g_autoptr(GVariant) value = NULL;
	Backups *self = data;
	guint64 us;

	if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (reply)
		g_variant_get(reply, "(v)", &value);
	us = value && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64) ? g_variant_get_uint64(value) : 0;
	self->next_ms = us && us != G_MAXUINT64 ? (int64_t)(us / 1000) : 0;
}

static void ask_next(Backups *self)
{
	g_dbus_connection_call(self->bus, SYSTEMD, TIMER_PATH, "org.freedesktop.DBus.Properties", "Get",
	                       g_variant_new("(ss)", SYSTEMD ".Timer", "NextElapseUSecRealtime"),
	                       G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS,
	                       self->cancellable, on_next, self);
}

static void on_over(Backups *self)
{
	brake_push(self->brake);
	if (self->again && !backups_is_running(self))
		backups_begin(self);
}

static void end_job(Backups *self)
{
	g_clear_pointer(&self->job, g_free);
	ask_next(self);
	on_over(self);
}

/* The job of a unit that runs once ends when the unit has, whoever began it: the timer too, and one whose
 * beginning systemd could not tell us in time. */
static void on_job_removed(GDBusConnection *bus, const char *sender, const char *path,
                           const char *interface, const char *signal_name, GVariant *values,
                           void *data)
{
	Backups *self = data;
	const char *job = NULL;
	const char *unit = NULL;

	if (!g_variant_is_of_type(values, G_VARIANT_TYPE("(uoss)")))
		return;
	g_variant_get(values, "(u&o&s&s)", NULL, &job, &unit, NULL);
	if (strcmp(unit, UNIT) != 0)
		return;
	g_free(self->ended);
	self->ended = g_strdup(job);
	end_job(self);
}

static void on_job_asked(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GVariant) reply =
	        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &failure);
	Backups *self = data;

	if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	self->asking_job = false;
	/* systemd has no such object: the job is over. Other failures say nothing of it. */
	if (self->job && failure && g_dbus_error_is_remote_error(failure) &&
	    (g_error_matches(failure, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
	     g_error_matches(failure, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
	     g_error_matches(failure, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE)))
		end_job(self);
}

/* systemd tells the end of a job once; around a reload of its own it may not. Where nothing is at work any
 * more it is asked. */
static void check_job(Backups *self)
{
	if (!self->bus || !self->job || self->asking_job || is_locked(self))
		return;
	self->asking_job = true;
	g_dbus_connection_call(self->bus, SYSTEMD, self->job, "org.freedesktop.DBus.Properties", "Get",
	                       g_variant_new("(ss)", SYSTEMD ".Job", "State"), G_VARIANT_TYPE("(v)"),
	                       G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS, self->cancellable, on_job_asked, self);
}

static gboolean on_look(gpointer data)
{
	Backups *self = data;

	check_job(self);
	if (self->job || is_locked(self))
		return G_SOURCE_CONTINUE;
	self->follow = 0;
	on_over(self);
	return G_SOURCE_REMOVE;
}

/* Its last report comes before its end, and that a lock is free nobody tells: as long as one is at work it is
 * looked for. */
static void follow_run(Backups *self)
{
	if (!self->follow && (self->job || is_locked(self)))
		self->follow = g_timeout_add(LOOK_MS, on_look, self);
}

static void on_bus(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) failure = NULL;
	GDBusConnection *bus = g_bus_get_finish(result, &failure);
	Backups *self = data;

	if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) || (bus && self->bus)) {
		g_clear_object(&bus);
		return;
	}
	self->bus = bus;
	if (!bus)
		return;
	g_dbus_connection_set_exit_on_close(bus, FALSE);
	self->job_signal = g_dbus_connection_signal_subscribe(
	        bus, SYSTEMD, SYSTEMD ".Manager", "JobRemoved", MANAGER_PATH, NULL,
	        G_DBUS_SIGNAL_FLAGS_NONE, on_job_removed, self, NULL);
	g_dbus_connection_call(bus, SYSTEMD, MANAGER_PATH, SYSTEMD ".Manager", "Subscribe", NULL, NULL,
	                       G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS, self->cancellable, NULL, NULL);
	ask_next(self);
}

typedef struct {
	Backups *backups;
	Request *request; /* NULL: who asked is gone */
	bool starts;
	GError *failure;
} Call;

static void on_gone(void *data)
{
	((Call *)data)->request = NULL;
}

static bool answer(void *room, Request *request, GError **error)
{
	Call *call = room;

	if (call->failure)
		return error_set(error, ERROR_UNAVAILABLE, "systemd did not %s urok-backup: %s",
		                 call->starts ? "start" : "stop", call->failure->message);
	if (call->starts)
		request_reply_object(request, 202, json_object());
	else
		request_reply_empty(request);
	return true;
}

/* It may have ended already. */
static void note_job(Backups *self, GVariant *reply)
{
	const char *job;

	g_variant_get(reply, "(&o)", &job);
	if (g_strcmp0(job, self->ended) == 0)
		return;
	g_free(self->job);
	self->job = g_strdup(job);
	follow_run(self);
}

static void on_told(GObject *source, GAsyncResult *result, void *data)
{
	Call *call = data;
	g_autoptr(GVariant) reply =
	        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &call->failure);
	bool is_over = g_error_matches(call->failure, G_IO_ERROR, G_IO_ERROR_CANCELLED);

	if (!is_over && call->starts)
		call->backups->starting = false;
	if (call->failure && !is_over && !call->request)
		log_failure(LOG_WARNING, call->failure, "systemd did not start urok-backup");
	if (reply && call->starts)
		note_job(call->backups, reply);
	if (!is_over && call->request)
		request_resume(call->request, answer, call);
	g_clear_error(&call->failure);
	g_free(call);
}

/* request NULL: nobody waits for the answer. */
static bool tell_unit(Backups *self, Request *request, bool starts, GError **error)
{
	Call *call;

	if (!self->bus)
		return error_set(error, ERROR_UNAVAILABLE,
		                 "There is no system bus here, so no copy can be asked for: urokctl backup");
	call = g_new0(Call, 1);
	call->backups = self;
	call->request = request;
	call->starts = starts;
	self->starting |= starts;
	if (request)
		request_hold(request, on_gone, call);
	g_dbus_connection_call(self->bus, SYSTEMD, MANAGER_PATH, SYSTEMD ".Manager",
	                       starts ? "StartUnit" : "StopUnit", g_variant_new("(ss)", UNIT, "replace"),
	                       G_VARIANT_TYPE("(o)"), G_DBUS_CALL_FLAGS_NONE, START_PATIENCE_MS,
	                       self->cancellable, on_told, call);
	return true;
}

/* --- A child --- */

static void on_child_ended(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) failure = NULL;
	Backups *self = data;

	g_subprocess_wait_finish(G_SUBPROCESS(source), result, &failure);
	if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	g_clear_object(&self->child);
	on_over(self);
}

static bool start_child(Backups *self, GError **error)
{
	g_autofree char *urokd = g_file_read_link("/proc/self/exe", NULL);
	g_autoptr(GError) cause = NULL;
	const char *const words[] = {self->config->backup_program, "--config", self->config->path,
	                             "--urokd", urokd, "nightly", NULL};

	if (!self->config->path || !urokd)
		return error_set(error, ERROR_UNAVAILABLE, "There is no configuration to make a copy by");
	self->child = g_subprocess_newv(words, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &cause);
	if (!self->child)
		return error_set(error, ERROR_UNAVAILABLE, "urok-backup could not be started: %s",
		                 cause->message);
	g_subprocess_wait_async(self->child, self->cancellable, on_child_ended, self);
	return true;
}

void backups_begin(Backups *self)
{
	g_autoptr(GError) failure = NULL;

	backups_watch(self);
	self->again = backups_is_running(self);
	if (!self->again && !(self->config->backup_is_unit ? tell_unit(self, NULL, true, &failure)
	                                                   : start_child(self, &failure)))
		log_failure(LOG_WARNING, failure, "No copy was begun");
}

/* --- The ways in --- */

bool post_backup(void *room, Request *request, GError **error)
{
	Backups *self = room;
	const Field fields[] = {{0}};

	if (!json_read(request_body(request), fields, error) || !backups_check_here(self, error))
		return false;
	backups_watch(self);
	if (backups_is_running(self))
		return error_reason(error, ERROR_CONFLICT, "backup-running", NULL,
		                    "A copy is being made or proven already");
	if (self->config->backup_is_unit)
		return tell_unit(self, request, true, error);
	if (!start_child(self, error))
		return false;
	request_reply_object(request, 202, json_object());
	return true;
}

bool delete_backup_run(void *room, Request *request, GError **error)
{
	Backups *self = room;

	if (!backups_check_here(self, error))
		return false;
	if (!backups_is_running(self))
		return error_set(error, ERROR_NOT_FOUND, "No copy is being made");
	if (self->config->backup_is_unit)
		return tell_unit(self, request, false, error);
	if (!self->child)
		return error_set(error, ERROR_CONFLICT,
		                 "It was begun at the console, and is ended there by Ctrl-C");
	g_subprocess_send_signal(self->child, SIGTERM);
	request_reply_empty(request);
	return true;
}

/* --- What is reported --- */

static void on_reported(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                        void *data)
{
	Backups *self = data;

	check_job(self);
	follow_run(self);
	on_over(self);
}

/* Again and again, until the folder is there and the bus answers. */
void backups_watch(Backups *self)
{
	const char *folder = self->config->backup_state;
	g_autoptr(GFile) file = g_file_new_for_path(folder);

	if (!self->monitor && g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		self->monitor = g_file_monitor_directory(file, G_FILE_MONITOR_NONE, NULL, NULL);
		if (self->monitor)
			g_signal_connect(self->monitor, "changed", G_CALLBACK(on_reported), self);
	}
	if (self->bus && g_dbus_connection_is_closed(self->bus)) {
		g_clear_object(&self->bus);
		g_clear_pointer(&self->job, g_free);
	}
	check_job(self);
	follow_run(self);
	if (!self->bus && self->config->backup_is_unit)
		g_bus_get(G_BUS_TYPE_SYSTEM, self->cancellable, on_bus, self);
}

void backups_end(Backups *self)
{
	if (self->child)
		g_subprocess_send_signal(self->child, SIGTERM);
	g_clear_object(&self->child);
	g_clear_handle_id(&self->follow, g_source_remove);
	if (self->monitor) {
		g_signal_handlers_disconnect_by_data(self->monitor, self);
		g_file_monitor_cancel(self->monitor);
		g_object_unref(self->monitor);
	}
	if (self->bus && self->job_signal)
		g_dbus_connection_signal_unsubscribe(self->bus, self->job_signal);
	g_clear_object(&self->bus);
	g_free(self->job);
	g_free(self->ended);
}
