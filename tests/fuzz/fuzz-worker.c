/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as what a broadcast's worker says to the daemon over its socket; viewers ask for the
 * playlist meanwhile. */
#include "rooms.h"

#include "base/log.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CAMERA_URL "rtsp://10.0.0.5/live"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static struct {
	Rooms *rooms;
	char *folder; /* of the workers */
	int socket;   /* where the daemon looks for the worker */
	Id teacher;
} studio;

/* --- Workers that are this very process: nothing is started or ended --- */

static bool launcher_start(Launcher *self, const char *name, GError **error)
{
	return true;
}

static void launcher_stop(Launcher *self, const char *name)
{
}

static void launcher_adopt(Launcher *self, const char *name, GPid pid)
{
}

static void launcher_end(Launcher *self)
{
	g_free(self);
}

static Media *make_media(void)
{
	static const char *const NETWORKS[] = {"10.0.0.0/8", NULL};
	Launcher *launcher = g_new0(Launcher, 1);
	MediaOptions options;

	*launcher = (Launcher){launcher_start, launcher_stop, launcher_adopt, launcher_end, NULL,
	                       NULL};
	options = (MediaOptions){launcher, studio.folder, NETWORKS};
	return media_new(&options, NULL);
}

static int listen_as_worker(void)
{
	g_autofree char *path = g_build_filename(studio.folder, "zal", "control", NULL);
	g_autofree char *folder = g_path_get_dirname(path);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	unlink(path);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(fd, 4), ==, 0);
	return fd;
}

static void begin_broadcast(void)
{
	const NewPerson person = {.family_name = "Миронова", .given_name = "Соня",
	                          .roles = ROLE_ADMINISTRATOR | ROLE_TEACHER};
	const NewCamera camera = {.name = "Зал", .url = CAMERA_URL};
	const AudienceOf everybody = {.school = true};
	Actor teacher = {.kind = ACTOR_PERSON, .roles = person.roles};
	Rooms *rooms = studio.rooms;
	GError *error = NULL;
	Id id;

	rooms_begin(rooms);
	people_add(rooms->people, &ACTOR_OF_SYSTEM, &person, &studio.teacher, &error);
	g_assert_no_error(error);
	teacher.person = studio.teacher;
	broadcasts_add_camera(rooms->broadcasts, &teacher, &camera, &id, &error);
	g_assert_no_error(error);
	broadcasts_begin(rooms->broadcasts, &teacher, id.text, "Линейка", &everybody, &id, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

static void open_studio(void)
{
	g_autofree char *home = g_dir_make_tmp("urok-fuzz-XXXXXX", NULL);

	studio.folder = g_build_filename(home, "broadcast", NULL);
	g_assert_cmpint(g_mkdir(studio.folder, 0700), ==, 0);
	studio.socket = listen_as_worker();
	studio.rooms = rooms_open_with(home, make_media());
	begin_broadcast();
}

static void close_studio(void)
{
	g_autofree char *home = g_path_get_dirname(studio.folder);

	rooms_free(studio.rooms);
	close(studio.socket);
	g_clear_pointer(&studio.folder, g_free);
	scratch_remove(home);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (g_file_test("/dev/shm", G_FILE_TEST_IS_DIR))
		setenv("TMPDIR", "/dev/shm", 1);
	log_open(LOG_ERROR);
	open_studio();
	atexit(close_studio);
	return 0;
}

/* The next connection of the daemon to its worker, which it makes by itself. */
static int wait_for_daemon(void)
{
	for (;;) {
		int fd = accept4(studio.socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0)
			return fd;
		g_main_context_iteration(NULL, TRUE);
	}
}

static void settle(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		continue;
}

/* A viewer who does not wait when the answer is held. */
static void watch(void)
{
	g_autofree char *request =
	        g_strdup_printf("GET /live/zal/index.m3u8 HTTP/1.1\r\nHost: school\r\n"
	                        "Connection: close\r\nCookie: " ROOMS_COOKIE "=%s\r\n\r\n",
	                        studio.teacher.text);
	char reply[65536] = "";
	int fd = rooms_dial(studio.rooms, SOCKET_REST);
	const char *body;

	(void)send(fd, request, strlen(request), MSG_NOSIGNAL);
	settle();
	(void)recv(fd, reply, sizeof reply - 1, MSG_DONTWAIT);
	close(fd);
	settle();
	body = strstr(reply, "\r\n\r\n");
	if (g_str_has_prefix(reply, "HTTP/1.1 200"))
		g_assert_true(body && g_str_has_prefix(body + 4, "#EXTM3U\n"));
	else
		g_assert_false(g_str_has_prefix(reply, "HTTP/1.1 500"));
}

/* Whatever the worker said: a playlist is one, and the page's JSON has a state. */
static void look(void)
{
	g_auto(Answer) page = rooms_ask(studio.rooms, &studio.teacher, "GET",
	                                "/api/v1/broadcasts", NULL, NULL);

	watch();
	g_assert_cmpuint(page.status, ==, 200);
	g_assert_nonnull(answer_text(&page, "now.0.state"));
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	int fd;

	fd = wait_for_daemon();
	settle();
	(void)send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	settle();
	look();
	close(fd);
	settle();
	return 0;
}
