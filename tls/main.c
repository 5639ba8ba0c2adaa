/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urok-tls: the box's certificate. Takes the command line apart and does one thing as root, when
 * the box starts, an address or the clock changes, once a day, and when school IT says so. */
#include "base/json.h"
#include "base/log.h"
#include "tls/box.h"

#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FOLDER	      "/var/lib/urok-tls"
#define TEMPLATES     "/usr/share/urok/trust"
#define CONFIG	      "/etc/urok/urok.conf"
#define STATUS_FAILED 1
#define STATUS_USAGE  2
#define NETLINK_FD    3 /* sd_listen_fds(3) */
#define REST_MS	      1000
#define RESTS_MAX     10

typedef struct {
	char *folder;
	char *templates;
	char *config;
	char *name;
	char **addresses;
	gboolean acme;
	gboolean json;
	gboolean time_is_right;
	gboolean version;
	char **words;
} Options;

typedef bool (*CommandFunc)(const Options *options, const Box *box, GError **error);

static const char *config_file(const Options *options)
{
	return options->config ? options->config : CONFIG;
}

static bool ensure(const Options *options, const Box *box, GError **error)
{
	return box_ensure(box, error);
}

static void warn_of_names(const Box *box, X509 *own)
{
	const char *name = box->names->public_name;

	if (name && !certificate_is_for(own, name))
		log_write(LOG_WARNING,
			  "The certificate is not for the school's name %s: browsers will warn there. "
			  "Change public_name in /etc/urok/conf.d, or ask for a certificate of that name.",
			  name);
}

static bool import(const Options *options, const Box *box, GError **error)
{
	const char *lineage = g_getenv("RENEWED_LINEAGE"); /* certbot(1), deploy hooks */
	g_autofree char *chain = NULL;
	g_autofree char *key = NULL;
	g_autoptr(Pair) pair = NULL;

	if (options->acme) {
		if (!lineage)
			return error_set(error, ERROR_INVALID,
					 "--acme is for certbot's deploy hook, which says where the "
					 "certificate is ($RENEWED_LINEAGE).");
		chain = g_build_filename(lineage, "fullchain.pem", NULL);
		key = g_build_filename(lineage, "privkey.pem", NULL);
	} else {
		chain = g_strdup(options->words[1]);
		key = g_strdup(options->words[2]);
	}
	pair = pair_load(chain, key, error);
	if (!pair || !box_import(box, pair, options->acme ? KIND_ACME : KIND_IMPORTED, error))
		return false;
	warn_of_names(box, pair_own(pair));
	return true;
}

static bool use_own(const Options *options, const Box *box, GError **error)
{
	return box_use_own(box, error);
}

static void print_state(const json_t *state)
{
	json_t *authority = json_object_get(state, "authority");
	json_t *one;
	size_t i;

	printf("kind         %s\n", json_string_value(json_object_get(state, "kind")));
	printf("ends         %s\n", json_string_value(json_object_get(state, "not_after")));
	printf("issuer       %s\n", json_string_value(json_object_get(state, "issuer")));
	json_array_foreach(json_object_get(state, "names"), i, one)
		printf("%-12s %s\n", i ? "" : "names", json_string_value(one));
	printf("authority    %s\n", json_string_value(json_object_get(authority, "name")));
	printf("fingerprint  %s\n",
	       json_string_value(json_object_get(authority, "fingerprint_sha256")));
	json_array_foreach(json_object_get(state, "problems"), i, one)
		printf("problem      %s\n", json_string_value(json_object_get(one, "detail")));
}

static bool status(const Options *options, const Box *box, GError **error)
{
	g_autofree char *path = g_build_filename(box->folder, "state.json", NULL);
	g_autofree char *text = NULL;
	g_autoptr(json_t) state = NULL;
	gsize size = 0;

	if (!g_file_get_contents(path, &text, &size, NULL))
		return error_set(error, ERROR_NOT_FOUND,
				 "There is no certificate yet. Make it: urok-tls ensure");
	state = json_parse(text, size, error);
	if (!state)
		return false;
	if (options->json)
		puts(text);
	else
		print_state(state);
	return true;
}

static bool acme(const Options *options, const Box *box, GError **error)
{
	const char *const places[] = {"--folder",    box->folder,    "--templates",
				      box->templates, "--config", config_file(options), NULL};

	return acme_ask(box, places, options->words[1], options->words[2], error);
}

static const struct {
	const char *name;
	guint least;
	guint most; /* words behind its name */
	CommandFunc run;
} COMMANDS[] = {
	{"ensure", 0, 0, ensure},  {"import", 2, 2, import}, {"use-own-ca", 0, 0, use_own},
	{"acme", 1, 2, acme},	   {"status", 0, 0, status},
};

static CommandFunc find_command(const Options *options)
{
	guint given = options->words ? g_strv_length(options->words) : 0;

	if (options->acme)
		return given == 1 && strcmp(options->words[0], "import") == 0 ? import : NULL;
	for (size_t i = 0; given > 0 && i < G_N_ELEMENTS(COMMANDS); i++)
		if (strcmp(options->words[0], COMMANDS[i].name) == 0 &&
		    given - 1 >= COMMANDS[i].least && given - 1 <= COMMANDS[i].most)
			return COMMANDS[i].run;
	return NULL;
}

/* systemd starts us when the kernel tells it of an address (urok-tls.socket). What it told is of no
 * interest, but has to be taken; addresses come in numbers, so they may rest first. What comes
 * later starts the next run. */
static void drain_netlink(void)
{
	const char *pid = g_getenv("LISTEN_PID");
	struct pollfd told = {NETLINK_FD, POLLIN, 0};
	char bytes[8192];

	if (!pid || g_ascii_strtoll(pid, NULL, 10) != getpid())
		return;
	for (int i = 0; i < RESTS_MAX && poll(&told, 1, i == 0 ? 0 : REST_MS) == 1; i++)
		while (recv(NETLINK_FD, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
			;
}

/* An alarm's id lets `journalctl -x` explain it. */
static void write_journal(int priority, const char *message_id, const char *sentence)
{
	g_autofree char *level = g_strdup_printf("%d", priority);
	const GLogField fields[] = {
		{"MESSAGE", sentence, -1},
		{"MESSAGE_ID", message_id, -1},
		{"PRIORITY", level, -1},
		{"SYSLOG_IDENTIFIER", "urok-tls", -1},
	};

	g_log_writer_journald(G_LOG_LEVEL_CRITICAL, fields, G_N_ELEMENTS(fields), NULL);
}

static int run(const Options *options, CommandFunc command)
{
	const char *folder = options->folder ? options->folder : FOLDER;
	g_autofree char *public_name = names_read_public(config_file(options));
	const NamesWish wish = {options->name, public_name,
				(const char *const *)options->addresses};
	g_autoptr(Names) names = NULL;
	g_autoptr(GError) error = NULL;
	Box box = {
		.folder = folder,
		.templates = options->templates ? options->templates : TEMPLATES,
		.wall_ms = clock_wall_ms(),
		.boot_ms = clock_boot_ms(),
		.time_is_vouched = options->time_is_right || clock_is_synchronised(),
	};

	drain_netlink();
	names = names_new(&wish);
	box.names = names;
	if (command(options, &box, &error))
		return EXIT_SUCCESS;
	log_write(LOG_ERROR, "%s", error->message);
	return STATUS_FAILED;
}

static void options_clear(Options *self)
{
	g_free(self->folder);
	g_free(self->templates);
	g_free(self->config);
	g_free(self->name);
	g_strfreev(self->addresses);
	g_strfreev(self->words);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

int main(int argc, char *argv[])
{
	g_auto(Options) options = {0};
	const GOptionEntry entries[] = {
		{"folder", 0, 0, G_OPTION_ARG_FILENAME, &options.folder,
		 "where keys and certificates are (" FOLDER ")", "DIR"},
		{"templates", 0, 0, G_OPTION_ARG_FILENAME, &options.templates,
		 "of the pages at /trust (" TEMPLATES ")", "DIR"},
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &options.config,
		 "urokd's configuration, for public_name (" CONFIG ")", "FILE"},
		{"name", 0, 0, G_OPTION_ARG_STRING, &options.name,
		 "the machine's name, instead of its own word", "HOST"},
		{"address", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.addresses,
		 "an address of it, instead of those that it has", "ADDRESS"},
		{"acme", 0, 0, G_OPTION_ARG_NONE, &options.acme, "import what certbot renewed", NULL},
		{"time-is-right", 0, 0, G_OPTION_ARG_NONE, &options.time_is_right,
		 "the machine's time is to be believed", NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "status as JSON", NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &options.version, "say which release this is",
		 NULL},
		{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.words, NULL,
		 "ensure | import CERTIFICATES KEY | use-own-ca | acme NAME [EMAIL] | status"},
		{0},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	CommandFunc command;

	setlocale(LC_ALL, "");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "urok-tls: %s.\n", error->message);
		return STATUS_USAGE;
	}
	if (options.version) {
		puts(UROK_VERSION);
		return EXIT_SUCCESS;
	}
	command = find_command(&options);
	if (!command) {
		fputs("urok-tls: this is no command of mine. urok-tls --help lists them.\n", stderr);
		return STATUS_USAGE;
	}
	if (g_log_writer_is_journald(STDERR_FILENO))
		log_set_journal(write_journal);
	return run(&options, command);
}
