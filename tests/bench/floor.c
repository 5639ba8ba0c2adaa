/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The floor under a live delivery: an epoll loop that answers whoever connects with a head and a
 * hello, and for each line "COUNT STAMP SIZE" of its input sends one block of that size to COUNT of
 * them. It parses nothing, may lose nobody and knows nobody. */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char HEAD[] =
	"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	"17\r\nevent: hello\ndata: {}\n\n\r\n";

static int listen_on(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	if (bind(fd, (void *)&address, sizeof address) != 0 || listen(fd, 4096) != 0)
		g_error("Cannot listen on %s", path);
	return fd;
}

static void watch(int epoll_fd, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void greet(int fd)
{
	char request[4096];

	if (recv(fd, request, sizeof request, MSG_DONTWAIT) > 0)
		send(fd, HEAD, strlen(HEAD), MSG_NOSIGNAL);
}

static void publish(const GArray *streams, const char *line)
{
	unsigned count = 0, size = 0;
	char stamp[32], block[4096];
	int length;

	if (sscanf(line, "%u %31s %u", &count, stamp, &size) != 3 || size > 3000)
		g_error("Not understood: %s", line);
	length = g_snprintf(block, sizeof block, "%x\r\nevent: message\ndata: %-*s\n\n\r\n",
			    23 + size, size, stamp);
	for (unsigned i = 0; i < count; i++)
		if (send(g_array_index(streams, int, i), block, (size_t)length, MSG_NOSIGNAL) !=
		    length)
			g_error("A block was not taken");
}

int main(int argc, char **argv)
{
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC), listener = listen_on(argv[1]);
	GArray *streams = g_array_new(FALSE, FALSE, sizeof(int));
	struct epoll_event events[64];
	char line[128];

	watch(epoll_fd, listener);
	watch(epoll_fd, STDIN_FILENO);
	puts("floor is ready");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(epoll_fd, events, 64, -1);

		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;

			if (fd == listener) {
				fd = accept(listener, NULL, NULL);
				g_array_append_val(streams, fd);
				watch(epoll_fd, fd);
			} else if (fd != STDIN_FILENO) {
				greet(fd);
			} else if (!fgets(line, sizeof line, stdin)) {
				return 0;
			} else {
				publish(streams, line);
			}
		}
	}
}
