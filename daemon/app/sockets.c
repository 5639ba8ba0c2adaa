/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Listening sockets: sd_listen_fds(3) or files of our own. */
#include "app/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define BACKLOG 4096

static const char *const NAMES[N_SOCKETS] = {"rest", "live", "control", "metrics"};

/* Somebody answers there: another urokd. */
static bool is_alive(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive = fd >= 0 && connect(fd, (const void *)address, sizeof *address) == 0;

	if (fd >= 0)
		close(fd);
	return alive;
}

static int make_socket(const char *path, mode_t mode, GError **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof address.sun_path) {
		error_set(error, ERROR_INVALID, "The socket's path %s is longer than %zu bytes", path,
		          sizeof address.sun_path - 1);
		return -1;
	}
	strcpy(address.sun_path, path);
	if (is_alive(&address)) {
		error_set(error, ERROR_UNAVAILABLE, "Another urokd listens on %s", path);
		return -1;
	}
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (const void *)&address, sizeof address) == 0 &&
	    chmod(path, mode) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	error_set(error, ERROR_INTERNAL, "Cannot listen on %s: %s", path, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The descriptor that the service manager passed under this name; -1: none. */
static int passed_socket(const char *name)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(0, &names);
	int found = -1;

	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			found = SD_LISTEN_FDS_START + i;
	g_strfreev(names);
	if (found >= 0)
		fcntl(found, F_SETFL, fcntl(found, F_GETFL) | O_NONBLOCK);
	return found;
}

bool sockets_listen(Http *http, const Config *config, GError **error)
{
	const char *const paths[N_SOCKETS] = {config->rest_socket, config->live_socket,
	                                      config->control_socket, config->metrics_socket};

	for (int i = 0; i < N_SOCKETS; i++) {
		int fd = passed_socket(NAMES[i]);

		if (fd < 0)
			fd = make_socket(paths[i], i == SOCKET_CONTROL ? 0600 : 0660, error);
		if (fd < 0 || !http_listen(http, (HttpSocket)i, fd, error))
			return false;
	}
	return true;
}
