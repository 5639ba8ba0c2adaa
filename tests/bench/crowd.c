/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Many clients in one process, so that what is measured is the server.
 *
 *	crowd ask ADDRESS FILE CONNECTIONS COUNT RATE
 *	crowd listen ADDRESS FILE STREAMS
 *
 * ADDRESS is the path of a Unix socket or a port of 127.0.0.1. FILE holds whole requests, each
 *ended by a NUL; connection i sends request i modulo their number.
 *
 * ask: each connection sends its request COUNT times in all of them together, one after the other,
 *or with RATE > 0 at that many a second, whatever the answers do; COUNT 0: until its input ends. Says
 *{"answers":N,"refused":N,"p50_us":N,"p99_us":N,"most_us":N}; late when it was to be sent counts as waiting.
 *
 * listen: opens the streams, says "open" when each has its hello, then takes "N" from its input and
 *says "heard" when N stamped blocks have come since. A stamp is "@" and 16 digits: microseconds of
 *the monotonic clock. At the input's end says {"answers":N,"p50_us":N,"p99_us":N} of their ages. */
#include <errno.h>
#include <glib.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BUFFER_SIZE  (512 * 1024) /* a list of 300 classes has 140 KiB */
#define STAMP_DIGITS 16
#define READY_MAX    256
#define SILENCE_MS   10000 /* then what did not come is lost */

typedef struct {
	int fd;
	const char *request;
	gint64 sent_us; /* 0: nothing is asked */
	char *buffer;
	size_t filled;
	size_t chunk; /* bytes of a chunk that are still to come */
} Client;

typedef struct {
	int epoll_fd;
	Client *clients;
	int n_clients;
	GArray *times_us; /* of gint64 */
	guint64 refused;
	guint64 hellos;
} Crowd;

static int dial(const char *address)
{
	int port = atoi(address);
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	struct sockaddr_in host = {.sin_family = AF_INET,
				   .sin_port = htons((uint16_t)port),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(port ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	g_strlcpy(path.sun_path, address, sizeof path.sun_path);
	if (fd < 0 || connect(fd, port ? (void *)&host : (void *)&path,
			      port ? sizeof host : sizeof path) != 0)
		g_error("Cannot connect to %s: %s", address, g_strerror(errno));
	if (port)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static Crowd *crowd_new(const char *address, const char *file, int n_clients)
{
	Crowd *self = g_new0(Crowd, 1);
	GPtrArray *requests = g_ptr_array_new();
	char *text = NULL;
	gsize size = 0;

	if (!g_file_get_contents(file, &text, &size, NULL))
		g_error("Cannot read %s", file);
	for (char *at = text; at < text + size; at += strlen(at) + 1)
		g_ptr_array_add(requests, at);
	self->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	self->n_clients = n_clients;
	self->clients = g_new0(Client, n_clients);
	self->times_us = g_array_new(FALSE, FALSE, sizeof(gint64));
	for (int i = 0; i < n_clients; i++) {
		Client *client = &self->clients[i];
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};

		client->fd = dial(address);
		client->request = requests->pdata[(guint)i % requests->len];
		client->buffer = g_malloc(BUFFER_SIZE + 1);
		epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
	}
	return self;
}

static void ask(Client *client, gint64 now_us)
{
	size_t size = strlen(client->request);

	client->sent_us = now_us;
	if (send(client->fd, client->request, size, MSG_NOSIGNAL) != (ssize_t)size)
		g_error("A request could not be sent: %s", g_strerror(errno));
}

static void receive(Client *client)
{
	ssize_t n = recv(client->fd, client->buffer + client->filled, BUFFER_SIZE - client->filled,
			 MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN))
		g_error("The server hung up");
	if (n > 0)
		client->filled += (size_t)n;
	client->buffer[client->filled] = '\0';
}

static void drop(Client *client, size_t size)
{
	client->filled -= size;
	memmove(client->buffer, client->buffer + size, client->filled + 1);
}

static int compare_times(const void *a, const void *b)
{
	gint64 first = *(const gint64 *)a;
	gint64 second = *(const gint64 *)b;

	return first < second ? -1 : first > second;
}

static gint64 percentile(const Crowd *self, double share)
{
	guint place = (guint)((double)self->times_us->len * share);

	return self->times_us->len
		       ? g_array_index(self->times_us, gint64, MIN(place, self->times_us->len - 1))
		       : 0;
}

static void say(Crowd *self)
{
	g_array_sort(self->times_us, compare_times);
	printf("{\"answers\":%u,\"refused\":%" G_GUINT64_FORMAT ",\"p50_us\":%" G_GINT64_FORMAT
	       ",\"p99_us\":%" G_GINT64_FORMAT ",\"most_us\":%" G_GINT64_FORMAT "}\n",
	       self->times_us->len, self->refused, percentile(self, 0.5), percentile(self, 0.99),
	       percentile(self, 1));
}

/* --- Asking --- */

/* Takes a whole answer away; false: it is not there yet. */
static bool take_answer(Crowd *self, Client *client)
{
	char *end = strstr(client->buffer, "\r\n\r\n");
	char *length = strcasestr(client->buffer, "\r\nContent-Length:");
	size_t size;

	if (!end)
		return false;
	size = (size_t)(end - client->buffer) + 4 +
	       (length && length < end ? (size_t)atoll(length + 17) : 0);
	if (size > BUFFER_SIZE)
		g_error("An answer is longer than %d bytes", BUFFER_SIZE);
	if (client->filled < size)
		return false;
	self->refused += client->buffer[strlen("HTTP/1.1 ")] != '2';
	drop(client, size);
	return true;
}

static Client *find_free(Crowd *self, int *turn)
{
	for (int i = 0; i < self->n_clients; i++) {
		Client *client = &self->clients[(*turn)++ % self->n_clients];

		if (!client->sent_us)
			return client;
	}
	return NULL;
}

/* What is due by now; gives the time until more is, in milliseconds. */
static int ask_due(Crowd *self, gint64 begun_us, int rate, int count, int *asked)
{
	static int turn;
	gint64 now_us = g_get_monotonic_time();

	while (*asked < count) {
		gint64 due_us = rate ? begun_us + *asked * (gint64)G_USEC_PER_SEC / rate : now_us;
		Client *client;

		if (due_us > now_us)
			return (int)((due_us - now_us) / 1000) + 1;
		client = find_free(self, &turn);
		if (!client)
			return -1;
		ask(client, due_us);
		(*asked)++;
	}
	return -1;
}

static void run_asking(Crowd *self, int wanted, int rate)
{
	struct epoll_event events[READY_MAX];
	struct epoll_event end = {.events = EPOLLIN, .data.ptr = NULL};
	gint64 begun_us = g_get_monotonic_time();
	int count = wanted ? wanted : INT_MAX;
	int asked = 0;

	if (!wanted)
		epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &end);
	while (self->times_us->len < (guint)count) {
		int wait_ms = ask_due(self, begun_us, rate, count, &asked);
		int n = epoll_wait(self->epoll_fd, events, READY_MAX, wait_ms);

		for (int i = 0; i < n; i++) {
			Client *client = events[i].data.ptr;
			gint64 took_us;

			if (!client) {
				/* Its input's end: what is asked is still heard. */
				epoll_ctl(self->epoll_fd, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
				count = asked;
				continue;
			}
			receive(client);
			if (!take_answer(self, client))
				continue;
			took_us = g_get_monotonic_time() - client->sent_us;
			client->sent_us = 0;
			g_array_append_val(self->times_us, took_us);
		}
	}
	say(self);
}

/* --- Listening --- */

static void take_block(Crowd *self, const char *block)
{
	const char *stamp = strchr(block, '@');
	gint64 age_us;

	if (strstr(block, "event: hello\n"))
		self->hellos++;
	if (!stamp || strspn(stamp + 1, "0123456789") < STAMP_DIGITS)
		return;
	age_us = g_get_monotonic_time() - g_ascii_strtoll(stamp + 1, NULL, 10);
	g_array_append_val(self->times_us, age_us);
}

/* Whole chunks only: each block is one. False: there is none yet. */
static bool take_chunk(Crowd *self, Client *client)
{
	char *begin = strstr(client->buffer, "\r\n");
	size_t size;

	if (!begin)
		return false;
	size = (size_t)strtoull(client->buffer, NULL, 16);
	begin += 2;
	if ((size_t)(begin - client->buffer) + size + 2 > client->filled)
		return false;
	begin[size] = '\0';
	for (char *block = begin; *block;) {
		char *end = strstr(block, "\n\n");

		if (!end)
			g_error("A block came in two chunks: %s", block);
		*end = '\0';
		take_block(self, block);
		block = end + 2;
	}
	drop(client, (size_t)(begin - client->buffer) + size + 2);
	return true;
}

static void hear(Crowd *self, Client *client)
{
	receive(client);
	if (g_str_has_prefix(client->buffer, "HTTP/1.1 ")) {
		char *end = strstr(client->buffer, "\r\n\r\n");

		if (!end)
			return;
		if (!g_str_has_prefix(client->buffer, "HTTP/1.1 200"))
			g_error("A stream was refused: %s", client->buffer);
		drop(client, (size_t)(end - client->buffer) + 4);
	}
	while (take_chunk(self, client))
		continue;
}

static void hear_until(Crowd *self, const guint64 *hellos, guint stamps)
{
	struct epoll_event events[READY_MAX];

	while (hellos ? self->hellos < *hellos : self->times_us->len < stamps) {
		int n = epoll_wait(self->epoll_fd, events, READY_MAX, SILENCE_MS);

		if (n == 0)
			return;
		for (int i = 0; i < n; i++)
			hear(self, events[i].data.ptr);
	}
}

static void run_listening(Crowd *self)
{
	char line[64];
	guint wanted = 0;

	/* One after the other: a listening socket's queue is no part of this. */
	for (int i = 0; i < self->n_clients; i++) {
		guint64 hellos = (guint64)i + 1;

		ask(&self->clients[i], g_get_monotonic_time());
		hear_until(self, &hellos, 0);
	}
	puts("open");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		wanted = self->times_us->len + (guint)atoi(line);
		hear_until(self, NULL, wanted);
		puts("heard");
		fflush(stdout);
	}
	say(self);
}

int main(int argc, char **argv)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (argc == 7 && strcmp(argv[1], "ask") == 0)
		run_asking(crowd_new(argv[2], argv[3], atoi(argv[4])), atoi(argv[5]),
			   atoi(argv[6]));
	else if (argc == 5 && strcmp(argv[1], "listen") == 0)
		run_listening(crowd_new(argv[2], argv[3], atoi(argv[4])));
	else
		g_error("usage: crowd ask ADDRESS FILE CONNECTIONS COUNT RATE | listen ADDRESS "
			"FILE STREAMS");
	return 0;
}
