/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A unix socket says at once whether somebody listens, so each try is one call that does not
 * block. */
#include "media/link.h"

#include "base/lines.h"
#include "base/log.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PAUSE_FIRST_MS 25
#define PAUSE_MOST_MS  1000
#define QUEUE_MAX      (256 * 1024)

struct Link {
	char *path;
	LinkListener listener;
	void *data;
	Lines *lines; /* NULL: down */
	unsigned pause_ms;
	unsigned try_id;
};

static void try_soon(Link *self, unsigned ms);

static void go_down(Link *self)
{
	g_clear_pointer(&self->lines, lines_free);
	self->pause_ms = PAUSE_FIRST_MS;
	try_soon(self, PAUSE_FIRST_MS);
	self->listener.on_down(self->data);
}

static void on_line(void *data, const char *line, size_t length)
{
	Link *self = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(Wire) wire = wire_parse(line, length, &error);

	if (wire) {
		self->listener.on_word(self->data, wire);
		return;
	}
	log_failure(LOG_WARNING, error, "The worker at %s says nonsense", self->path);
	go_down(self);
}

static void on_closed(void *data, const GError *error)
{
	go_down(data);
}

/* A connected descriptor; -1: nobody listens there. */
static int connect_to(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd;

	if (g_strlcpy(name.sun_path, path, sizeof name.sun_path) >= sizeof name.sun_path)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof name) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static GPid peer_of(int fd)
{
	struct ucred peer = {0};
	socklen_t size = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return 0;
	return peer.pid;
}

static void go_up(Link *self, int fd)
{
	const LinesLimits limits = {.line_max = WIRE_LINE_MAX, .queue_max = QUEUE_MAX};
	const LinesListener listener = {on_line, on_closed};
	GPid pid = peer_of(fd);
	g_autoptr(GSocket) socket_of_fd = g_socket_new_from_fd(fd, NULL);
	g_autoptr(GSocketConnection) connection = NULL;

	g_assert(socket_of_fd);
	connection = g_socket_connection_factory_create_connection(socket_of_fd);
	self->lines = lines_new(G_IO_STREAM(connection), &limits, &listener, self);
	self->listener.on_up(self->data, pid);
}

static gboolean try_now(void *data)
{
	Link *self = data;
	int fd = connect_to(self->path);

	self->try_id = 0;
	if (fd >= 0) {
		go_up(self, fd);
		return G_SOURCE_REMOVE;
	}
	try_soon(self, self->pause_ms);
	self->pause_ms = MIN(self->pause_ms * 2, PAUSE_MOST_MS);
	self->listener.on_unreachable(self->data);
	return G_SOURCE_REMOVE;
}

static void try_soon(Link *self, unsigned ms)
{
	self->try_id = g_timeout_add(ms, try_now, self);
}

Link *link_new(const char *folder, const LinkListener *listener, void *data)
{
	Link *self = g_new0(Link, 1);

	self->path = g_build_filename(folder, "control", NULL);
	self->listener = *listener;
	self->data = data;
	self->pause_ms = PAUSE_FIRST_MS;
	try_soon(self, 0);
	return self;
}

void link_free(Link *self)
{
	if (!self)
		return;
	g_clear_handle_id(&self->try_id, g_source_remove);
	lines_free(self->lines);
	g_free(self->path);
	g_free(self);
}

void link_say(Link *self, const Wire *wire)
{
	g_autofree char *line = NULL;

	if (!self->lines)
		return;
	line = wire_format(wire);
	lines_send(self->lines, line);
}
