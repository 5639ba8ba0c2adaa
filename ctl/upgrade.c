/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about releases: a package is installed when its signature is right, and the
 * release before it comes back. Root's work, which needs no urokd; units/urok-upgrade does the rest. */
#include "upgrade.h"

#include "answer.h"
#include "commands.h"
#include "doctor.h"
#include "phrase.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PREVIOUS  "/var/lib/urok/previous"
#define SHIPPED	  "/usr/share/urok/keys"
#define OWN	  "/etc/urok/keys"
#define WORDS_MAX 12

static bool check_root(GError **error)
{
	return geteuid() == 0 ||
	       error_set(error, ERROR_FORBIDDEN, "%s",
			 phrase("This needs root: sudo urokctl upgrade …",
				"Нужны права root: sudo urokctl upgrade …"));
}

/* Its words go where ours do. */
static bool run(const char *const words[])
{
	g_autoptr(GSubprocess) process = g_subprocess_newv(words, G_SUBPROCESS_FLAGS_STDIN_INHERIT, NULL);

	return process && g_subprocess_wait(process, NULL, NULL) &&
	       g_subprocess_get_successful(process);
}

static char *ask_version(void)
{
	int status = 0;
	char *version = doctor_ask(&status, "dpkg-query", "-W", "-f", "${Version}", "urok", NULL);

	if (status == 0 && version)
		return version;
	g_free(version);
	return g_strdup("");
}

/* --- Whose package is it? --- */

static bool is_signed_by(const char *package, const char *signature, const char *key)
{
	int status = -1;
	g_autofree char *said = doctor_ask(&status, "minisign", "-V", "-q", "-m", package, "-x", signature,
					   "-p", key, NULL);

	return said && status == 0;
}

static bool is_signed_by_one_of(const char *package, const char *signature, const char *folder,
				guint *ret_keys)
{
	g_autoptr(GDir) keys = g_dir_open(folder, 0, NULL);
	const char *name;
	bool found = false;

	while (keys && (name = g_dir_read_name(keys))) {
		g_autofree char *key = g_build_filename(folder, name, NULL);

		if (!g_str_has_suffix(name, ".pub"))
			continue;
		(*ret_keys)++;
		found = found || is_signed_by(package, signature, key);
	}
	return found;
}

static bool check_signature(const char *package, const char *signature, GError **error)
{
	const char *folder = g_getenv("UROK_KEYS");
	guint keys = 0;
	bool found = folder ? is_signed_by_one_of(package, signature, folder, &keys)
			    : is_signed_by_one_of(package, signature, SHIPPED, &keys) ||
				      is_signed_by_one_of(package, signature, OWN, &keys);

	if (found)
		return true;
	if (keys == 0)
		return error_set(error, ERROR_FORBIDDEN,
				 phrase("This Urok knows no key of those who make it: put theirs into %s, "
					"from a place that you trust. Nothing was installed.",
					"Этот Urok не знает ключа тех, кто его выпускает: положите его в %s, "
					"взяв из надёжного места. Ничего не установлено."),
				 OWN);
	return error_set(error, ERROR_FORBIDDEN, "%s",
			 phrase("The package is not signed by those who make Urok, or it was changed since. "
				"Get it again from where it is published. Nothing was installed.",
				"Пакет подписан не теми, кто выпускает Urok, или изменён после подписи. "
				"Получите его ещё раз там, где он опубликован. Ничего не установлено."));
}

static char *ask_field(const char *package, const char *field)
{
	int status = -1;
	char *value = doctor_ask(&status, "dpkg-deb", "-f", package, field, NULL);

	if (value && status == 0)
		return value;
	g_free(value);
	return g_strdup("");
}

static bool is_newer(const char *version, const char *than)
{
	int status = -1;
	g_autofree char *said =
		doctor_ask(&status, "dpkg", "--compare-versions", version, "gt", than, NULL);

	return said && status == 0;
}

static bool check_package(const char *package, char **ret_version, GError **error)
{
	g_autofree char *name = ask_field(package, "Package");
	g_autofree char *version = ask_field(package, "Version");
	g_autofree char *installed = ask_version();

	if (strcmp(name, "urok") != 0)
		return error_set(error, ERROR_INVALID, "%s",
				 phrase("This is no package of Urok. Nothing was installed.",
					"Это не пакет Urok. Ничего не установлено."));
	if (!is_newer(version, installed))
		return error_set(error, ERROR_CONFLICT,
				 phrase("The package is Urok %s, and %s is installed already. Nothing was "
					"installed. To go back to the release before: urokctl upgrade --back",
					"Это пакет Urok %s, а уже установлен %s. Ничего не установлено. "
					"Вернуться к прежней версии: urokctl upgrade --back"),
				 version, installed);
	*ret_version = g_steal_pointer(&version);
	return true;
}

/* --- Installing --- */

static bool install(const char *package, GError **error)
{
	const char *words[WORDS_MAX] = {"apt-get", "-q", "-y", "--no-remove", "--allow-downgrades",
					"-o", "APT::Sandbox::User=root"};
	int n = 7;

	/* Nobody sits there whom dpkg could ask about a changed conffile: the administrator's stays. */
	if (!isatty(STDIN_FILENO)) {
		g_setenv("DEBIAN_FRONTEND", "noninteractive", TRUE);
		words[n++] = "-o";
		words[n++] = "Dpkg::Options::=--force-confold";
	}
	words[n++] = "install";
	words[n++] = package;
	return run(words) ||
	       error_set(error, ERROR_CONFLICT, "%s",
			 phrase("apt did not finish; its lines above say why, and urokctl doctor what to do.",
				"apt не закончил работу: почему, сказано выше, а что делать, скажет urokctl "
				"doctor."));
}

/* A folder that is root's, so that what was looked at is what is installed. */
static bool copy_in(const char *from, const char *folder, const char *name, char **ret_path, GError **error)
{
	g_autoptr(GFile) source = g_file_new_for_commandline_arg(from);
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GFile) target = g_file_new_for_path(path);
	g_autoptr(GError) failure = NULL;

	if (g_file_copy(source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &failure)) {
		*ret_path = g_steal_pointer(&path);
		return true;
	}
	return error_set(error, ERROR_NOT_FOUND, phrase("%s cannot be read: %s.", "%s не прочитать: %s."),
			 from, failure->message);
}

static void remove_folder(char *folder, char *one, char *other)
{
	if (one)
		g_unlink(one);
	if (other)
		g_unlink(other);
	if (folder)
		g_rmdir(folder);
	g_free(folder);
	g_free(one);
	g_free(other);
}

static bool check_and_install(const char *file, const char *package, const char *signature,
			      char **ret_version, GError **error)
{
	if (!signature)
		return error_set(error, ERROR_FORBIDDEN,
				 phrase("There is no signature beside the package: %s.minisig. Nothing was "
					"installed.",
					"Рядом с пакетом нет подписи: %s.minisig. Ничего не установлено."),
				 file);
	return check_signature(package, signature, error) && check_package(package, ret_version, error) &&
	       install(package, error);
}

static bool upgrade_to(const Options *options, const char *file, GError **error)
{
	g_autofree char *beside = g_strconcat(file, ".minisig", NULL);
	char *folder = g_dir_make_tmp("urok-upgrade-XXXXXX", NULL);
	char *package = NULL;
	char *signature = NULL;
	g_autofree char *version = NULL;
	bool done;

	if (!folder)
		return error_set(error, ERROR_NO_SPACE, "There is no room for a copy of the package.");
	done = copy_in(file, folder, "urok.deb", &package, error);
	if (done) {
		(void)copy_in(beside, folder, "urok.deb.minisig", &signature, NULL);
		done = check_and_install(file, package, signature, &version, error);
	}
	remove_folder(folder, package, signature);
	if (done && options->json) {
		g_autoptr(json_t) answer = json_pack("{s:s}", "version", version);

		answer_json(answer);
	} else if (done) {
		printf(phrase("Urok %s is installed.\n", "Установлен Urok %s.\n"), version);
	}
	return done;
}

/* --- The way back --- */

static char *read_line(const char *name)
{
	g_autofree char *path = g_build_filename(PREVIOUS, name, NULL);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? g_strchomp(text) : NULL;
}

static json_t *read_copy(void)
{
	g_autofree char *text = read_line("data/copy.json");

	return text ? json_parse(text, strlen(text), NULL) : NULL;
}

/* Did the release that runs rewrite the data in a way that the one before does not read? */
static bool needs_data(const json_t *copy, const char *failed)
{
	return !failed && json_integer_value(json_object_get(copy, "next_schema")) >
				  json_integer_value(json_object_get(copy, "schema"));
}

static bool agree(const Options *options)
{
	if (options->yes)
		return true;
	fputs(phrase("Go back? [y/N] ", "Вернуться? [д/Н] "), stdout);
	return answer_read_yes();
}

static void tell_loss(const char *version, const json_t *copy, bool with_data)
{
	if (with_data)
		printf(phrase("Urok %s comes back with the school's data as they were at %s. What was written "
			      "since is lost to people; it is kept for 30 days in /var/lib/urok/data/undone.\n",
			      "Вернётся Urok %s, а с ним данные школы, какими они были %s. Всё, что написано "
			      "позже, люди потеряют; 30 дней оно хранится в /var/lib/urok/data/undone.\n"),
		       version, answer_text(copy, "at"));
	else
		printf(phrase("Urok %s comes back; the data stay as they are, and nothing is lost.\n",
			      "Вернётся Urok %s; данные останутся как есть, ничего не пропадёт.\n"),
		       version);
}

static bool install_back(bool with_data, GError **error)
{
	char *folder = g_dir_make_tmp("urok-upgrade-XXXXXX", NULL);
	char *package = NULL;
	bool done = folder && copy_in(PREVIOUS "/urok.deb", folder, "urok.deb", &package, error) &&
		    g_file_set_contents(PREVIOUS "/going-back", with_data ? "data" : "", -1, NULL) &&
		    install(package, error);

	if (!done)
		g_unlink(PREVIOUS "/going-back");
	remove_folder(folder, package, NULL);
	if (done || (error && *error))
		return done;
	return error_set(error, ERROR_NO_SPACE, "There is no room for a copy of the package.");
}

/* After a trial that failed: has the newer urokd been started since, and perhaps rewritten the data? */
static bool check_still_runs(Console *console, const char *version, GError **error)
{
	g_autoptr(json_t) status = NULL;
	g_autofree char *start = NULL;

	if (!console_request(console, "GET", "/api/v1/console/status", NULL, &status, NULL))
		status = json_object();
	start = g_strconcat(answer_text(status, "version"), "~", NULL);
	return g_str_has_prefix(version, start) ||
	       error_set(error, ERROR_CONFLICT, "%s",
			 phrase("The newer release has been started since, and may have rewritten the data: there is no way "
				"back but a backup. If it serves, say: dpkg --configure urok",
				"Новая версия с тех пор запускалась и могла переделать данные: вернуться можно только к "
				"резервной копии. Если она работает, введите: dpkg --configure urok"));
}

static bool upgrade_back(Console *console, const Options *options, GError **error)
{
	g_autofree char *version = read_line("version");
	g_autofree char *failed = read_line("failed");
	g_autoptr(json_t) copy = read_copy();
	bool with_data = needs_data(copy, failed);

	if (!version || !g_file_test(PREVIOUS "/urok.deb", G_FILE_TEST_EXISTS))
		return error_set(error, ERROR_NOT_FOUND, "%s",
				 phrase("No release before this one is kept: there is nothing to go back to.",
					"Прежней версии нет: возвращаться не к чему."));
	if (!copy && !failed)
		return error_set(error, ERROR_NOT_FOUND, "%s",
				 phrase("The copy of the school's data from before the upgrade is gone: it is "
					"kept for 30 days. A backup can be restored.",
					"Копии данных, сделанной перед обновлением, больше нет: она хранится 30 "
					"дней. Можно восстановить резервную копию."));
	if (failed && !check_still_runs(console, version, error))
		return false;
	tell_loss(version, copy, with_data);
	if (!agree(options))
		return error_set(error, ERROR_CONFLICT, "%s",
				 phrase("Nothing was changed.", "Ничего не изменено."));
	if (!install_back(with_data, error))
		return false;
	printf(phrase("Urok %s is back.\n", "Снова работает Urok %s.\n"), version);
	return true;
}

/* --- How it stands --- */

char *upgrade_find_fault(void)
{
	g_autofree char *why = read_line("failed");
	g_autofree char *version = read_line("version");

	if (!why)
		return NULL;
	return g_strdup_printf(
		phrase("The upgrade was not finished, and Urok %s goes on as long as it runs: %s. Mend that and "
		       "say: dpkg --configure urok; or go back to it: urokctl upgrade --back",
		       "Обновление не закончено, Urok %s работает, пока его не остановят: %s. Устраните причину и "
		       "введите: dpkg --configure urok; или вернитесь к нему: urokctl upgrade --back"),
		version ? version : "?", why);
}

static json_t *state(void)
{
	g_autofree char *installed = ask_version();
	g_autofree char *version = read_line("version");
	g_autofree char *failed = read_line("failed");
	g_autoptr(json_t) copy = read_copy();

	return json_pack("{s:s, s:s?, s:s?, s:b, s:s?}", "version", installed, "previous", version,
			 "copied_at", copy ? answer_text(copy, "at") : NULL, "data_go_back",
			 (int)needs_data(copy, failed), "failed", failed);
}

bool command_upgrade(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) answer = NULL;

	if (options->back && words[0])
		return error_set(error, ERROR_INVALID, "%s",
				 phrase("It is a file or --back.", "Либо файл, либо --back."));
	if (options->back || words[0])
		return check_root(error) && (options->back ? upgrade_back(console, options, error)
							   : upgrade_to(options, words[0], error));
	answer = state();
	if (options->json)
		answer_json(answer);
	else
		answer_fields(answer);
	return true;
}
