/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Few connections, bounded lines. A peer that says something wrong is cut off, and that is logged
 * once. */
#include "control.h"

#include "base/lines.h"
#include "base/log.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PEERS_MAX 4
#define QUEUE_MAX (1024 * 1024)

typedef struct {
	Control *control;
	Lines *lines;
} Peer;

struct Control {
	GSocketService *service;
	char *path;
	GPtrArray *peers; /* of Peer */
	ControlListener listener;
	void *data;
};

static void peer_free(void *data)
{
	Peer *peer = data;

	lines_free(peer->lines);
	g_free(peer);
}

static void drop_peer(Peer *peer)
{
	Control *self = peer->control;

	g_ptr_array_remove(self->peers, peer);
	self->listener.on_connections(self->data, self->peers->len);
}

static void on_line(void *data, const char *line, size_t length)
{
	Peer *peer = data;
	Control *self = peer->control;
	g_autoptr(GError) error = NULL;
	g_autoptr(Wire) wire = wire_parse(line, length, &error);

	if (wire) {
		self->listener.on_word(self->data, wire);
		return;
	}
	log_failure(LOG_WARNING, error, "The control socket was told nonsense");
	drop_peer(peer);
}

static void on_closed(void *data, const GError *error)
{
	/* A daemon that was killed is no news here; one that does not keep the protocol is. */
	if (error && error->domain == ERROR)
		log_failure(LOG_WARNING, error, "The control connection was cut");
	drop_peer(data);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
			    void *data)
{
	Control *self = data;
	const LinesLimits limits = {.line_max = WIRE_LINE_MAX, .queue_max = QUEUE_MAX};
	const LinesListener listener = {on_line, on_closed};
	g_autofree char *first = NULL;
	Peer *peer;

	if (self->peers->len >= PEERS_MAX)
		return TRUE;
	peer = g_new0(Peer, 1);
	peer->control = self;
	peer->lines = lines_new(G_IO_STREAM(connection), &limits, &listener, peer);
	g_ptr_array_add(self->peers, peer);
	first = self->listener.first_line(self->data);
	lines_send(peer->lines, first);
	self->listener.on_connections(self->data, self->peers->len);
	return TRUE;
}

/* Does a living worker listen there? */
static bool is_alive(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool alive = fd >= 0 && connect(fd, (const struct sockaddr *)name, sizeof *name) == 0;

	if (fd >= 0)
		close(fd);
	return alive;
}

static GSocket *listen_on(const char *path, GError **error)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	GSocket *socket_of_fd;
	int fd;

	if (g_strlcpy(name.sun_path, path, sizeof name.sun_path) >= sizeof name.sun_path)
		return error_null(error, ERROR_INVALID, "%s is too long for a socket", path);
	if (is_alive(&name))
		return error_null(error, ERROR_CONFLICT, "A worker lives in this folder already");
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The folder is nginx's to read, by its group: this socket stays our own group's. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) < 0 ||
	    chown(path, (uid_t)-1, getegid()) < 0 || chmod(path, 0660) < 0 ||
	    listen(fd, PEERS_MAX) < 0) {
		error_set(error, ERROR_INTERNAL, "Listening on %s: %s", path, g_strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	socket_of_fd = g_socket_new_from_fd(fd, error);
	if (!socket_of_fd)
		close(fd);
	return socket_of_fd;
}

Control *control_new(const char *folder, const ControlListener *listener, void *data,
		     GError **error)
{
	g_autofree char *path = g_build_filename(folder, "control", NULL);
	g_autoptr(GSocket) socket_of_fd = listen_on(path, error);
	g_autoptr(GSocketService) service = NULL;
	Control *self;

	if (!socket_of_fd)
		return NULL;
	service = g_socket_service_new();
	if (!g_socket_listener_add_socket(G_SOCKET_LISTENER(service), socket_of_fd, NULL, error))
		return NULL;
	self = g_new0(Control, 1);
	self->service = g_steal_pointer(&service);
	self->path = g_steal_pointer(&path);
	self->peers = g_ptr_array_new_with_free_func(peer_free);
	self->listener = *listener;
	self->data = data;
	g_signal_connect(self->service, "incoming", G_CALLBACK(on_incoming), self);
	g_socket_service_start(self->service);
	return self;
}

void control_free(Control *self)
{
	if (!self)
		return;
	g_signal_handlers_disconnect_by_data(self->service, self);
	g_socket_service_stop(self->service);
	g_socket_listener_close(G_SOCKET_LISTENER(self->service));
	g_object_unref(self->service);
	unlink(self->path);
	g_free(self->path);
	g_ptr_array_unref(self->peers);
	g_free(self);
}

void control_say(Control *self, const Wire *wire)
{
	g_autofree char *line = NULL;

	if (self->peers->len == 0)
		return;
	line = wire_format(wire);
	for (unsigned i = 0; i < self->peers->len; i++)
		lines_send(((Peer *)self->peers->pdata[i])->lines, line);
}
