/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about sticks that go between two boxes of a school. */
#include "answer.h"
#include "carry-folder.h"
#include "carry-key.h"
#include "carry-private.h"
#include "phrase.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "/api/v1/console/carry"

void carrying_clear(Carrying *self)
{
	g_clear_pointer(&self->folder, g_free);
	g_clear_pointer(&self->secret, secret_free);
	g_clear_pointer(&self->state, json_decref);
}

bool carrying_ask(const Carrying *self, const char *method, const char *path, json_t *body,
		  json_t **ret_answer, GError **error)
{
	g_autoptr(json_t) owned = body;
	g_autofree char *whole = g_strconcat(ROOT, path, NULL);

	return console_request(self->console, method, whole, owned, ret_answer, error);
}

void carrying_progress(const Carrying *self, const char *what, int64_t done, int64_t of)
{
	if (self->json || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s: %" G_GINT64_FORMAT " / %" G_GINT64_FORMAT "\033[K", what, (gint64)done,
		(gint64)of);
}

void carrying_end_progress(const Carrying *self)
{
	if (!self->json && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* --- The key --- */

static bool read_key_file(const char *path, char **ret_secret, GError **error)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return error_set(error, ERROR_NOT_FOUND, phrase("%s cannot be read.", "%s не читается."),
				 path);
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line && !*ret_secret; line++)
		if (g_str_has_prefix(g_strstrip(*line), "AGE-SECRET-KEY-1"))
			*ret_secret = g_strdup(*line);
	return *ret_secret != NULL ||
	       error_set(error, ERROR_INVALID,
			 phrase("There is no key in %s: urokctl carry key prints it in the other building.",
				"В файле %s нет ключа: в другом здании его печатает urokctl carry key."),
			 path);
}

static bool begin(Carrying *self, Console *console, const Options *options, GError **error)
{
	size_t size = 0;
	g_autofree uint8_t *key = NULL;

	/* age, to which is written, ends where a stick is full: it has said why. */
	signal(SIGPIPE, SIG_IGN);
	self->console = console;
	self->json = options->json;
	if (!carrying_ask(self, "GET", "", NULL, &self->state, error))
		return false;
	if (options->key_file)
		return read_key_file(options->key_file, &self->secret, error);
	key = base64url_decode(answer_text(self->state, "key"), &size);
	if (!key || size != CARRY_KEY_SIZE)
		return error_set(error, ERROR_INTERNAL,
				 "urokd's answer has no key: do both come from one release?");
	self->secret = carry_key_format(key);
	explicit_bzero(key, size);
	return true;
}

static bool open_folder(Carrying *self, const char *path, bool make, GError **error)
{
	struct stat status;

	if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
		return error_set(error, ERROR_NOT_FOUND,
				 phrase("%s is no folder. Is the stick plugged in and mounted?",
					"%s — не папка. Вставлена ли флешка и подключена ли она?"),
				 path);
	self->folder = g_build_filename(path, CARRY_FOLDER, NULL);
	if (make && mkdir(self->folder, 0700) != 0 && errno != EEXIST)
		return error_set(error, errno == ENOSPC ? ERROR_NO_SPACE : ERROR_INTERNAL,
				 phrase("%s could not be made: %s.", "Не удалось создать %s: %s."),
				 self->folder, g_strerror(errno));
	return true;
}

/* --- Commands --- */

bool command_carry_export(Console *console, const Options *options, char **words, GError **error)
{
	g_auto(Carrying) self = {0};

	return begin(&self, console, options, error) && open_folder(&self, words[0], true, error) &&
	       carrying_export(&self, options->all, error);
}

bool command_carry_import(Console *console, const Options *options, char **words, GError **error)
{
	g_auto(Carrying) self = {0};

	return begin(&self, console, options, error) && open_folder(&self, words[0], false, error) &&
	       carrying_import(&self, error);
}

bool command_carry_key(Console *console, const Options *options, char **words, GError **error)
{
	g_auto(Carrying) self = {0};

	if (!begin(&self, console, options, error))
		return false;
	puts(self.secret);
	if (!options->json)
		fputs(phrase("Whoever has this key reads what is carried. The other box takes it by "
			     "--key FILE, where it was not restored from a copy of this one.\n",
			     "С этим ключом читается всё, что переносят. Второму серверу его дают через "
			     "--key ФАЙЛ, если он не восстановлен из копии этого.\n"),
		      stderr);
	return true;
}

static bool confirm(const Options *options)
{
	if (options->yes)
		return true;
	fputs(phrase("From now on people, classes and rights are changed in the first building only, and "
		     "arrive here. Go on? [y/N] ",
		     "С этой минуты людей, классы и права меняют только в первом здании, сюда изменения "
		     "приходят. Продолжить? [д/Н] "),
	      stdout);
	return answer_read_yes();
}

bool command_carry_second(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) body = json_object();
	g_autoptr(json_t) answer = NULL;

	if (!confirm(options))
		return error_set(error, ERROR_CONFLICT, "%s",
				 phrase("Nothing was changed.", "Ничего не изменено."));
	if (!console_request(console, "POST", ROOT "/second", body, &answer, error))
		return false;
	if (options->json) {
		json_object_del(answer, "key");
		answer_json(answer);
	} else {
		puts(phrase("This is the second building's box now. Begin here: urokctl carry export FOLDER.",
			    "Теперь это сервер второго здания. Начните здесь: urokctl carry export ПАПКА."));
	}
	return true;
}
