/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urok-cloud: many schools for people outside of them. Reads its configuration, holds schools until
 * told to end. */
#include "apart.h"
#include "base/crypto.h"
#include "base/log.h"
#include "cloud.h"

#include <glib-unix.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define UNIT_USER "_urok-cloud"

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

/* Given by root, a command on the package's own configuration is done by the unit's user, whom
 * PostgreSQL knows and whose the files are. */
static bool become_unit_user(void)
{
	const struct passwd *user = geteuid() == 0 ? getpwnam(UNIT_USER) : NULL;

	return !user || (initgroups(UNIT_USER, user->pw_gid) == 0 && setgid(user->pw_gid) == 0 &&
	                 setuid(user->pw_uid) == 0);
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

/* error: its place, as it is set while the arguments are made. */
static int tell(bool done, GError *const *error)
{
	return done ? EXIT_SUCCESS : refuse(*error, EXIT_FAILURE);
}

static int tell_text(const char *text, const GError *error)
{
	if (!text)
		return refuse(error, EXIT_FAILURE);
	g_print("%s", text);
	return EXIT_SUCCESS;
}

/* What is asked for at the console; the words behind the options are left in argv. */
typedef struct {
	char *add_school;
	char *bind_box;
	char *link_code;
	char *unlink;
	char *write_broker;
	gboolean list_schools;
	gboolean list_boxes;
	gboolean restored;
	gboolean make_view;
} Wish;

static void wish_clear(Wish *self)
{
	g_free(self->add_school);
	g_free(self->bind_box);
	g_free(self->link_code);
	g_free(self->unlink);
	g_free(self->write_broker);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wish, wish_clear)

static int link_code(const Settings *settings, const char *slug)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *code = cloud_make_link_code(settings, slug, &error);
	g_autofree char *line = code ? g_strconcat(code, "\n", NULL) : NULL;

	return tell_text(line, error);
}

static int bind_box(const Settings *settings, const char *origin, const char *slug)
{
	g_autoptr(GError) error = NULL;

	if (slug)
		return tell(cloud_bind_box(settings, slug, origin, &error), &error);
	error_set(&error, ERROR_INVALID, "--bind-box ORIGIN needs the school's NAME behind it");
	return refuse(error, EX_USAGE);
}

static int list(const Settings *settings, bool boxes)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = boxes ? cloud_list_boxes(settings, &error)
	                              : cloud_list_schools(settings, &error);

	return tell_text(text, error);
}

/* Given by an instance to itself. */
static int make_view(const Settings *settings, char *const words[], int n)
{
	g_autoptr(GError) error = NULL;

	if (n == 4)
		return tell(apart_make(settings, words, &error), &error);
	error_set(&error, ERROR_INVALID, "--make-view is what urok-cloud tells itself");
	return refuse(error, EX_USAGE);
}

static int serve(const Settings *settings, const Wish *wish, char *const words[], int n)
{
	g_autoptr(GError) error = NULL;

	if (wish->add_school)
		return tell(cloud_add_school(settings, wish->add_school, &error), &error);
	if (wish->bind_box)
		return bind_box(settings, wish->bind_box, n > 0 ? words[0] : NULL);
	if (wish->link_code)
		return link_code(settings, wish->link_code);
	if (wish->unlink)
		return tell(cloud_unlink(settings, wish->unlink, &error), &error);
	if (wish->write_broker)
		return tell(cloud_write_broker(settings, wish->write_broker, &error), &error);
	if (wish->restored)
		return tell(cloud_note_restored(settings, &error), &error);
	if (wish->make_view)
		return make_view(settings, words, n);
	if (wish->list_schools || wish->list_boxes)
		return list(settings, wish->list_boxes);
	return run(settings);
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
	g_auto(Wish) wish = {0};
	gboolean key = FALSE;
	const GOptionEntry entries[] = {
	        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "The configuration file", "FILE"},
	        {"add-school", 0, 0, G_OPTION_ARG_STRING, &wish.add_school, "Add a school", "NAME"},
	        {"list-schools", 0, 0, G_OPTION_ARG_NONE, &wish.list_schools, "List the schools", NULL},
	        {"list-boxes", 0, 0, G_OPTION_ARG_NONE, &wish.list_boxes,
	         "List the origins of linked boxes, for a broker that has to know them", NULL},
	        {"link-code", 0, 0, G_OPTION_ARG_STRING, &wish.link_code,
	         "Print a code that links a box to the school, once and within an hour", "NAME"},
	        {"unlink", 0, 0, G_OPTION_ARG_STRING, &wish.unlink, "Unlink the school's box", "NAME"},
	        {"bind-box", 0, 0, G_OPTION_ARG_STRING, &wish.bind_box,
	         "Bind a box to the school NAME, without a code and a certificate", "ORIGIN"},
	        {"write-broker", 0, 0, G_OPTION_ARG_FILENAME, &wish.write_broker,
	         "Write the broker's key and certificate for [cloud] broker", "FOLDER"},
	        {"restored", 0, 0, G_OPTION_ARG_NONE, &wish.restored,
	         "Say that PostgreSQL was put back from a backup", NULL},
	        {"make-view", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &wish.make_view, "", NULL},
	        {"make-key", 0, 0, G_OPTION_ARG_NONE, &key, "Print a new key", NULL},
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
	if (!path && !become_unit_user())
		return EX_NOPERM;
	settings = settings_load(path ? path : "/etc/urok/cloud.conf", &error);
	if (!settings)
		return refuse(error, EX_CONFIG);
	signal(SIGPIPE, SIG_IGN);
	umask(0027);
	raise_descriptors();
	if (argc > 1 && g_str_equal(argv[1], "--"))
		argv++, argc--;
	return serve(settings, &wish, argv + 1, argc - 1);
}
