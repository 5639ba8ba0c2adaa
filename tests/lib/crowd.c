/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Thousands of connections for a test, held cheaply by one thread: live streams of which some are
 * never read, requests that never end, and a flood of whole ones. To loopback and Unix sockets.
 *
 *   crowd streams PLACE COUNT DEAF   cookies on standard input, a line each and an empty one; eight
 *                                    streams a cookie, and the last DEAF of all are never read
 *   crowd halves PLACE COUNT         each sends the start of a request and no more
 *   crowd flood PLACE COUNT WIDE     the request on standard input, COUNT times over WIDE connections
 *
 * PLACE is unix:PATH or HOST:PORT. It says one line an event: "open N" when all streams have begun,
 * "sent N" when all halves are out, "closed N" each time a connection was closed from the other
 * side, "done STATUS=COUNT..." after a flood. A line "hear MARK" on standard input is answered by
 * "hearing MARK", and by "heard MARK" when each stream that is read got a block with it, after all
 * marks before. A line "end" ends it. */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_BYTES  (64 * 1024)
#define DEAF_BUFFER 4096
#define MARK_MAX    64
#define MARKS_MAX   512
#define COOKIE_MAX  512
#define STATUS_MAX  600
#define SPARE_FDS   64
#define OF_COOKIE   8 /* urokd lets a session have so many streams */
#define ANSWER_MAX  16384

typedef struct {
	int fd;
	bool deaf, begun;
	unsigned marks; /* how many of the marks were heard, in order */
	size_t kept;	/* of the last bytes, for a mark that lies across two reads */
	char tail[MARK_MAX];
	bool asks;   /* a request is on its way */
	size_t held; /* of its answer */
	char *answer;
} Client;

typedef struct {
	struct sockaddr_storage address;
	socklen_t size;
	int epoll_fd;
	Client *clients;
	unsigned count, begun, closed;
	char marks[MARKS_MAX][MARK_MAX];
	unsigned n_marks, n_said;
	const char *request; /* of a flood */
	size_t request_size;
	unsigned total, to_send, answered;
	unsigned statuses[STATUS_MAX];
} Crowd;

static void fail(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void say(const char *word, unsigned number)
{
	printf("%s %u\n", word, number);
	fflush(stdout);
}

static void raise_limit(unsigned count)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= count + SPARE_FDS)
		return;
	fprintf(stderr, "crowd: %u connections need a higher hard limit of descriptors than %lu\n",
	        count, (unsigned long)limit.rlim_max);
	exit(1);
}

static void find_place(Crowd *self, const char *place)
{
	struct sockaddr_un *un = (void *)&self->address;
	struct sockaddr_in *in = (void *)&self->address;
	g_auto(GStrv) parts = NULL;

	if (g_str_has_prefix(place, "unix:")) {
		un->sun_family = AF_UNIX;
		g_strlcpy(un->sun_path, place + 5, sizeof un->sun_path);
		self->size = sizeof *un;
		return;
	}
	parts = g_strsplit(place, ":", 2);
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)atoi(parts[1]));
	self->size = sizeof *in;
	if (inet_pton(AF_INET, parts[0], &in->sin_addr) != 1 || (ntohl(in->sin_addr.s_addr) >> 24) != 127)
		fail("not a loopback address");
}

static void watch(Crowd *self, Client *client, int how, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = client};

	if (epoll_ctl(self->epoll_fd, how, client->fd, &event) != 0)
		fail("epoll_ctl");
}

static void join(Crowd *self, Client *client, const char *text, size_t size)
{
	int small = DEAF_BUFFER;

	client->fd = socket(self->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		fail("socket");
	if (client->deaf)
		setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	if (connect(client->fd, (void *)&self->address, self->size) != 0)
		fail("connect");
	if (write(client->fd, text, size) != (ssize_t)size)
		fail("write");
	/* Who is deaf reads the first answer, so that it is known to be a stream. */
	watch(self, client, EPOLL_CTL_ADD, EPOLLIN);
}

static void leave(Crowd *self, Client *client)
{
	close(client->fd);
	client->fd = -1;
	say("closed", ++self->closed);
}

/* --- Streams --- */

static void tell_heard(Crowd *self)
{
	while (self->n_said < self->n_marks) {
		for (unsigned i = 0; i < self->count; i++)
			if (!self->clients[i].deaf && self->clients[i].marks <= self->n_said)
				return;
		printf("heard %s\n", self->marks[self->n_said++]);
		fflush(stdout);
	}
}

static bool find_marks(Crowd *self, Client *client, const char *text)
{
	bool found = false;

	while (client->marks < self->n_marks && (text = strstr(text, self->marks[client->marks]))) {
		client->marks++;
		found = true;
	}
	return found;
}

static void begin_stream(Crowd *self, Client *client, const char *text)
{
	if (!strstr(text, "event: hello"))
		return;
	client->begun = true;
	if (client->deaf)
		watch(self, client, EPOLL_CTL_MOD, EPOLLRDHUP);
	if (++self->begun == self->count)
		say("open", self->count);
}

static void read_stream(Crowd *self, Client *client)
{
	static char buffer[MARK_MAX + READ_BYTES + 1];
	ssize_t size;

	memcpy(buffer, client->tail, client->kept);
	size = read(client->fd, buffer + client->kept, client->begun ? READ_BYTES : 2048);
	if (size <= 0) {
		leave(self, client);
		return;
	}
	size += (ssize_t)client->kept;
	buffer[size] = '\0';
	if (!client->begun)
		begin_stream(self, client, buffer);
	if (find_marks(self, client, buffer))
		tell_heard(self);
	client->kept = MIN((size_t)size, (size_t)(client->begun ? MARK_MAX - 1 : 16));
	memcpy(client->tail, buffer + size - client->kept, client->kept);
	/* A mark that was found whole must not be found again. */
	if (client->marks == self->n_marks && client->begun)
		client->kept = 0;
}

static void open_streams(Crowd *self, unsigned deaf)
{
	g_autoptr(GPtrArray) cookies = g_ptr_array_new_with_free_func(g_free);
	char line[COOKIE_MAX];

	while (fgets(line, sizeof line, stdin) && line[0] != '\n')
		g_ptr_array_add(cookies, g_strdup(g_strchomp(line)));
	if (cookies->len * OF_COOKIE < self->count)
		fail("there are too few cookies");
	for (unsigned i = 0; i < self->count; i++) {
		g_autofree char *text = g_strdup_printf(
		        "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
		        "Cookie: %s\r\n\r\n",
		        (char *)cookies->pdata[i / OF_COOKIE]);

		self->clients[i].deaf = i >= self->count - deaf;
		join(self, &self->clients[i], text, strlen(text));
	}
}

/* --- Floods --- */

static void send_next(Crowd *self, Client *client)
{
	client->held = 0;
	client->asks = self->to_send > 0;
	if (!client->asks)
		return;
	self->to_send--;
	/* On a connection that is being closed it fails: then read_answer() asks again on another. */
	(void)!write(client->fd, self->request, self->request_size);
}

static void count_answer(Crowd *self, Client *client)
{
	int status = atoi(client->answer + strlen("HTTP/1.1 "));

	if (status > 0 && status < STATUS_MAX)
		self->statuses[status]++;
	self->answered++;
}

static void finish_flood(Crowd *self)
{
	printf("done");
	for (int i = 0; i < STATUS_MAX; i++)
		if (self->statuses[i])
			printf(" %d=%u", i, self->statuses[i]);
	printf(" closed=%u\n", self->closed);
	exit(0);
}

/* nginx closes a connection after a thousand requests. */
static void ask_anew(Crowd *self, Client *client)
{
	close(client->fd);
	client->fd = -1;
	client->held = 0;
	if (++self->closed > self->total)
		fail("every connection is closed");
	if (client->asks)
		join(self, client, self->request, self->request_size);
}

/* Answers have a Content-Length: those of a sign-in do. */
static void read_answer(Crowd *self, Client *client)
{
	ssize_t size = read(client->fd, client->answer + client->held, ANSWER_MAX - 1 - client->held);
	const char *end;
	const char *length;

	if (size <= 0) {
		ask_anew(self, client);
		return;
	}
	client->held += (size_t)size;
	client->answer[client->held] = '\0';
	end = strstr(client->answer, "\r\n\r\n");
	if (!end)
		return;
	length = strcasestr(client->answer, "\r\ncontent-length:");
	if (!length ||
	    (size_t)(end + 4 - client->answer) + strtoul(length + 17, NULL, 10) > client->held)
		return;
	count_answer(self, client);
	send_next(self, client);
}

static void open_flood(Crowd *self, unsigned total)
{
	static char request[4096];

	self->request_size = fread(request, 1, sizeof request, stdin);
	self->request = request;
	self->total = total;
	self->to_send = total - self->count;
	for (unsigned i = 0; i < self->count; i++) {
		self->clients[i].answer = g_malloc(ANSWER_MAX);
		self->clients[i].asks = true;
		join(self, &self->clients[i], request, self->request_size);
	}
}

/* --- What it is told --- */

static void take_line(Crowd *self)
{
	static char text[4096];
	static size_t held;
	ssize_t size = read(STDIN_FILENO, text + held, sizeof text - 1 - held);
	char *end;

	if (size <= 0)
		exit(0);
	held += (size_t)size;
	text[held] = '\0';
	while ((end = strchr(text, '\n'))) {
		*end = '\0';
		if (strcmp(text, "end") == 0)
			exit(0);
		if (g_str_has_prefix(text, "hear ") && self->n_marks < MARKS_MAX) {
			g_strlcpy(self->marks[self->n_marks++], text + 5, MARK_MAX);
			printf("hearing %s\n", text + 5);
			fflush(stdout);
		}
		held -= (size_t)(end + 1 - text);
		memmove(text, end + 1, held + 1);
	}
}

static void run(Crowd *self, void (*on_readable)(Crowd *self, Client *client), unsigned answers)
{
	struct epoll_event events[256];

	while (answers == 0 || self->answered < answers) {
		int n = epoll_wait(self->epoll_fd, events, G_N_ELEMENTS(events), -1);

		for (int i = 0; i < n; i++) {
			Client *client = events[i].data.ptr;

			if (!client)
				take_line(self);
			else if (client->fd < 0)
				continue;
			else if (client->deaf && client->begun)
				leave(self, client);
			else
				on_readable(self, client);
		}
	}
	finish_flood(self);
}

static void listen_to_orders(Crowd *self)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

	setvbuf(stdin, NULL, _IONBF, 0);
	if (epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0)
		fail("standard input");
}

static void read_half(Crowd *self, Client *client)
{
	char buffer[1024];

	if (read(client->fd, buffer, sizeof buffer) <= 0)
		leave(self, client);
}

static void open_halves(Crowd *self)
{
	static const char HALF[] = "GET /api/v1/school HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";

	for (unsigned i = 0; i < self->count; i++)
		join(self, &self->clients[i], HALF, strlen(HALF));
	say("sent", self->count);
}

int main(int argc, char **argv)
{
	static Crowd self;
	unsigned total;

	if (argc < 4)
		fail("usage: crowd streams|halves|flood PLACE COUNT [DEAF|WIDE]");
	signal(SIGPIPE, SIG_IGN);
	total = (unsigned)atoi(argv[3]);
	self.count = strcmp(argv[1], "flood") == 0 ? (unsigned)atoi(argv[4]) : total;
	raise_limit(self.count);
	find_place(&self, argv[2]);
	self.clients = g_new0(Client, self.count);
	self.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	setvbuf(stdin, NULL, _IONBF, 0);
	if (strcmp(argv[1], "flood") == 0) {
		open_flood(&self, total);
		run(&self, read_answer, total);
	}
	if (strcmp(argv[1], "streams") == 0)
		open_streams(&self, (unsigned)atoi(argv[4]));
	else
		open_halves(&self);
	listen_to_orders(&self);
	run(&self, strcmp(argv[1], "streams") == 0 ? read_stream : read_half, 0);
	return 0;
}
