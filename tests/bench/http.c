/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What HTTP costs: CPU of a small GET beside nginx's `return 200`, CPU of a live delivery to 2,000
 * streams, and what they weigh. The server is a process of its own; CPU is the scheduler's count. */
#include "base/crypto.h"
#include "http/http.h"
#include "scratch.h"

#include <glib-unix.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define STREAMS   2000
#define FEW       30
#define EVENTS    200
#define WRK_S     "3"
#define TOKEN     "JKZw0hUCnCmYhDbqs0ZCXu5SUEGvIwMzaXpIcp5mBBE"
#define SID       "__Host-sid"

/* --- The server --- */

typedef struct {
	Scratch *scratch;
	Http *http;
	GPtrArray *streams;
} Served;

static bool let_anyone(void *room, Request *request, GError **error)
{
	return true;
}

static bool let_signed_in(void *room, Request *request, GError **error)
{
	return request_actor(request)->kind == ACTOR_PERSON ||
	       error_set(error, ERROR_UNAUTHENTICATED, "Sign in first");
}

/* As people/ does it: the token's digest is looked up, one row says who it is. */
static bool authenticate(void *room, Request *request, Actor *ret_actor, GError **error)
{
	Served *self = room;
	const char *token = request_cookie(request);
	g_autofree char *digest = NULL;
	g_autoptr(Query) query = NULL;
	bool found = false;
	Digest bytes;

	if (!token)
		return true;
	bytes = token_digest(token);
	digest = base64url_encode(bytes.bytes, DIGEST_SIZE);
	query = store_query(self->scratch->store, "find_note");
	query_bind_text(query, ":id", digest);
	if (!query_next(query, &found, error))
		return false;
	if (found) {
		ret_actor->kind = ACTOR_PERSON;
		ret_actor->person = id_from(query_text(query, 0));
	}
	return true;
}

static bool get_hello(void *room, Request *request, GError **error)
{
	request_reply_json(request, 200, "{\"name\":\"School No. 17\",\"set_up\":true}");
	return true;
}

static void on_closed(void *data)
{
}

static bool get_live(void *room, Request *request, GError **error)
{
	static const StreamEvents STREAM_EVENTS = {on_closed};
	Served *self = room;

	g_ptr_array_add(self->streams, request_stream(request, &STREAM_EVENTS, NULL));
	return true;
}

/* As an event of the log does: one text, shared by all who may see it. */
static bool publish(void *room, Request *request, GError **error)
{
	Served *self = room;
	g_autofree char *pad = g_strnfill(170, 'x');
	g_autofree char *text = g_strdup_printf("event: message\ndata: \"%s\"\n\n", pad);
	g_autoptr(GBytes) block = g_bytes_new(text, strlen(text));
	int most = 0;

	if (!request_limit(request, STREAMS, STREAMS, &most, error))
		return false;
	for (int i = 0; i < most; i++)
		(void)stream_send(self->streams->pdata[(guint)i * self->streams->len / (guint)most],
		                  block);
	request_reply_empty(request);
	return true;
}

static const Route ROUTES[] = {
	{ GET, "/api/v1/school",  "anyone",    0, get_hello },
	{ GET, "/api/v1/me",      "signed-in", 0, get_hello },
	{ GET, "/api/v1/publish", "anyone",    0, publish },
	{ GET, "/api/v1/live",    "anyone",    0, get_live, ROUTE_LIVE },
	{ 0 }
};

static void add_session(Store *store)
{
	Digest bytes = token_digest(TOKEN);
	g_autofree char *digest = base64url_encode(bytes.bytes, DIGEST_SIZE);
	g_autoptr(Query) query = NULL;

	g_assert_true(store_begin(store, NULL));
	query = store_query(store, "insert_note");
	query_bind_text(query, ":id", digest);
	query_bind_text(query, ":text", "01890a5d-ac96-774b-bcce-b302099a8057");
	g_assert_true(query_run(query, NULL));
	g_clear_pointer(&query, query_end);
	g_assert_true(store_end(store, true, NULL) && store_commit(store, NULL));
}

static gboolean on_stop(gpointer loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_CONTINUE;
}

static void serve(int rest_fd, int live_fd)
{
	HttpOptions options = {.cookie_name = SID};
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	Served self = {.scratch = scratch_new_plain(NULL), .streams = g_ptr_array_new()};

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	g_unix_signal_add(SIGTERM, on_stop, loop);
	add_session(self.scratch->store);
	options.store = self.scratch->store;
	self.http = http_new(&options);
	http_set_authenticate(self.http, authenticate, &self);
	http_add_gate(self.http, "anyone", let_anyone, NULL);
	http_add_gate(self.http, "signed-in", let_signed_in, NULL);
	http_add_routes(self.http, ROUTES, &self);
	g_assert_true(http_listen(self.http, SOCKET_REST, rest_fd, NULL));
	g_assert_true(http_listen(self.http, SOCKET_LIVE, live_fd, NULL));
	g_main_loop_run(loop);
	http_free(self.http);
	scratch_free(self.scratch);
	g_ptr_array_unref(self.streams);
}

/* The floor: who connects is written to, when a byte comes, without any server in between. */
static void serve_bare(int rest_fd, int live_fd)
{
	char *text = g_strnfill(210, 'x');
	int fds[STREAMS];
	int rest;
	int to;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	text[209] = text[208] = '\n';
	for (int i = 0; i < STREAMS; i++) {
		fds[i] = accept(live_fd, NULL, NULL);
		g_assert_cmpint(send(fds[i], "\n\n", 2, MSG_NOSIGNAL), ==, 2);
	}
	rest = accept(rest_fd, NULL, NULL);
	while (recv(rest, &to, sizeof to, 0) == (ssize_t)sizeof to) {
		g_assert_cmpint(send(rest, &to, sizeof to, MSG_NOSIGNAL), ==, sizeof to);
		for (int i = 0; i < to; i++)
			g_assert_cmpint(send(fds[(size_t)i * STREAMS / (size_t)to], text, 210,
			                     MSG_NOSIGNAL),
			                ==, 210);
	}
}

/* --- Measures --- */

static int64_t cpu_ns(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/schedstat", pid);
	g_autofree char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return g_ascii_strtoll(text, NULL, 10);
}

static double rss_mb(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/statm", pid);
	g_autofree char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return (double)g_ascii_strtoll(strchr(text, ' '), NULL, 10) * (double)getpagesize() / 1e6;
}

static void show(const char *what, double value, const char *unit)
{
	printf("%-52s %8.2f %s\n", what, value, unit);
	fflush(stdout);
}

static int listen_tcp(int *ret_port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, size), ==, 0);
	g_assert_cmpint(listen(fd, 512), ==, 0);
	g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &size), ==, 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static void pound(const char *what, int port, const char *path, const char *cookie, pid_t pid)
{
	g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d%s", port, path);
	g_autofree char *header = g_strdup_printf("Cookie: %s", cookie ? cookie : "a=b");
	const char *const argv[] = {"wrk", "-t1", "-c64", "-d", WRK_S "s", "-H", header, url, NULL};
	g_autofree char *said = NULL;
	int64_t before = cpu_ns(pid);
	const char *requests;
	int64_t spent;

	g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
	                           &said, NULL, NULL, NULL));
	spent = cpu_ns(pid) - before;
	g_assert_null(strstr(said, "Non-2xx"));
	requests = strstr(said, " requests in ");
	g_assert_nonnull(requests);
	while (requests > said && requests[-1] != ' ' && requests[-1] != '\n')
		requests--;
	show(what, (double)spent / 1e3 / (double)g_ascii_strtoll(requests, NULL, 10),
	     "us of CPU a request");
}

/* --- nginx, the other side --- */

static pid_t child_of(pid_t parent)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children", parent, parent);
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? (pid_t)strtol(text, NULL, 10) : 0;
}

static pid_t start_nginx(const char *directory, int *ret_port)
{
	g_autofree char *config = g_build_filename(directory, "nginx.conf", NULL);
	int fd = listen_tcp(ret_port);
	g_autofree char *text = g_strdup_printf(
	        "daemon off; worker_processes 1; pid %s/nginx.pid; error_log %s/error.log;\n"
	        "events { worker_connections 512; }\n"
	        "http { access_log off; keepalive_requests 1000000000; default_type "
	        "application/json;\n server { listen 127.0.0.1:%d; location / { return 200 "
	        "'{\"name\":\"School No. 17\",\"set_up\":true}'; } } }\n",
	        directory, directory, *ret_port);
	const char *const argv[] = {"/usr/sbin/nginx", "-e", "stderr", "-c", config, NULL};
	GPid pid;

	close(fd);
	g_assert_true(g_file_set_contents(config, text, -1, NULL));
	g_assert_true(g_spawn_async(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
	                            NULL, &pid, NULL));
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

static void measure_nginx(const char *directory)
{
	int port = 0;
	pid_t pid = start_nginx(directory, &port);

	while (!child_of(pid))
		g_thread_yield();
	pound("nginx, return 200", port, "/", NULL, child_of(pid));
	stop(pid);
}

/* --- Streams --- */

typedef struct {
	struct sockaddr_un rest;
	struct sockaddr_un live;
	int epoll_fd;
	int rest_fd;
	int fds[STREAMS];
	unsigned hears; /* blank lines: the ends of blocks */
} Listeners;

static int dial(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpint(connect(fd, (const struct sockaddr *)address, sizeof *address), ==, 0);
	return fd;
}

static void put(int fd, const char *text)
{
	g_assert_cmpint(send(fd, text, strlen(text), MSG_NOSIGNAL), ==, (ssize_t)strlen(text));
}

static void hear(Listeners *self, int fd)
{
	char buffer[8192];
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof buffer - 1, MSG_DONTWAIT)) > 0) {
		buffer[n] = '\0';
		for (const char *at = buffer; (at = strstr(at, "\n\n")); at += 2)
			self->hears++;
	}
	g_assert_true(n < 0 && errno == EAGAIN);
}

static void hear_all(Listeners *self, unsigned count)
{
	struct epoll_event events[256];

	while (self->hears < count) {
		int n = epoll_wait(self->epoll_fd, events, 256, 10000);

		g_assert_cmpint(n, >, 0);
		for (int i = 0; i < n; i++)
			hear(self, events[i].data.fd);
	}
	self->hears = 0;
}

static void open_streams(Listeners *self)
{
	self->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < STREAMS; i++) {
		struct epoll_event event = {.events = EPOLLIN};

		self->fds[i] = dial(&self->live);
		event.data.fd = self->fds[i];
		g_assert_cmpint(epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, self->fds[i], &event), ==,
		                0);
		put(self->fds[i], "GET /api/v1/live HTTP/1.1\r\nHost: x\r\n\r\n");
		hear_all(self, 1);
	}
	self->rest_fd = dial(&self->rest);
}

static void measure_fan_out(Listeners *self, const char *what, int to, pid_t pid, bool bare)
{
	g_autofree char *request = g_strdup_printf(
	        "GET /api/v1/publish?limit=%d HTTP/1.1\r\nHost: x\r\n\r\n", to);
	int64_t before = cpu_ns(pid);
	char buffer[1024];

	for (int i = 0; i < EVENTS; i++) {
		if (bare)
			g_assert_cmpint(send(self->rest_fd, &to, sizeof to, 0), ==, sizeof to);
		else
			put(self->rest_fd, request);
		g_assert_cmpint(recv(self->rest_fd, buffer, sizeof buffer, 0), >, 0);
		hear_all(self, (unsigned)to);
	}
	show(what, (double)(cpu_ns(pid) - before) / 1e3 / EVENTS / to, "us of CPU a delivery");
}

/* --- All of it --- */

static struct sockaddr_un path_in(const char *directory, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	g_snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", directory, name);
	return address;
}

static int listen_unix(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpint(bind(fd, (const struct sockaddr *)address, sizeof *address), ==, 0);
	g_assert_cmpint(listen(fd, 512), ==, 0);
	return fd;
}

static pid_t start_server(void (*run)(int rest_fd, int live_fd), int rest_fd, int live_fd)
{
	pid_t pid = fork();

	g_assert_cmpint(pid, >=, 0);
	if (pid == 0) {
		run(rest_fd, live_fd);
		_exit(0);
	}
	close(rest_fd);
	close(live_fd);
	return pid;
}

static void measure_requests(const char *directory)
{
	struct sockaddr_un live = path_in(directory, "unused.sock");
	int port = 0;
	pid_t pid = start_server(serve, listen_tcp(&port), listen_unix(&live));

	measure_nginx(directory);
	pound("GET, anyone", port, "/api/v1/school", NULL, pid);
	pound("GET, signed in (one look into the store)", port, "/api/v1/me", SID "=" TOKEN, pid);
	show("after that", rss_mb(pid), "MB of RSS");
	stop(pid);
}

static void close_streams(Listeners *self)
{
	for (int i = 0; i < STREAMS; i++)
		close(self->fds[i]);
	close(self->rest_fd);
	close(self->epoll_fd);
	g_free(self);
}

static Listeners *listeners_new(const char *directory, const char *name, bool bare, pid_t *ret_pid)
{
	Listeners *self = g_new0(Listeners, 1);
	g_autofree char *rest = g_strconcat(name, "-rest.sock", NULL);
	g_autofree char *live = g_strconcat(name, "-live.sock", NULL);

	self->rest = path_in(directory, rest);
	self->live = path_in(directory, live);
	*ret_pid = start_server(bare ? serve_bare : serve, listen_unix(&self->rest),
	                        listen_unix(&self->live));
	return self;
}

static void measure_bare_streams(const char *directory)
{
	pid_t pid;
	Listeners *self = listeners_new(directory, "bare", true, &pid);

	open_streams(self);
	measure_fan_out(self, "bare send() to 2,000 of 2,000 sockets", STREAMS, pid, true);
	measure_fan_out(self, "bare send() to 30 of 2,000 sockets", FEW, pid, true);
	stop(pid);
	close_streams(self);
}

static void measure_streams(const char *directory)
{
	pid_t pid;
	Listeners *self = listeners_new(directory, "urok", false, &pid);

	open_streams(self);
	show("with 2,000 streams open", rss_mb(pid), "MB of RSS");
	measure_fan_out(self, "one event to 2,000 of 2,000 streams", STREAMS, pid, false);
	measure_fan_out(self, "one event to 30 of 2,000 streams", FEW, pid, false);
	show("with 2,000 streams, afterwards", rss_mb(pid), "MB of RSS");
	stop(pid);
	close_streams(self);
}

int main(void)
{
	g_autofree char *directory = g_dir_make_tmp("urok-bench-XXXXXX", NULL);
	struct rlimit files = {16384, 16384};

	g_assert_true(crypto_init());
	(void)setrlimit(RLIMIT_NOFILE, &files);
	measure_requests(directory);
	measure_bare_streams(directory);
	measure_streams(directory);
	scratch_remove(directory);
	return 0;
}
