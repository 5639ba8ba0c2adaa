/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urok-cloud: many schools for people outside of them. Reads its configuration, holds schools until
 * told to end. */
#include "base/crypto.h"
#include "base/log.h"
#include "cloud.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>

static gboolean on_stop(void *loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_CONTINUE;
}

/* A school at rest has three sockets. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int refuse(const GError *error, int status)
{
	log_failure(LOG_ERROR, error, "urok-cloud");
	return status;
}

static int run(const Settings *settings)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(GError) error = NULL;
	g_autoptr(Cloud) cloud = cloud_new(settings, &error);

	if (!cloud)
		return refuse(error, EX_TEMPFAIL);
	g_unix_signal_add(SIGTERM, on_stop, loop);
	g_unix_signal_add(SIGINT, on_stop, loop);
	log_write(LOG_NOTICE, "urok-cloud %s is ready", UROK_VERSION);
	g_main_loop_run(loop);
	return EXIT_SUCCESS;
}

static int add_school(const Settings *settings, const char *slug)
{
	g_autoptr(GError) error = NULL;

	return cloud_add_school(settings, slug, &error) ? EXIT_SUCCESS : refuse(error, EXIT_FAILURE);
}

/* The school's short name is the word after the options. */
static int bind_box(const Settings *settings, const char *origin, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	if (argc != 2) {
		error_set(&error, ERROR_INVALID, "--bind-box ORIGIN needs the school's NAME behind it");
		return refuse(error, EX_USAGE);
	}
	return cloud_bind_box(settings, argv[1], origin, &error) ? EXIT_SUCCESS
	                                                         : refuse(error, EXIT_FAILURE);
}

static int list_schools(const Settings *settings)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = cloud_list_schools(settings, &error);

	if (!text)
		return refuse(error, EXIT_FAILURE);
	g_print("%s", text);
	return EXIT_SUCCESS;
}

static int make_key(void)
{
	uint8_t bytes[SEAL_KEY_SIZE];
	g_autofree char *text = NULL;

	random_bytes(bytes, sizeof bytes);
	text = base64url_encode(bytes, sizeof bytes);
	g_print("%s\n", text);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	g_autofree char *path = NULL;
	g_autofree char *slug = NULL;
	g_autofree char *origin = NULL;
	gboolean list = FALSE;
	gboolean key = FALSE;
	const GOptionEntry entries[] = {
	        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "The configuration file", "FILE"},
	        {"add-school", 0, 0, G_OPTION_ARG_STRING, &slug, "Add a school and end", "NAME"},
	        {"bind-box", 0, 0, G_OPTION_ARG_STRING, &origin, "Bind a box to the school NAME and end",
	         "ORIGIN"},
	        {"list-schools", 0, 0, G_OPTION_ARG_NONE, &list, "List the schools and end", NULL},
	        {"make-key", 0, 0, G_OPTION_ARG_NONE, &key, "Print a new key and end", NULL},
	        {0},
	};
	g_autoptr(GOptionContext) options = g_option_context_new("- schools for people outside");
	g_autoptr(Settings) settings = NULL;
	g_autoptr(GError) error = NULL;

	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, &error))
		return refuse(error, EX_USAGE);
	if (!crypto_init())
		return EX_OSERR;
	if (key)
		return make_key();
	settings = settings_load(path ? path : "/etc/urok/cloud.conf", &error);
	if (!settings)
		return refuse(error, EX_CONFIG);
	signal(SIGPIPE, SIG_IGN);
	umask(0027);
	raise_descriptors();
	if (slug)
		return add_school(settings, slug);
	if (origin)
		return bind_box(settings, origin, argc, argv);
	return list ? list_schools(settings) : run(settings);
}
