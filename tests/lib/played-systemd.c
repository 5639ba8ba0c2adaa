/* SPDX-License-Identifier: LGPL-2.1-or-later
 * systemd's manager, played on a bus of the test's own: it starts one unit, whose program is real, and tells of its end as
 * the test wants:
 *
 *	played-systemd PROGRAM [WORD...]	on the system bus of DBUS_SYSTEM_BUS_ADDRESS
 *
 * Lines to it: `plain`; `removed-first`, a job's end comes before the answer that names the job; `silent`, no end is told;
 * `unanswered`, who asked is told that the answer took too long, and the unit runs; `timer` starts it unasked. */
#include <gio/gio.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MANAGER	     "org.freedesktop.systemd1.Manager"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define UNIT	     "urok-backup.service"

static const char INTERFACES[] =
	"<node><interface name='org.freedesktop.systemd1.Manager'>"
	"<method name='Subscribe'/>"
	"<method name='StartUnit'><arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='o' direction='out'/></method>"
	"<method name='StopUnit'><arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='o' direction='out'/></method>"
	"<signal name='JobRemoved'><arg type='u'/><arg type='o'/><arg type='s'/><arg type='s'/></signal>"
	"</interface><interface name='org.freedesktop.systemd1.Job'><property name='State' type='s' access='read'/></interface></node>";

typedef struct {
	GMainLoop *loop;
	GDBusConnection *bus;
	GDBusNodeInfo *node;
	char **words;
	char *mode;
	guint jobs;
} Manager;

typedef struct {
	Manager *manager;
	GDBusMethodInvocation *asked; /* NULL: nobody waits for the answer */
	char *path;
	guint object;
	bool tells;
} Job;

static void say(const char *line)
{
	puts(line);
	fflush(stdout);
}

static GVariant *get_state(GDBusConnection *bus, const char *sender, const char *path,
			   const char *interface, const char *name, GError **error, void *data)
{
	return g_variant_new_string("running");
}

static void on_exited(GObject *source, GAsyncResult *result, void *data)
{
	Job *job = data;
	Manager *self = job->manager;

	g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
	g_dbus_connection_unregister_object(self->bus, job->object);
	if (job->tells)
		g_dbus_connection_emit_signal(self->bus, NULL, MANAGER_PATH, MANAGER, "JobRemoved",
					      g_variant_new("(uoss)", self->jobs, job->path, UNIT, "done"), NULL);
	if (job->asked)
		g_dbus_method_invocation_return_value(job->asked, g_variant_new("(o)", job->path));
	say("ended");
	g_free(job->path);
	g_free(job);
	g_object_unref(source);
}

static void start(Manager *self, GDBusMethodInvocation *asked)
{
	static const GDBusInterfaceVTable JOB = {NULL, get_state, NULL, {NULL}};
	GError *error = NULL;
	GSubprocess *program =
		g_subprocess_newv((const char *const *)self->words, G_SUBPROCESS_FLAGS_NONE, &error);
	Job *job = g_new0(Job, 1);

	g_assert_no_error(error);
	job->manager = self;
	job->path = g_strdup_printf(MANAGER_PATH "/job/%u", ++self->jobs);
	job->tells = strcmp(self->mode, "silent") != 0;
	job->object = g_dbus_connection_register_object(self->bus, job->path, self->node->interfaces[1], &JOB,
							self, NULL, &error);
	g_assert_no_error(error);
	if (asked && strcmp(self->mode, "removed-first") == 0)
		job->asked = asked;
	else if (asked && strcmp(self->mode, "unanswered") == 0)
		g_dbus_method_invocation_return_dbus_error(asked, "org.freedesktop.DBus.Error.NoReply", "No answer in time");
	else if (asked)
		g_dbus_method_invocation_return_value(asked, g_variant_new("(o)", job->path));
	g_subprocess_wait_async(program, NULL, on_exited, job);
}

static void on_call(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
		    const char *method, GVariant *values, GDBusMethodInvocation *call, void *data)
{
	if (strcmp(method, "StartUnit") == 0)
		start(data, call);
	else if (strcmp(method, "StopUnit") == 0)
		g_dbus_method_invocation_return_dbus_error(call, MANAGER ".NotPlayed", "It is not stopped here");
	else
		g_dbus_method_invocation_return_value(call, NULL);
}

static gboolean on_line(GIOChannel *channel, GIOCondition condition, void *data)
{
	Manager *self = data;
	g_autofree char *line = NULL;

	if (g_io_channel_read_line(channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
		g_main_loop_quit(self->loop);
		return G_SOURCE_REMOVE;
	}
	g_strchomp(line);
	if (strcmp(line, "timer") == 0) {
		start(self, NULL);
	} else {
		g_free(self->mode);
		self->mode = g_steal_pointer(&line);
	}
	say("heard");
	return G_SOURCE_CONTINUE;
}

static void on_owned(GDBusConnection *bus, const char *name, void *data)
{
	say("ready");
}

int main(int argc, char **argv)
{
	static const GDBusInterfaceVTable CALLS = {on_call, NULL, NULL, {NULL}};
	Manager self = {.words = argv + 1};
	GIOChannel *channel = g_io_channel_unix_new(STDIN_FILENO);
	GError *error = NULL;

	if (argc < 2)
		return 2;
	self.mode = g_strdup("plain");
	self.loop = g_main_loop_new(NULL, FALSE);
	self.node = g_dbus_node_info_new_for_xml(INTERFACES, &error);
	g_assert_no_error(error);
	self.bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, &error);
	g_assert_no_error(error);
	g_dbus_connection_register_object(self.bus, MANAGER_PATH, self.node->interfaces[0], &CALLS, &self, NULL, &error);
	g_assert_no_error(error);
	g_bus_own_name_on_connection(self.bus, "org.freedesktop.systemd1", G_BUS_NAME_OWNER_FLAGS_NONE, on_owned,
				     NULL, NULL, NULL);
	g_io_add_watch(channel, G_IO_IN | G_IO_HUP, on_line, &self);
	g_main_loop_run(self.loop);
	g_io_channel_unref(channel);
	g_main_loop_unref(self.loop);
	g_dbus_node_info_unref(self.node);
	g_object_unref(self.bus);
	g_free(self.mode);
	return 0;
}
