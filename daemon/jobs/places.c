/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where the programs of jobs are: behind sockets of systemd, each connection a unit of its own, or
 * children with a pair of sockets (./run, tests). */
#include "jobs/jobs-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
	Place place; /* first: it is the same address */
	char *path;
} Known;

static void free_known(Place *place)
{
	Known *self = (Known *)place;

	g_free(self->path);
	g_free(self);
}

static Place *known_new(const char *path, int (*open)(Place *self, GError **error))
{
	Known *self = g_new0(Known, 1);

	self->place = (Place){open, free_known};
	self->path = g_strdup(path);
	return &self->place;
}

static int open_socket(Place *place, GError **error)
{
	const Known *self = (const Known *)place;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	g_strlcpy(address.sun_path, self->path, sizeof address.sun_path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	error_set(error, ERROR_UNAVAILABLE, "%s does not answer: %s", self->path,
	          g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

Place *place_socket_new(const char *path)
{
	return known_new(path, open_socket);
}

static int open_child(Place *place, GError **error)
{
	const Known *self = (const Known *)place;
	g_autoptr(GSubprocessLauncher) launcher = NULL;
	g_autoptr(GSubprocess) child = NULL;
	g_autoptr(GError) cause = NULL;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		error_set(error, ERROR_UNAVAILABLE, "There is no pair of sockets: %s",
		          g_strerror(errno));
		return -1;
	}
	launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
	g_subprocess_launcher_take_stdin_fd(launcher, ends[1]);
	/* GLib reaps it. Its end is that of the connection, and the other way round. */
	child = g_subprocess_launcher_spawn(launcher, &cause, self->path, NULL);
	if (child && g_unix_set_fd_nonblocking(ends[0], TRUE, &cause))
		return ends[0];
	error_set(error, ERROR_UNAVAILABLE, "%s", cause->message);
	close(ends[0]);
	return -1;
}

Place *place_child_new(const char *program)
{
	return known_new(program, open_child);
}
