/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl status: how the school and its machine stand. */
#include "answer.h"
#include "commands.h"
#include "phrase.h"
#include "upgrade.h"

#include <stdio.h>
#include <string.h>

#define COLUMN 24

/* The items of docs/health.md as people name them. One that is not here is shown by its id. */
static const struct {
	const char *id;
	Text name;
} ITEMS[] = {
	{"clock", {"clock", "часы"}},
	{"data-disk", {"disk of the data", "диск данных"}},
	{"parts-disk", {"place for broadcasts", "место для трансляций"}},
	{"media-disk", {"disk of recordings", "диск записей"}},
	{"disks", {"health of disks", "исправность дисков"}},
	{"power", {"power", "питание"}},
	{"memory", {"memory", "память"}},
	{"units", {"units", "службы"}},
	{"network-name", {"name in the network", "имя в сети"}},
	{"certificate", {"certificate", "сертификат"}},
	{"backup", {"backup", "резервная копия"}},
	{"space-limits", {"limits of space", "пределы места"}},
	{"cloud", {"cloud", "облако"}},
	{"media-tools", {"codecs", "кодеки"}},
};

/* Their states, which people ask about by other words than programs. NULL: of every item that has none of its own. */
static const struct {
	const char *id;
	const char *state;
	Text words;
} STATES[] = {
	{"cloud", "live", {"in step", "на связи"}},
	{"cloud", "waiting", {"no connection yet", "пока нет связи"}},
	{"cloud", "healing", {"taking its history back", "возвращает историю"}},
	{"cloud", "away", {"not reached for an hour", "недоступно больше часа"}},
	{"cloud", "quarantine", {"changes that could not be applied", "есть изменения, которые не применились"}},
	{"cloud", "ending", {"certificate ends soon", "срок сертификата кончается"}},
	{"cloud", "ended", {"certificate has ended", "срок сертификата истёк"}},
	{"cloud", "stopped", {"stopped", "остановлено"}},
	{"backup", "proven", {"proven", "проверена"}},
	{"backup", "made", {"made, not proven yet", "сделана, ещё не проверена"}},
	{"backup", "waiting", {"none yet", "ещё не делалась"}},
	{"backup", "failed", {"failed", "не удалась"}},
	{"backup", "damaged", {"made without damaged files", "сделана без повреждённых файлов"}},
	{"backup", "unchecked", {"could not be proven", "не удалось проверить"}},
	{"backup", "keyless", {"no recovery key was printed", "ключ восстановления не напечатан"}},
	{"backup", "unsent", {"not sent to the other machine", "не отправлена на другой компьютер"}},
	{"backup", "late", {"late", "давно не делалась"}},
	{"backup", "stale", {"not proven for two days", "два дня не проверялась"}},
	{"backup", "unproven", {"would not bring the school back", "школу не восстановит"}},
	{"clock", "believed", {"right", "идут верно"}},
	{"clock", "doubted", {"doubted", "под сомнением"}},
	{"disks", "unwatched", {"unwatched", "не наблюдаются"}},
	{"disks", "failing", {"failing", "отказывают"}},
	{"disks", "unreadable", {"nothing is known", "сведений нет"}},
	{"power", "mains", {"mains", "от сети"}},
	{"power", "battery", {"battery", "от батареи"}},
	{"power", "low", {"battery is low", "батарея садится"}},
	{"network-name", "announced", {"announced", "объявлено"}},
	{"network-name", "starting", {"starting", "объявляется"}},
	{"network-name", "off", {"off", "выключено"}},
	{"network-name", "absent", {"not announced", "не объявлено"}},
	{"network-name", "failed", {"failed", "объявить не удалось"}},
	{"network-name", "collision", {"another has it", "занято другим"}},
	{"certificate", "ending", {"ends soon", "срок кончается"}},
	{"certificate", "ended", {"has ended", "срок истёк"}},
	{"space-limits", "near", {"near", "почти достигнуты"}},
	{"space-limits", "full", {"full", "достигнуты"}},
	{"units", "failed", {"failed", "отказали"}},
	{"media-tools", "whole", {"whole", "все на месте"}},
	{"media-tools", "missing", {"missing", "не хватает"}},
	{NULL, "fine", {"fine", "в порядке"}},
	{NULL, "unknown", {"unknown", "неизвестно"}},
	{NULL, "unreadable", {"unreadable", "прочитать не удалось"}},
	{NULL, "filling", {"filling", "места мало"}},
	{NULL, "full", {"full", "места нет"}},
	{NULL, "short", {"short", "мало"}},
};

static const char *words_of_state(const json_t *item)
{
	const char *id = answer_text(item, "id");
	const char *state = answer_text(item, "state");

	for (size_t i = 0; i < G_N_ELEMENTS(STATES); i++)
		if (strcmp(STATES[i].state, state) == 0 && (!STATES[i].id || strcmp(STATES[i].id, id) == 0))
			return phrase_of(&STATES[i].words);
	return state;
}

static const char *name_of(const char *id)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ITEMS); i++)
		if (strcmp(ITEMS[i].id, id) == 0)
			return phrase_of(&ITEMS[i].name);
	return id;
}

/* What is worth a word beside the state; owned. */
static char *detail_of(const json_t *values)
{
	const json_t *free_bytes = json_object_get(values, "free_bytes");
	const char *const said[] = {"ends_at", "name", "doubt", "made_at"};
	g_autoptr(GString) names = g_string_new(NULL);
	json_t *name;
	size_t i;

	if (json_is_integer(free_bytes)) {
		g_autofree char *size = g_format_size((guint64)json_integer_value(free_bytes));

		return g_strdup_printf(phrase("%s free", "свободно %s"), size);
	}
	json_array_foreach(json_object_get(values, "failed"), i, name)
		g_string_append_printf(names, "%s ", json_is_string(name) ? json_string_value(name) : "");
	json_array_foreach(json_object_get(values, "packages"), i, name)
		g_string_append_printf(names, "%s ", json_is_string(name) ? json_string_value(name) : "");
	for (i = 0; i < G_N_ELEMENTS(said) && !names->len; i++)
		g_string_append(names, answer_text(values, said[i]));
	return g_strdup(g_strchomp(names->str));
}

static void print_item(const json_t *item)
{
	const char *level = answer_text(item, "level");
	g_autofree char *detail = detail_of(json_object_get(item, "values"));

	phrase_pad(name_of(answer_text(item, "id")), COLUMN);
	printf("%s%s%s%s\n", words_of_state(item), *detail ? ", " : "", detail,
	       strcmp(level, "ok") == 0	       ? ""
	       : strcmp(level, "warning") == 0 ? phrase("  (warning)", "  (внимание)")
					       : phrase("  (ALARM)", "  (ТРЕВОГА)"));
}

static void print_number(const json_t *health, const char *field, const char *name)
{
	phrase_pad(name, COLUMN);
	printf("%lld\n", (long long)json_integer_value(json_object_get(health, field)));
}

/* The database stands among the fields above already. */
static void print_health(const json_t *health)
{
	json_t *item;
	size_t i;

	print_number(health, "people_online", phrase("people online", "людей в сети"));
	print_number(health, "broadcasts_live", phrase("live broadcasts", "идёт трансляций"));
	print_number(health, "letters_waiting", phrase("letters waiting", "писем ждёт отправки"));
	print_number(health, "letters_undelivered", phrase("letters undelivered", "писем не доставлено"));
	json_array_foreach(json_object_get(health, "items"), i, item)
		if (strcmp(answer_text(item, "id"), "database") != 0)
			print_item(item);
}

bool command_status(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) status = NULL;
	g_autoptr(json_t) health = NULL;
	g_autofree char *fault = upgrade_find_fault();

	if (!console_request(console, "GET", "/api/v1/console/status", NULL, &status, error) ||
	    !console_request(console, "GET", "/api/v1/console/health", NULL, &health, error))
		return false;
	if (options->json) {
		json_object_set(status, "health", health);
		if (fault)
			json_object_set_new(status, "upgrade", json_string(fault));
		answer_json(status);
	} else {
		answer_fields(status);
		print_health(health);
		if (fault)
			printf("%s\n", fault);
	}
	return answer_check_database(options->json, status, "database", error);
}
