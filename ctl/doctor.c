/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl doctor: all checks, and what urokd knows better, told by how bad it is. */
#include "doctor.h"

#include "answer.h"
#include "commands.h"
#include "phrase.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *level_name(FoundLevel level)
{
	static const char *const NAMES[] = {"ok", "warning", "fault"};

	return NAMES[level];
}

void doctor_note(Doctor *self, const char *id, FoundLevel level, const char *format, ...)
{
	g_autofree char *said = NULL;
	g_autofree char *valid = NULL;
	va_list args;

	va_start(args, format);
	said = g_strdup_vprintf(format, args);
	va_end(args);
	valid = g_utf8_make_valid(said, -1);
	self->worst = MAX(self->worst, level);
	json_array_append_new(self->items, json_pack("{s:s, s:s, s:s}", "id", id, "level",
						     level_name(level), "said", valid));
}

char *doctor_ask(int *ret_status, const char *program, ...)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_autoptr(GSubprocess) asked = NULL;
	char *said = NULL;
	const char *word;
	va_list args;

	g_ptr_array_add(words, (void *)program);
	va_start(args, program);
	while ((word = va_arg(args, const char *)))
		g_ptr_array_add(words, (void *)word);
	va_end(args);
	g_ptr_array_add(words, NULL);
	asked = g_subprocess_newv((const char *const *)words->pdata,
				  G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
				  NULL);
	if (!asked || !g_subprocess_communicate_utf8(asked, NULL, NULL, &said, NULL, NULL))
		return NULL;
	if (ret_status)
		*ret_status = g_subprocess_get_if_exited(asked) ? g_subprocess_get_exit_status(asked)
								: -1;
	return said ? g_strchomp(said) : g_strdup("");
}

static void add_kept(GString *kept, const char *place)
{
	g_autoptr(GDir) folder = g_dir_open(place, 0, NULL);
	const char *name;

	while (folder && (name = g_dir_read_name(folder)))
		if (strstr(name, ".before-"))
			g_string_append_printf(kept, "%s%s/%s", kept->len ? ", " : "", place, name);
}

/* Schools that restores kept aside stay until somebody removes them: beside the data; those of files that have a disk
 * of their own lie on it. */
static void check_kept(Doctor *self, const char *data)
{
	g_autofree char *place = g_path_get_dirname(data);
	g_autofree char *files = g_build_filename(place, "files", NULL);
	g_autoptr(GString) kept = g_string_new(NULL);

	add_kept(kept, place);
	add_kept(kept, files);
	if (kept->len)
		doctor_note(self, "kept", FOUND_WARNING,
			    phrase("Schools that restores put aside are still here, with people who were "
				   "erased since, and nothing removes them. If all is well, remove them: %s",
				   "Прежние школы, отложенные при восстановлении, всё ещё здесь, и в них люди, "
				   "данные которых потом удалили. Сами они не исчезнут. Если всё в порядке, "
				   "удалите: %s"),
			    kept->str);
}

/* --- What urokd says of itself --- */

static void check_daemon(Doctor *self, Console *console)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) status = NULL;
	g_autoptr(json_t) health = NULL;
	json_t *item;
	size_t i;

	/* Each question would start it again, to fail again. */
	if (self->daemon_has_failed) {
		doctor_note(self, "urokd", FOUND_FAULT, "%s",
			    phrase("urokd could not start, so it was not asked how the school is: systemctl "
				   "status urokd",
				   "urokd не смог запуститься, поэтому его не спросили, как дела у школы: "
				   "systemctl status urokd"));
		return;
	}
	if (!console_request(console, "GET", "/api/v1/console/status", NULL, &status, &error)) {
		doctor_note(self, "urokd", FOUND_FAULT, "%s", error->message);
		return;
	}
	doctor_note(self, "urokd", FOUND_OK, phrase("urokd %s answers.", "urokd %s отвечает."),
		    answer_text(status, "version"));
	if (strcmp(answer_text(status, "database"), "damaged") == 0)
		doctor_note(self, "database", FOUND_FAULT, "%s",
			    phrase("The database is damaged; urokd(8) says how it is saved.",
				   "База данных повреждена; как её спасти, сказано в urokd(8)."));
	doctor_check_connections(self, json_integer_value(json_object_get(status, "people")));
	if (!console_request(console, "GET", "/api/v1/console/health", NULL, &health, NULL))
		return;
	json_array_foreach(json_object_get(health, "items"), i, item)
	{
		const char *path = json_string_value(
			json_object_get(json_object_get(item, "values"), "path"));

		doctor_note_health(self, item);
		if (path && strcmp(answer_text(item, "id"), "data-disk") == 0)
			check_kept(self, path);
	}
}

/* --- The report --- */

static void print_level(const json_t *items, FoundLevel level, const char *mark)
{
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
		if (strcmp(answer_text(item, "level"), level_name(level)) == 0)
			printf("%s %s\n", mark, answer_text(item, "said"));
}

static void print_report(const Doctor *self)
{
	print_level(self->items, FOUND_FAULT, phrase("FAULT  ", "ОШИБКА "));
	print_level(self->items, FOUND_WARNING, phrase("warning", "учтите "));
	print_level(self->items, FOUND_OK, "ok     ");
	if (self->worst == FOUND_OK)
		puts(phrase("Nothing is wrong.", "Всё в порядке."));
}

bool command_doctor(Console *console, const Options *options, char **words, GError **error)
{
	Doctor doctor = {.items = json_array()};
	g_autoptr(json_t) answer = json_pack("{s:o}", "items", doctor.items);

	if (geteuid() != 0)
		doctor_note(&doctor, "rights", FOUND_WARNING, "%s",
			    phrase("Not everything can be seen without root: sudo urokctl doctor",
				   "Без прав root видно не всё: sudo urokctl doctor"));
	doctor_check_urok(&doctor);
	doctor_check_network(&doctor);
	doctor_check_system(&doctor);
	check_daemon(&doctor, console);
	json_object_set_new(answer, "level", json_string(level_name(doctor.worst)));
	if (options->json)
		answer_json(answer);
	else
		print_report(&doctor);
	return doctor.worst < FOUND_FAULT ||
	       error_reason(error, ERROR_CONFLICT, COMMAND_SAID, NULL, "Something is wrong");
}
