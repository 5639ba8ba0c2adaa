/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as what answers urokctl on the control socket. The first byte chooses the command, the
 * second whether it answers in JSON; answers are parted by lines "%%", one a connection. */
#include "ctl/commands.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);
void __wrap_console_pause(void);

static const struct {
	CommandFunc run;
	const char *words[3];
} COMMANDS[] = {
        {command_status, {NULL}},
        {command_setup_code, {NULL}},
        {command_sign_in_link, {"teacher", NULL}},
        {command_camera_list, {NULL}},
        {command_camera_remove, {"zal", NULL}},
        {command_log_verify, {NULL}},
        {command_camera_add, {"Зал", "rtsp://10.0.0.5/", NULL}},
        {command_camera_probe, {"rtsp://10.0.0.5/", NULL}},
        {command_demo, {NULL}},
        {command_user_list, {NULL}},
        {command_user_show, {"teacher", NULL}},
        {command_admin_recover, {NULL}},
        {command_reload, {NULL}},
        {command_complete, {"camera", NULL}},
};

static char *path;

/* In the place of console_pause(): nobody has to be patient here. */
void __wrap_console_pause(void)
{
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	signal(SIGPIPE, SIG_IGN);
	g_assert_nonnull(freopen("/dev/null", "w", stdout));
	path = g_strdup_printf("/tmp/urok-fuzz-%d.sock", getpid());
	return 0;
}

typedef struct {
	int fd;
	char **answers;
} Server;

/* libcurl waits in the program's own thread, so the server has one. */
static void *serve(void *data)
{
	Server *self = data;

	for (unsigned i = 0; self->answers[i]; i++) {
		int fd = accept(self->fd, NULL, NULL);
		char buffer[4096];

		if (fd < 0)
			break;
		(void)recv(fd, buffer, sizeof buffer, 0);
		(void)send(fd, self->answers[i], strlen(self->answers[i]), MSG_NOSIGNAL);
		close(fd);
	}
	close(self->fd);
	return NULL;
}

static int listen_here(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	unlink(path);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(fd, 4), ==, 0);
	return fd;
}

/* As main() has it: what fails says why. */
static void run(unsigned which, bool json)
{
	const Options options = {.json = json};
	g_auto(GStrv) words = g_strdupv((char **)COMMANDS[which].words);
	g_autoptr(Console) console = console_new(path);
	g_autoptr(GError) error = NULL;
	bool done = COMMANDS[which].run(console, &options, words, &error);

	g_assert_true(done == (error == NULL));
	if (error)
		g_assert_true(*error->message);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = size > 2 ? g_strndup((const char *)data + 2, size - 2) : NULL;
	g_auto(GStrv) answers = NULL;
	pthread_t thread;
	Server server;
	bool made;

	if (!text)
		return 0;
	answers = g_strsplit(text, "\n%%\n", 4);
	server = (Server){listen_here(), answers};
	made = pthread_create(&thread, NULL, serve, &server) == 0;
	g_assert_true(made);
	run(data[0] % G_N_ELEMENTS(COMMANDS), data[1] & 1);
	shutdown(server.fd, SHUT_RDWR); /* who still waits for a connection */
	pthread_join(thread, NULL);
	unlink(path);
	return 0;
}
