/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokd: the school's daemon. Reads its configuration, builds the house, runs until told to end. */
#include "app/app.h"
#include "app/journal.h"
#include "app/rehearsal.h"
#include "base/crypto.h"
#include "base/log.h"
#include "store/store.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>

#define BARRIER_US  (5 * G_USEC_PER_SEC)
#define LEAVE_MS    2000 /* for those who had asked before we were told to end */
#define TICK_S      600  /* a look at the machine, where there is no watchdog */
#define DESCRIPTORS 8704 /* two sockets of 4,096 connections, and what the daemon itself needs */

/* What a service manager and an administrator's script are told: urokd(8) lists them. Only what may
 * be better in a moment (EX_TEMPFAIL, EXIT_FAILURE) is worth another start. */
static int status_of(const GError *error)
{
	static const struct {
		const char *reason;
		int status;
	} KNOWN[] = {
	        {STORE_DAMAGED, EX_DATAERR},
	        {STORE_NEWER, EX_UNAVAILABLE},
	        {STORE_FOREIGN, EX_CONFIG},
	        {STORE_FORBIDDEN, EX_NOPERM},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(KNOWN); i++)
		if (g_str_equal(error_reason_of(error), KNOWN[i].reason))
			return KNOWN[i].status;
	if (error_is(error, ERROR_UNAVAILABLE) || error_is(error, ERROR_NO_SPACE))
		return EX_TEMPFAIL;
	return error_is(error, ERROR_INVALID) ? EX_CONFIG : EXIT_FAILURE;
}

/* `systemctl status` shows the sentence; it is waited for, as this process is about to end. */
static void tell_end(const char *sentence)
{
	g_autofree char *line = g_strdelimit(g_strdup(sentence), "\n", ';');

	sd_notifyf(0, "STATUS=%s", line);
	sd_notify_barrier(0, BARRIER_US);
}

/* All that is wrong, a line each. */
static int refuse_config(const GError *error)
{
	g_auto(GStrv) problems = g_strsplit(error->message, "\n", -1);

	log_alarm(ALARM_CONFIGURATION_WRONG, "The configuration is wrong: %s", problems[0]);
	for (guint i = 1; problems[i]; i++)
		log_write(LOG_ERROR, "%s", problems[i]);
	tell_end(error->message);
	return EX_CONFIG;
}

/* For `urokctl check-config`: what is wrong and nothing else. */
static int check_config(const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = config_load(path, &error);

	if (!config) {
		g_printerr("%s\n", error->message);
		return EX_CONFIG;
	}
	g_print("%s is fine\n", path);
	return EXIT_SUCCESS;
}

static int refuse_start(const GError *error)
{
	log_alarm(ALARM_CANNOT_START, "Urok cannot start: %s", error->message);
	tell_end(error->message);
	return status_of(error);
}

/* For the package, before it lets go of the urokd that runs. */
static int rehearse(const Config *config, const char *folder)
{
	g_autoptr(GError) error = NULL;

	if (rehearsal_run(config, folder, &error))
		return EXIT_SUCCESS;
	log_failure(LOG_ERROR, error, "This release cannot take over a copy of the school's data");
	tell_end(error->message);
	return status_of(error);
}

static gboolean on_reload(void *app)
{
	app_reload(app);
	return G_SOURCE_CONTINUE;
}

typedef struct {
	App *app;
	GMainLoop *loop;
	bool leaving;
} Running;

static void on_left(void *running)
{
	g_main_loop_quit(((Running *)running)->loop);
}

static gboolean on_impatience(void *running)
{
	on_left(running);
	return G_SOURCE_CONTINUE;
}

/* Who has asked is answered first; who says it twice does not want to wait for that. */
static gboolean on_stop(void *data)
{
	Running *running = data;

	if (running->leaving) {
		on_left(running);
		return G_SOURCE_CONTINUE;
	}
	running->leaving = true;
	sd_notify(0, "STOPPING=1");
	g_timeout_add(LEAVE_MS, on_impatience, running);
	app_leave(running->app, on_left, running);
	return G_SOURCE_CONTINUE;
}

static gboolean on_watchdog(void *app)
{
	sd_notify(0, "WATCHDOG=1");
	app_tick(app);
	return G_SOURCE_CONTINUE;
}

static gboolean on_tick(void *app)
{
	app_tick(app);
	return G_SOURCE_CONTINUE;
}

/* Where there is a watchdog, its beat is the only thing that wakes an idle daemon. */
static void watch(App *app)
{
	uint64_t limit_us = 0;

	if (sd_watchdog_enabled(0, &limit_us) > 0)
		g_timeout_add((guint)(limit_us / 2000), on_watchdog, app);
	else
		g_timeout_add_seconds(TICK_S, on_tick, app);
}

/* The soft limit that a process is given is for programs that use select(): these here do not. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS)
		return;
	limit.rlim_cur = MIN(limit.rlim_max, DESCRIPTORS);
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < DESCRIPTORS)
		log_write(LOG_WARNING,
		          "Only %lu files may be open at once, %d would be better: fewer people are "
		          "served at the same time (LimitNOFILE of the service, or ulimit -Hn)",
		          (unsigned long)limit.rlim_cur, DESCRIPTORS);
}

static int run(Config *config)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(GError) error = NULL;
	g_autoptr(App) app =
	        rehearsal_take_back(config, &error) ? app_new(config, &error) : NULL;
	Running running;

	if (!app)
		return refuse_start(error);
	running = (Running){app, loop, false};
	g_unix_signal_add(SIGTERM, on_stop, &running);
	g_unix_signal_add(SIGINT, on_stop, &running);
	g_unix_signal_add(SIGHUP, on_reload, app);
	watch(app);
	log_write(LOG_NOTICE, "Urok %s is ready", UROK_VERSION);
	sd_notify(0, "READY=1\nSTATUS=Serving");
	g_main_loop_run(loop);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	g_autofree char *path = NULL;
	g_autofree char *rehearsal = NULL;
	gboolean check = FALSE;
	gboolean version = FALSE;
	gboolean proof = FALSE;
	const GOptionEntry entries[] = {
	        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "The configuration file", "FILE"},
	        {"check-config", 0, 0, G_OPTION_ARG_NONE, &check, "Check it and end", NULL},
	        {"rehearse", 0, 0, G_OPTION_ARG_FILENAME, &rehearsal,
	         "Copy the database into a folder, take over a second copy and end", "FOLDER"},
	        {"proof", 0, 0, G_OPTION_ARG_NONE, &proof,
	         "On a copy of a school: start, send and remove nothing", NULL},
	        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL},
	        {0},
	};
	g_autoptr(GOptionContext) options = g_option_context_new("- a school's own server");
	g_autoptr(Config) config = NULL;
	g_autoptr(GError) error = NULL;

	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, &error)) {
		log_failure(LOG_ERROR, error, "urokd");
		return EX_USAGE;
	}
	if (version) {
		g_print("urokd %s\n", UROK_VERSION);
		return EXIT_SUCCESS;
	}
	if (!path)
		path = g_strdup("/etc/urok/urok.conf");
	if (check)
		return check_config(path);
	journal_find();
	config = config_load(path, &error);
	if (!config)
		return refuse_config(error);
	config->proof = proof;
	if (!crypto_init()) {
		log_write(LOG_ERROR, "The system gives no random numbers");
		return EX_OSERR;
	}
	signal(SIGPIPE, SIG_IGN);
	umask(0027);
	if (rehearsal)
		return rehearse(config, rehearsal);
	raise_descriptors();
	return run(config);
}
