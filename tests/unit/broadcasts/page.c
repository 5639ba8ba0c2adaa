/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Browsers of the studio's people. */
#include "page.h"

#include "broadcasts/runs.h"

#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool authenticate(void *room, Request *request, Actor *ret_actor, GError **error)
{
	Studio *self = room;
	const char *cookie = request_cookie(request);

	*ret_actor = (Actor){0};
	if (!id_is_valid(cookie))
		return true;
	*ret_actor = (Actor){.kind = ACTOR_PERSON, .person = id_from(cookie)};
	ret_actor->session = ret_actor->person;
	ret_actor->roles = people_roles(self->people, cookie);
	return true;
}

static struct sockaddr_un address_of(const Studio *self)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	g_snprintf(address.sun_path, sizeof address.sun_path, "%s/rest.sock",
		   self->scratch->directory);
	return address;
}

void studio_listen(Studio *self)
{
	struct sockaddr_un address = address_of(self);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	GError *error = NULL;

	http_set_authenticate(self->http, authenticate, self);
	http_add_routes(self->http, BROADCASTS_ROUTES, self->broadcasts);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(fd, 64), ==, 0);
	http_listen(self->http, SOCKET_REST, fd, &error);
	g_assert_no_error(error);
}

int page_ask(Studio *self, const Actor *person, const char *path, const char *original)
{
	struct sockaddr_un address = address_of(self);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_autoptr(GString) request = g_string_new(NULL);

	g_string_printf(request, "GET %s HTTP/1.1\r\nHost: school\r\nConnection: close\r\n", path);
	if (person)
		g_string_append_printf(request, "Cookie: sid=%s\r\n", person->person.text);
	if (original)
		g_string_append_printf(request, "X-Original-URI: %s\r\n", original);
	g_string_append(request, "\r\n");
	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(write(fd, request->str, request->len), ==, (gssize)request->len);
	return fd;
}

typedef struct {
	GString *bytes;
	bool over;
} Hearing;

static gboolean on_bytes(int fd, GIOCondition condition, void *data)
{
	Hearing *hearing = data;
	char buffer[16384];
	ssize_t size = read(fd, buffer, sizeof buffer);

	if (size > 0) {
		g_string_append_len(hearing->bytes, buffer, size);
		return G_SOURCE_CONTINUE;
	}
	hearing->over = true;
	return G_SOURCE_REMOVE;
}

Page page_hear(int fd)
{
	Hearing hearing = {g_string_new(NULL), false};
	const char *body;
	Page page = {0};

	g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_bytes, &hearing);
	while (!hearing.over)
		g_main_context_iteration(NULL, TRUE);
	close(fd);
	g_assert_true(g_str_has_prefix(hearing.bytes->str, "HTTP/1.1 "));
	page.status = (unsigned)atoi(hearing.bytes->str + strlen("HTTP/1.1 "));
	body = strstr(hearing.bytes->str, "\r\n\r\n");
	page.text = g_strdup(body + 4);
	g_string_free(hearing.bytes, TRUE);
	return page;
}

Page page_get(Studio *self, const Actor *person, const char *path)
{
	return page_hear(page_ask(self, person, path, NULL));
}

void page_clear(Page *page)
{
	g_free(page->text);
}

void page_leave(int fd)
{
	close(fd);
}

void studio_wait_for_holds(Studio *self, const char *slug, unsigned count)
{
	Run *run = run_find(self->broadcasts, slug);

	while (g_queue_get_length(&run->holds) != count)
		g_main_context_iteration(NULL, TRUE);
}
