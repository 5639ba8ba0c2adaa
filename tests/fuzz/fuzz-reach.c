/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as what answers where a camera should be. Answers are parted by lines "%%", one a
 * connection; @p is the server's own HOST:PORT, for redirects. Names are known here alone: nobody
 * else is asked or reached. */
#include "reach.h"

#include <gio/gio.h>
#include <string.h>

#define HOST "127.77.0.1"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

/* --- Names --- */

typedef struct {
	GResolver parent;
} Names;

typedef struct {
	GResolverClass parent_class;
} NamesClass;

static GType names_get_type(void);
G_DEFINE_TYPE(Names, names, G_TYPE_RESOLVER)

static void lookup(GResolver *resolver, const char *name, GCancellable *cancellable,
                   GAsyncReadyCallback done, gpointer data)
{
	g_autoptr(GTask) task = g_task_new(resolver, cancellable, done, data);

	if (strcmp(name, "camera") == 0)
		g_task_return_pointer(task, g_list_prepend(NULL, g_inet_address_new_from_string(HOST)),
		                      NULL);
	else
		g_task_return_new_error(task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND,
		                        "Not known");
}

static GList *lookup_finish(GResolver *resolver, GAsyncResult *result, GError **error)
{
	return g_task_propagate_pointer(G_TASK(result), error);
}

static void names_class_init(NamesClass *class)
{
	GResolverClass *resolver = G_RESOLVER_CLASS(class);

	resolver->lookup_by_name_async = lookup;
	resolver->lookup_by_name_finish = lookup_finish;
}

static void names_init(Names *self)
{
}

/* --- The server --- */

static struct {
	GSocketService *service;
	guint16 port;
	char **answers;
	unsigned next;
} server;

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
                            gpointer data)
{
	GSocket *socket = g_socket_connection_get_socket(connection);
	const char *answer = server.answers[server.next] ? server.answers[server.next++] : "";

	g_socket_send(socket, answer, strlen(answer), NULL, NULL);
	g_socket_shutdown(socket, FALSE, TRUE, NULL);
	return TRUE;
}

static void serve(void)
{
	g_autoptr(GResolver) names = g_object_new(names_get_type(), NULL);
	g_autoptr(GSocketAddress) place = g_inet_socket_address_new_from_string(HOST, 0);
	g_autoptr(GSocketAddress) got = NULL;

	g_resolver_set_default(names);
	server.service = g_socket_service_new();
	g_assert_true(g_socket_listener_add_address(
	        G_SOCKET_LISTENER(server.service), place, G_SOCKET_TYPE_STREAM,
	        G_SOCKET_PROTOCOL_TCP, NULL, &got, NULL));
	server.port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(got));
	g_signal_connect(server.service, "incoming", G_CALLBACK(on_incoming), NULL);
}

/* --- The worker's side --- */

static void on_step(void *data, const char *step)
{
}

/* What is handed on is at the server, which is the only address that is allowed. */
static void on_done(void *data, const char *url, const char *reason, const char *detail)
{
	g_autofree char *here = g_strdup_printf("rtsp://" HOST ":");

	g_assert_true((url != NULL) == (reason == NULL));
	if (url)
		g_assert_true(g_str_has_prefix(url, here));
	else
		g_assert_true(g_str_has_prefix(reason, "camera-") && detail);
	*(bool *)data = true;
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	static char *networks[] = {(char *)HOST "/32", NULL};
	const ReachListener listener = {on_step, on_done};
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GString) filled = g_string_new(text);
	g_autofree char *place = NULL;
	g_autofree char *url = NULL;
	WireSource source = {.networks = networks};
	g_autoptr(Reach) reach = NULL;
	bool done = false;

	if (!server.service)
		serve();
	place = g_strdup_printf(HOST ":%u", server.port);
	g_string_replace(filled, "@p", place, 0);
	server.answers = g_strsplit(filled->str, "\n%%\n", 8);
	server.next = 0;
	url = g_strdup_printf("rtsp://%s/live", place);
	source.url = url;
	reach = reach_start(&source, 10000, &listener, &done);
	while (!done)
		g_main_context_iteration(NULL, TRUE);
	g_clear_pointer(&reach, reach_free);
	while (g_main_context_iteration(NULL, FALSE))
		continue;
	g_clear_pointer(&server.answers, g_strfreev);
	return 0;
}
