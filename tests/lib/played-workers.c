/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Workers of the test's own that speak the protocol over real sockets. */
#include "played-workers.h"

#include <gio/gunixsocketaddress.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef struct {
	Launcher launcher; /* first: it is the same address */
	PlayedWorkers *workers;
} PlayedLauncher;

/* --- One worker --- */

void played_hang_up(PlayedWorker *worker)
{
	g_clear_pointer(&worker->lines, lines_free);
	worker->fd = -1;
}

/* As the real one does: nothing of it stays. */
static void end(PlayedWorker *worker)
{
	static const char *const FILES[] = {"control", "still.jpg"};

	if (!worker->lives)
		return;
	worker->lives = false;
	played_hang_up(worker);
	g_socket_service_stop(worker->service);
	g_socket_listener_close(G_SOCKET_LISTENER(worker->service));
	for (guint i = 0; i < G_N_ELEMENTS(FILES); i++) {
		g_autofree char *path = g_build_filename(worker->folder, FILES[i], NULL);

		unlink(path);
	}
	rmdir(worker->folder);
}

static void on_heard(void *data, const char *line, size_t length)
{
	PlayedWorker *worker = data;
	Wire *wire = wire_parse(line, length, NULL);

	g_assert_nonnull(wire);
	g_ptr_array_add(worker->heard, wire);
	if (wire->word == WIRE_STOP)
		end(worker);
}

static void on_hung_up(void *data, const GError *error)
{
	played_hang_up(data);
}

static void write_line(const PlayedWorker *worker, const char *line)
{
	g_autofree char *text = g_strconcat(line, "\n", NULL);

	g_assert_cmpint(write(worker->fd, text, strlen(text)), ==, (gssize)strlen(text));
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
			    void *data)
{
	PlayedWorker *worker = data;
	const LinesLimits limits = {WIRE_LINE_MAX, WIRE_LINE_MAX};
	const LinesListener listener = {on_heard, on_hung_up};
	const Wire state = {.word = WIRE_STATE,
			    .state = {.broadcast = (char *)worker->broadcast, .epoch_us = 1}};
	g_autofree char *line = wire_format(&state);

	lines_free(worker->lines);
	worker->fd = g_socket_get_fd(g_socket_connection_get_socket(connection));
	worker->lines = lines_new(G_IO_STREAM(connection), &limits, &listener, worker);
	write_line(worker, line);
	return TRUE;
}

static void worker_free(void *data)
{
	PlayedWorker *worker = data;

	end(worker);
	g_object_unref(worker->service);
	g_ptr_array_unref(worker->heard);
	g_free(worker->folder);
	g_free(worker->name);
	g_free(worker);
}

PlayedWorker *played_add(PlayedWorkers *self, const char *name, const char *broadcast)
{
	PlayedWorker *worker = g_new0(PlayedWorker, 1);
	g_autofree char *control = NULL;
	g_autoptr(GSocketAddress) address = NULL;
	g_autoptr(GError) error = NULL;

	worker->name = g_strdup(name);
	worker->folder = g_build_filename(self->folder, name, NULL);
	worker->lives = true;
	worker->fd = -1;
	worker->heard = g_ptr_array_new_with_free_func((GDestroyNotify)wire_free);
	worker->broadcast = broadcast;
	g_mkdir_with_parents(worker->folder, 0700);
	control = g_build_filename(worker->folder, "control", NULL);
	unlink(control);
	address = g_unix_socket_address_new(control);
	worker->service = g_socket_service_new();
	g_socket_listener_add_address(G_SOCKET_LISTENER(worker->service), address,
				      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL,
				      &error);
	g_assert_no_error(error);
	g_signal_connect(worker->service, "incoming", G_CALLBACK(on_incoming), worker);
	g_socket_service_start(worker->service);
	g_ptr_array_add(self->workers, worker);
	return worker;
}

void played_kill(PlayedWorker *worker)
{
	end(worker);
}

/* --- The launcher --- */

static bool start(Launcher *launcher, const char *name, GError **error)
{
	PlayedWorkers *self = ((PlayedLauncher *)launcher)->workers;

	self->starts++;
	if (self->starts_fail)
		return error_set(error, ERROR_INTERNAL, "made to fail");
	played_add(self, name, NULL);
	return true;
}

static void stop(Launcher *launcher, const char *name)
{
	((PlayedLauncher *)launcher)->workers->stops++;
}

static void adopt(Launcher *launcher, const char *name, GPid pid)
{
	g_assert_cmpint(pid, ==, getpid());
	((PlayedLauncher *)launcher)->workers->adopted++;
}

static void free_launcher(Launcher *launcher)
{
	g_free(launcher);
}

Launcher *played_launcher(PlayedWorkers *self)
{
	PlayedLauncher *launcher = g_new0(PlayedLauncher, 1);

	launcher->launcher =
		(Launcher){.start = start, .stop = stop, .adopt = adopt, .free = free_launcher};
	launcher->workers = self;
	return &launcher->launcher;
}

/* --- All of them --- */

PlayedWorkers *played_new(const char *folder)
{
	PlayedWorkers *self = g_new0(PlayedWorkers, 1);

	self->folder = g_strdup(folder);
	self->workers = g_ptr_array_new_with_free_func(worker_free);
	return self;
}

void played_free(PlayedWorkers *self)
{
	g_ptr_array_unref(self->workers);
	g_free(self->folder);
	g_free(self);
}

PlayedWorker *played_nth(PlayedWorkers *self, unsigned index)
{
	PLAYED_WAIT(self->workers->len > index);
	return self->workers->pdata[index];
}

static PlayedWorker *find_living(const PlayedWorkers *self, const char *name)
{
	for (guint i = 0; i < self->workers->len; i++) {
		PlayedWorker *worker = self->workers->pdata[i];

		if (worker->lives && strcmp(worker->name, name) == 0)
			return worker;
	}
	return NULL;
}

PlayedWorker *played_find(PlayedWorkers *self, const char *name)
{
	PLAYED_WAIT(find_living(self, name));
	return find_living(self, name);
}

const Wire *played_heard(PlayedWorker *worker, unsigned index)
{
	PLAYED_WAIT(worker->heard->len > index);
	return worker->heard->pdata[index];
}

static bool are_living(const PlayedWorkers *self, const char *names)
{
	g_autoptr(GString) living = g_string_new(NULL);

	for (guint i = 0; i < self->workers->len; i++) {
		const PlayedWorker *worker = self->workers->pdata[i];

		if (worker->lives)
			g_string_append_printf(living, "%s%s", living->len ? " " : "",
					       worker->name);
	}
	return strcmp(living->str, names) == 0;
}

void played_await(PlayedWorkers *self, const char *names)
{
	PLAYED_WAIT(are_living(self, names));
}

static bool is_read(const PlayedWorker *worker)
{
	int waiting = 0;

	return worker->fd < 0 || (ioctl(worker->fd, SIOCOUTQ, &waiting) == 0 && waiting == 0);
}

void played_say_line(PlayedWorker *worker, const char *line)
{
	PLAYED_WAIT(worker->fd >= 0);
	write_line(worker, line);
	PLAYED_WAIT(is_read(worker));
	/* What was read lies in the loop by now. */
	while (g_main_context_iteration(NULL, FALSE))
		continue;
}

void played_say(PlayedWorker *worker, const Wire *wire)
{
	g_autofree char *line = wire_format(wire);

	played_say_line(worker, line);
}
