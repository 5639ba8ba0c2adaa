/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokd with two more routes on its control socket: what an administrator's page will do one day,
 * so that a test takes a right away from the running daemon. It looks into the house,
 * which nobody else may. */
#include "app/app-private.h"

#include "base/crypto.h"
#include "base/log.h"

#include <glib-unix.h>
#include <signal.h>
#include <sys/stat.h>

static bool leave_class(void *room, Request *request, GError **error)
{
	App *self = room;
	const char *class_id = NULL;
	const char *person = NULL;
	const Field fields[] = {
	        {"class", FIELD_ID, true, 0, &class_id},
	        {"person", FIELD_ID, true, 0, &person},
	        {0},
	};

	if (!json_read(request_body(request), fields, error) ||
	    !classes_remove_member(self->classes, request_actor(request), class_id, person, error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool set_roles(void *room, Request *request, GError **error)
{
	static const struct {
		const char *name;
		unsigned roles;
	} KNOWN[] = {{"administrator", ROLE_ADMINISTRATOR}, {"teacher", ROLE_TEACHER},
	             {"parent", ROLE_PARENT}, {"pupil", ROLE_PUPIL}};
	App *self = room;
	const char *person = NULL;
	const char *role = NULL;
	const Field fields[] = {
	        {"person", FIELD_ID, true, 0, &person},
	        {"role", FIELD_TEXT, true, 32, &role},
	        {0},
	};
	unsigned roles = 0;

	if (!json_read(request_body(request), fields, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(KNOWN); i++)
		if (g_str_equal(KNOWN[i].name, role))
			roles = KNOWN[i].roles;
	if (!people_set_roles(self->people, request_actor(request), person, roles, error))
		return false;
	request_reply_empty(request);
	return true;
}

static const Route HANDS_ROUTES[] = {
        {POST, "/api/v1/console/hands/leave", "console", 512, leave_class},
        {POST, "/api/v1/console/hands/role", "console", 512, set_roles},
        {0},
};

static gboolean on_stop(void *loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_CONTINUE;
}

/* As `urokd --config FILE`; the program's own name in front is passed over. */
int main(int argc, char **argv)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(Config) config = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(App) app = NULL;

	g_assert(argc > 2 && crypto_init());
	signal(SIGPIPE, SIG_IGN);
	umask(0027);
	config = config_load(argv[argc - 1], &error);
	g_assert_no_error(error);
	app = app_new(config, &error);
	g_assert_no_error(error);
	http_add_routes(app->http, HANDS_ROUTES, app);
	g_unix_signal_add(SIGTERM, on_stop, loop);
	log_write(LOG_NOTICE, "Urok is ready, with hands");
	g_main_loop_run(loop);
	return 0;
}
