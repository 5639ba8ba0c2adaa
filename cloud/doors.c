/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Listening for schools that are closed. A poll() over thousands of sockets at each turn would cost
 * more than the schools that are open: they are in an epoll set, of which the loop sees one. */
#include "doors.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG    512
#define KNOCKS_MAX 64

struct Doors {
	int epoll_fd;
	guint source;
};

struct Door {
	Doors *doors;
	int sockets[N_SOCKETS];
	OnKnock on_knock;
	void *school;
	bool is_watched;
};

static gboolean on_ready(int fd, GIOCondition condition, void *data)
{
	const Doors *self = data;
	struct epoll_event event;

	/* One at a time: opening a school may close another. */
	for (int i = 0; i < KNOCKS_MAX && epoll_wait(self->epoll_fd, &event, 1, 0) == 1; i++) {
		const Door *door = event.data.ptr;

		door->on_knock(door->school);
	}
	return G_SOURCE_CONTINUE;
}

Doors *doors_new(void)
{
	Doors *self = g_new0(Doors, 1);

	self->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	g_assert(self->epoll_fd >= 0);
	self->source = g_unix_fd_add(self->epoll_fd, G_IO_IN, on_ready, self);
	return self;
}

void doors_free(Doors *self)
{
	if (!self)
		return;
	g_source_remove(self->source);
	close(self->epoll_fd);
	g_free(self);
}

/* Made under another name and moved to its own, so that there is always somebody at the door. */
int doors_listen(const char *folder, const char *name, mode_t mode, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *made = g_strdup_printf("%s.%d", path, (int)getpid());
	int fd;

	if (strlen(made) >= sizeof address.sun_path) {
		error_set(error, ERROR_INVALID, "The socket's path %s is longer than %zu bytes", made,
		          sizeof address.sun_path - 1);
		return -1;
	}
	strcpy(address.sun_path, made);
	g_unlink(made);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (const void *)&address, sizeof address) == 0 &&
	    chmod(made, mode) == 0 && listen(fd, BACKLOG) == 0 && g_rename(made, path) == 0)
		return fd;
	error_set(error, ERROR_INTERNAL, "Cannot listen on %s: %s", path, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

Door *door_new(Doors *doors, const char *folder, OnKnock on_knock, void *school, GError **error)
{
	static const struct {
		const char *name;
		mode_t mode;
	} SOCKETS[N_SOCKETS] = {
	        [SOCKET_REST] = {"rest.sock", 0660},
	        [SOCKET_LIVE] = {"live.sock", 0660},
	        [SOCKET_CONTROL] = {"control.sock", 0600},
	};
	Door *self = g_new0(Door, 1);

	*self = (Door){doors, {-1, -1, -1, -1}, on_knock, school, false};
	for (int i = 0; i < N_SOCKETS; i++) {
		if (!SOCKETS[i].name)
			continue;
		self->sockets[i] = doors_listen(folder, SOCKETS[i].name, SOCKETS[i].mode, error);
		if (self->sockets[i] < 0) {
			door_free(self);
			return NULL;
		}
	}
	return self;
}

void door_free(Door *self)
{
	if (!self)
		return;
	door_watch(self, false);
	for (int i = 0; i < N_SOCKETS; i++)
		if (self->sockets[i] >= 0)
			close(self->sockets[i]);
	g_free(self);
}

void door_watch(Door *self, bool watched)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = self};

	if (self->is_watched == watched)
		return;
	self->is_watched = watched;
	for (int i = 0; i < N_SOCKETS; i++)
		if (self->sockets[i] >= 0)
			epoll_ctl(self->doors->epoll_fd, watched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
			          self->sockets[i], &event);
}

int door_socket(const Door *self, HttpSocket which)
{
	return self->sockets[which];
}
