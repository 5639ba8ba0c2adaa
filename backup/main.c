/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urok-backup: copies of a school, made, restored and proven. Takes the command line apart and does
 * one thing, at a priority that gives way to lessons. */
#include "commands.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CONFIG	      "/etc/urok/urok.conf"
#define UROKD	      "/usr/sbin/urokd"
#define STATUS_FAILED 1
#define STATUS_USAGE  2
#define NICE_MOST     19
#define IDLE_IO	      (3 << 13) /* ioprio_set(2): the class of those who wait for a quiet disk */
#define WHO_PROCESS   1

typedef bool (*CommandFunc)(Work *work, const Wishes *wishes, GError **error);

static bool make_and_prove(Work *work, const Wishes *wishes, GError **error)
{
	return command_make(work, wishes, error) && command_verify(work, wishes, error) &&
	       command_tidy(work, wishes, error);
}

static bool make_alone(Work *work, const Wishes *wishes, GError **error)
{
	return command_make(work, wishes, error) && command_tidy(work, wishes, error);
}

typedef struct {
	const char *name;
	CommandFunc run;
	bool hurries; /* somebody waits for the school */
	bool wants_file;
	bool is_nightly; /* a failure is urokd's to tell */
} Command;

static const Command COMMANDS[] = {
	{"make", make_alone, false, false, true},
	{"list", command_list, false, false, false},
	{"restore", command_restore, true, true, false},
	{"verify", command_verify, false, false, false},
	{"nightly", make_and_prove, false, false, true},
	{"send", command_send, false, false, false},
};

static const Command *find_command(char **words)
{
	guint count = words ? g_strv_length(words) : 0;

	for (size_t i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
		if (count > 0 && strcmp(words[0], COMMANDS[i].name) == 0 &&
		    count <= 2 && (count == 2 || !COMMANDS[i].wants_file))
			return &COMMANDS[i];
	return NULL;
}

static void give_way(void)
{
	setpriority(PRIO_PROCESS, 0, NICE_MOST);
	syscall(SYS_ioprio_set, WHO_PROCESS, 0, IDLE_IO);
}

/* Copies elsewhere are beside the nightly ones: a disk that was plugged in, a share. */
static void report_away(Work *work, const GError *error)
{
	char at[TIME_TEXT_SIZE];
	json_t *away;

	clock_format(clock_wall_ms(), at);
	away = work_told(json_pack("{ss ss}", "at", at, "to", work->folder), error);
	(void)work_report(work, json_pack("{so}", "away", away), NULL);
}

static void report_failure(Work *work, const Wishes *wishes, const GError *error)
{
	char at[TIME_TEXT_SIZE];

	if (wishes->away) {
		report_away(work, error);
		return;
	}
	clock_format(clock_wall_ms(), at);
	(void)work_report(work, work_told(json_pack("{ss}", "failed_at", at), error), NULL);
}

static int run(const Config *config, const Command *command, const Wishes *wishes, const char *folder,
	       bool json)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Work) work = work_new(config, folder, &error);

	if (work) {
		work->json = json;
		if (!command->hurries)
			give_way();
		if (command->run(work, wishes, &error)) {
			if (command->is_nightly && wishes->away)
				report_away(work, NULL);
			return EXIT_SUCCESS;
		}
		if (command->is_nightly && !work->proof_told && strcmp(error_reason_of(error), WORK_CANCELLED) != 0)
			report_failure(work, wishes, error);
	}
	g_clear_pointer(&work, work_free);
	log_write(LOG_ERROR, "%s", error->message);
	return STATUS_FAILED;
}

int main(int argc, char **argv)
{
	g_autofree char *path = NULL;
	g_autofree char *to = NULL;
	g_autofree char *key = NULL;
	g_autofree char *over = NULL;
	g_autofree char *maker = NULL;
	g_autofree char *urokd = NULL;
	gboolean json = FALSE;
	gboolean version = FALSE;
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "urokd's configuration", "FILE"},
		{"to", 0, 0, G_OPTION_ARG_FILENAME, &to, "The folder of the copies", "FOLDER"},
		{"key", 0, 0, G_OPTION_ARG_FILENAME, &key, "A file that holds a key", "FILE"},
		{"over", 0, 0, G_OPTION_ARG_STRING, &over, "Restore over this school", "NAME"},
		{"maker", 0, 0, G_OPTION_ARG_STRING, &maker, "The mark of who made the copy", "MARK"},
		{"urokd", 0, 0, G_OPTION_ARG_FILENAME, &urokd, "The program of the proof", "FILE"},
		{"json", 0, 0, G_OPTION_ARG_NONE, &json, "Answer as one line of JSON", NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL},
		{0},
	};
	g_autoptr(GOptionContext) options =
		g_option_context_new("make|list|restore FILE|verify [FILE]|nightly|send");
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;
	const Command *command;

	setlocale(LC_ALL, "");
	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, &error)) {
		log_failure(LOG_ERROR, error, "urok-backup");
		return STATUS_USAGE;
	}
	if (version)
		return printf("urok-backup %s\n", UROK_VERSION) < 0;
	command = find_command(argv + 1);
	if (!command) {
		log_write(LOG_ERROR, "Say what to do: make, list, restore FILE, verify, nightly, send");
		return STATUS_USAGE;
	}
	config = config_load(path ? path : CONFIG, &error);
	if (!config || !crypto_init()) {
		log_write(LOG_ERROR, "%s", error ? error->message : "There is no chance here");
		return STATUS_FAILED;
	}
	signal(SIGPIPE, SIG_IGN);
	umask(0027);
	const Wishes wishes = {argv[2] && argc > 2 ? argv[2] : NULL, key, over, urokd ? urokd : UROKD,
			       maker, to != NULL};
	return run(config, command, &wishes, to, json);
}
