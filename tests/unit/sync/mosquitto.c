/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Its files in a directory of their own, and its process. */
#include "mosquitto.h"

#include "scratch.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Where it is, and no signal by a connection that it ends. */
void mosquitto_test_init(int *argc, char ***argv)
{
	g_autofree char *path = g_strconcat(g_getenv("PATH"), ":/usr/sbin", NULL);

	g_setenv("PATH", path, TRUE);
	signal(SIGPIPE, SIG_IGN);
	g_test_init(argc, argv, NULL);
}

/* Below those that the kernel gives to whoever asks for any: it stays free until mosquitto takes it, and
 * while mosquitto is away. */
static int find_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	g_autofree char *range = NULL;
	bool is_free = false;
	int end;

	g_assert_true(g_file_get_contents("/proc/sys/net/ipv4/ip_local_port_range", &range, NULL, NULL));
	end = atoi(range);
	while (!is_free) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		address.sin_port = htons((uint16_t)g_random_int_range(end / 2, end));
		is_free = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
		close(fd);
	}
	return ntohs(address.sin_port);
}

static void add_user(const Mosquitto *self, const char *user)
{
	g_autofree char *file = g_build_filename(self->directory, "passwords", NULL);
	const char *words[] = {"mosquitto_passwd", "-b", file, user, MOSQUITTO_PASSWORD, NULL};
	int status = -1;

	if (!g_file_test(file, G_FILE_TEST_EXISTS))
		g_assert_true(g_file_set_contents(file, "", 0, NULL));
	g_assert_true(g_spawn_sync(NULL, (char **)words, NULL,
	                           G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
	                           NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
}

void mosquitto_start(Mosquitto *self)
{
	GError *error = NULL;
	g_autoptr(GDataInputStream) lines = NULL;
	bool running = false;

	self->process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, "mosquitto", "-c",
	                                 self->config, NULL);
	g_assert_no_error(error);
	lines = g_data_input_stream_new(g_subprocess_get_stderr_pipe(self->process));
	while (!running) {
		g_autofree char *line = g_data_input_stream_read_line(lines, NULL, NULL, NULL);

		g_assert_nonnull(line);
		running = strstr(line, " running") != NULL;
	}
}

void mosquitto_stop(Mosquitto *self)
{
	g_subprocess_force_exit(self->process); /* SIGKILL */
	g_subprocess_wait(self->process, NULL, NULL);
	g_clear_object(&self->process);
}

Mosquitto *mosquitto_of(const char *const users[])
{
	Mosquitto *self = g_new0(Mosquitto, 1);
	g_autofree char *rules = NULL;
	g_autofree char *text = NULL;

	self->directory = g_dir_make_tmp("urok-broker-XXXXXX", NULL);
	g_assert_cmpint(g_chmod(self->directory, 0755), ==, 0);
	self->config = g_build_filename(self->directory, "mosquitto.conf", NULL);
	rules = g_build_filename(self->directory, "rules", NULL);
	self->port = find_port();
	for (const char *const *user = users; *user; user++)
		add_user(self, *user);
	g_assert_true(g_file_set_contents(rules,
	                                  "user cloud\ntopic readwrite urok/v1/#\n\n"
	                                  "pattern write urok/v1/%u/up/#\n"
	                                  "pattern read urok/v1/%u/down/#\n",
	                                  -1, NULL));
	text = g_strdup_printf("listener %d 127.0.0.1\nallow_anonymous false\nuser root\n"
	                       "password_file %s/passwords\nacl_file %s\nlog_dest stderr\n",
	                       self->port, self->directory, rules);
	g_assert_true(g_file_set_contents(self->config, text, -1, NULL));
	mosquitto_start(self);
	return self;
}

void mosquitto_free(Mosquitto *self)
{
	mosquitto_stop(self);
	scratch_remove(self->directory);
	g_free(self->directory);
	g_free(self->config);
	g_free(self);
}
