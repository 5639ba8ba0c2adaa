/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about the cloud: link, how it stands, unlink. */
#include "answer.h"
#include "cloud.h"
#include "commands.h"
#include "phrase.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CLOUD	   "/api/v1/cloud"
#define CODE_BYTES 128
#define COLUMN	   24

static const struct {
	const char *state;
	Text words;
} STATES[] = {
	{"none", {"not linked", "не подключено"}},
	{"linking", {"a link is being made", "идёт подключение"}},
	{"waiting", {"no connection", "нет связи"}},
	{"live", {"in step", "на связи"}},
	{"healing",
	 {"restored from a backup: taking its later history back",
	  "восстановлено из копии: возвращается более поздняя история"}},
	{"stopped", {"stopped: needs somebody's help", "остановлено: нужна помощь человека"}},
};

static const struct {
	const char *code;
	Text words;
} TROUBLES[] = {
	{"name-not-found",
	 {"the name of the broker is not found: is this server in the Internet?",
	  "имя брокера не найдено: есть ли у сервера интернет?"}},
	{"no-connection", {"the broker takes no connection", "брокер не принимает соединение"}},
	{"bad-certificate",
	 {"the broker's certificate is not trusted, or it does not trust ours",
	  "сертификату брокера нет доверия, или он не доверяет нашему"}},
	{"refused", {"the broker does not let this server in", "брокер не впускает этот сервер"}},
	{"lost", {"the connection was lost", "соединение прервалось"}},
	{"certificate-ended",
	 {"this server's certificate has ended: urokctl cloud unlink, then link again",
	  "срок сертификата этого сервера истёк: urokctl cloud unlink, затем подключите снова"}},
	{"not-renewed",
	 {"this server's certificate could not be renewed yet",
	  "сертификат этого сервера пока не удалось продлить"}},
	{"cloud-no-answer",
	 {"the cloud's own door does not answer", "облако не отвечает на запросы о файлах"}},
	{"cloud-no-space",
	 {"the cloud has no room for this school's files: tell those who run it",
	  "в облаке кончилось место для файлов школы: скажите тем, кто его ведёт"}},
	{"cloud-refused",
	 {"the cloud does not take files from this server",
	  "облако не принимает файлы от этого сервера"}},
	{"no-space",
	 {"this server's disk has no room for the files of the cloud",
	  "на диске этого сервера нет места для файлов из облака"}},
	{"file-wrong",
	 {"a file came that is not what its address says",
	  "пришёл файл, который не совпал со своим адресом"}},
	{"link-unreadable",
	 {"the files of the link cannot be read (DATA/cloud): urokctl cloud unlink, then link again",
	  "файлы подключения не читаются (DATA/cloud): urokctl cloud unlink, затем подключите снова"}},
};

static const char *words_of_state(const char *state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(STATES); i++)
		if (strcmp(STATES[i].state, state) == 0)
			return phrase_of(&STATES[i].words);
	return state;
}

const char *cloud_words_of_trouble(const char *code)
{
	for (size_t i = 0; i < G_N_ELEMENTS(TROUBLES); i++)
		if (strcmp(TROUBLES[i].code, code) == 0)
			return phrase_of(&TROUBLES[i].words);
	return NULL;
}

static const char *words_of_trouble(const json_t *trouble)
{
	const char *words = cloud_words_of_trouble(answer_text(trouble, "code"));

	return words ? words : answer_text(trouble, "text");
}

static void print_text(const char *name, const char *value)
{
	if (!*value)
		return;
	phrase_pad(name, COLUMN);
	puts(value);
}

static void print_number(const json_t *cloud, const char *field, const char *name)
{
	phrase_pad(name, COLUMN);
	printf("%lld\n", (long long)json_integer_value(json_object_get(cloud, field)));
}

static void print_bytes(const json_t *cloud)
{
	g_autofree char *sent =
		g_format_size((guint64)json_integer_value(json_object_get(cloud, "sent_bytes")));
	g_autofree char *taken =
		g_format_size((guint64)json_integer_value(json_object_get(cloud, "taken_bytes")));

	phrase_pad(phrase("sent, received", "отправлено, получено"), COLUMN);
	printf("%s, %s\n", sent, taken);
}

static void print_files(const json_t *files)
{
	g_autofree char *size = g_format_size(
		(guint64)json_integer_value(json_object_get(files, "to_send_bytes")));
	const json_t *trouble = json_object_get(files, "trouble");

	phrase_pad(phrase("files to send", "файлов ждёт отправки"), COLUMN);
	printf("%lld (%s)\n", (long long)json_integer_value(json_object_get(files, "to_send")), size);
	print_number(files, "to_fetch", phrase("files to fetch", "файлов ждём из облака"));
	if (json_is_object(trouble))
		print_text(phrase("trouble with files", "что не так с файлами"), words_of_trouble(trouble));
}

static void print_cloud(const json_t *cloud)
{
	const json_t *trouble = json_object_get(cloud, "trouble");

	print_text(phrase("cloud", "облако"), words_of_state(answer_text(cloud, "state")));
	print_text(phrase("address", "адрес"), answer_text(cloud, "address"));
	print_text(phrase("school's pages", "страницы школы"), answer_text(cloud, "pages"));
	if (json_is_object(trouble))
		print_text(phrase("trouble", "что не так"), words_of_trouble(trouble));
	print_text(phrase("last heard", "последний ответ"), answer_text(cloud, "last_heard"));
	if (!*answer_text(cloud, "address"))
		return;
	print_number(cloud, "waiting", phrase("changes to send", "изменений ждёт отправки"));
	print_text(phrase("the oldest of", "самое старое от"), answer_text(cloud, "waiting_since"));
	print_files(json_object_get(cloud, "files"));
	print_bytes(cloud);
	print_number(cloud, "held", phrase("kinds held back", "видов не отдаётся"));
	print_number(cloud, "quarantine", phrase("in quarantine", "в карантине"));
	print_text(phrase("certificate until", "сертификат до"), answer_text(cloud, "certificate_until"));
}

bool command_cloud_status(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) cloud = NULL;

	if (!console_request(console, "GET", CLOUD, NULL, &cloud, error))
		return false;
	if (options->json)
		answer_json(cloud);
	else
		print_cloud(cloud);
	return true;
}

/* An argument would be seen by everybody on this machine. */
static char *read_code(GError **error)
{
	char text[CODE_BYTES] = "";

	if (isatty(STDIN_FILENO))
		fputs(phrase("The code that the cloud gave: ", "Код, который дали в облаке: "), stderr);
	if (!fgets(text, sizeof text, stdin) || !*g_strstrip(text))
		return error_null(error, ERROR_INVALID, "%s",
				  phrase("The code is read from the terminal or the standard input, and "
					 "none came.",
					 "Код читается с терминала или со стандартного ввода, но его не "
					 "дали."));
	return g_strdup(text);
}

static bool add_authority(json_t *wish, const char *path, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *text = NULL;

	if (!path)
		return true;
	if (!g_file_get_contents(path, &text, NULL, &cause))
		return error_set(error, ERROR_INVALID, "%s", cause->message);
	return json_object_set_new(wish, "authority", json_string(text)) == 0 ||
	       error_set(error, ERROR_INVALID, "%s is no PEM file", path);
}

bool command_cloud_link(Console *console, const Options *options, char **words, GError **error)
{
	g_autofree char *code = read_code(error);
	g_autoptr(json_t) wish = NULL;
	g_autoptr(json_t) cloud = NULL;

	if (!code)
		return false;
	wish = json_pack("{s:s, s:s}", "address", words[0], "code", code);
	if (!wish)
		return error_set(error, ERROR_INVALID, "%s",
				 phrase("This is no UTF-8 text.", "Это не текст UTF-8."));
	if (!add_authority(wish, options->authority, error) ||
	    !console_request(console, "PUT", CLOUD "/link", wish, &cloud, error))
		return false;
	if (options->json) {
		answer_json(cloud);
		return true;
	}
	printf(phrase("The school is linked to %s. Nothing leaves it yet: an administrator chooses what may, on "
		      "the page Server, Cloud.\n",
		      "Школа подключена к %s. Пока ничего не отдаётся: что можно, администратор выбирает на "
		      "странице «Сервер», «Облако».\n"),
	       answer_text(cloud, "address"));
	return true;
}

static bool confirm(void)
{
	fputs(phrase("People outside will see nothing new. What is at the cloud stays there. Unlink? [y/N] ",
		     "Люди вне школы не увидят ничего нового. То, что уже в облаке, останется там. "
		     "Отключить? [д/Н] "),
	      stderr);
	return answer_read_yes();
}

bool command_cloud_unlink(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) answer = NULL;

	if (!options->yes && !confirm())
		return error_set(error, ERROR_CONFLICT, "%s",
				 phrase("Nothing was changed.", "Ничего не изменено."));
	if (!console_request(console, "DELETE", CLOUD "/link", NULL, &answer, error))
		return false;
	if (options->json)
		answer_json(answer);
	else if (json_is_true(json_object_get(answer, "revoked")))
		puts(phrase("Unlinked: the key is gone, and the cloud has revoked its certificate.",
			    "Отключено: ключ удалён, облако отозвало его сертификат."));
	else
		puts(phrase("Unlinked, and the key is gone. The cloud could not be told: who runs it has to "
			    "unlink this school there too.",
			    "Отключено, ключ удалён. Облаку сообщить не удалось: отключить школу там должен "
			    "тот, кто его обслуживает."));
	return true;
}
