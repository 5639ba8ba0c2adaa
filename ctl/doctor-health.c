/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urokd knows of the machine that nobody else does, in sentences. */
#include "doctor.h"

#include "answer.h"
#include "cloud.h"
#include "phrase.h"

#include <string.h>

/* Of what is not as it should be. value: what stands in the sentence's place for it; NULL: none. */
typedef struct {
	const char *id;
	const char *state;
	const char *value;
	Text said;
} Sentence;

static const Sentence SENTENCES[] = {
	{"database", "damaged", "detail",
	 {"The database is damaged (%s): urokd only reads it. urokd(8) says how it is saved.",
	  "База данных повреждена (%s): urokd её только читает. Как её спасти, сказано в urokd(8)."}},
	{"database", "uncheckable", "detail",
	 {"The database could not be checked: %s", "Базу данных не удалось проверить: %s"}},
	{"clock", "doubted", "doubt",
	 {"urokd does not believe the clock (%s) and goes on from the time that it knew: set it "
	  "(timedatectl set-time), or if it is right: urokctl clock confirm",
	  "urokd не верит часам (%s) и отсчитывает время от того, которое знал: установите их "
	  "(timedatectl set-time), а если они верны: urokctl clock confirm"}},
	{"data-disk", "filling", "path",
	 {"The disk of %s fills up: make room (df -h).", "Место на диске с %s кончается: освободите его (df -h)."}},
	{"data-disk", "full", "path",
	 {"The disk of %s is full: make room now (df -h).", "Диск с %s заполнен: срочно освободите место (df -h)."}},
	{"parts-disk", "filling", "path",
	 {"The memory for parts of broadcasts (%s) fills up.", "Память для трансляций (%s) кончается."}},
	{"parts-disk", "full", "path",
	 {"The memory for parts of broadcasts (%s) is full: end some of them.",
	  "Память для трансляций (%s) заполнена: завершите часть трансляций."}},
	{"media-disk", "filling", "path",
	 {"The disk of recordings, %s, fills up.", "Место на диске записей %s кончается."}},
	{"media-disk", "full", "path",
	 {"The disk of recordings, %s, is full.", "Диск записей %s заполнен."}},
	{"disks", "failing", NULL,
	 {"A disk says that it is failing: save the data (urokd(8)) and replace it. smartctl -H shows which.",
	  "Диск сообщает, что выходит из строя: сохраните данные (urokd(8)) и замените его. Какой именно, "
	  "покажет smartctl -H."}},
	{"power", "battery", NULL,
	 {"The mains are gone: this server runs on a battery.", "Питания от сети нет: сервер работает от батареи."}},
	{"power", "low", NULL,
	 {"The battery is almost empty: shut this server down.", "Батарея почти разряжена: выключите сервер."}},
	{"memory", "short", NULL,
	 {"Memory is short.", "Не хватает памяти."}},
	{"network-name", "absent", "detail",
	 {"The school is not announced in the network: %s", "О школе в сети не объявлено: %s"}},
	{"network-name", "failed", "detail",
	 {"The school could not be announced in the network: %s. urokd tries again by itself.",
	  "Не удалось объявить о школе в сети: %s. urokd попробует снова сам."}},
	{"network-name", "collision", "detail",
	 {"Two machines want one name in the network: %s", "Два компьютера хотят одно имя в сети: %s"}},
	{"units", "failed", "failed",
	 {"Parts of the school's server have failed: %s. systemctl status says why of each.",
	  "Отказали части сервера школы: %s. Почему, покажет systemctl status каждой из них."}},
	{"media-tools", "missing", "packages",
	 {"Some cameras, or their pictures in lists, cannot be shown without: apt install %s",
	  "Часть камер или их кадры в списках не показать без пакетов: apt install %s"}},
	{"backup", "damaged", "detail",
	 {"Files that are damaged on the disk and not in the last backup: %s. Look at the disk (smartctl -a); an "
	  "older backup may have them whole: keep one elsewhere",
	  "Повреждены на диске и не вошли в последнюю резервную копию файлы: %s. Проверьте диск (smartctl -a); "
	  "целыми они могут быть в старой копии: сохраните её на другом диске"}},
	{"backup", "failed", "detail",
	 {"The last backup failed: %s", "Последняя резервная копия не удалась: %s"}},
	{"backup", "keyless", NULL,
	 {"No recovery key was printed, so only this server can open its backups: urokctl backup key",
	  "Ключ восстановления не напечатан, и резервные копии может открыть только этот сервер: urokctl backup key"}},
	{"backup", "late", NULL,
	 {"There has been no backup for two days: systemctl status urok-backup, then urokctl backup",
	  "Два дня не было резервной копии: systemctl status urok-backup, затем urokctl backup"}},
	{"backup", "stale", NULL,
	 {"No backup has been proven for two days: systemctl status urok-backup, then urokctl backup verify",
	  "Два дня ни одна резервная копия не проверялась: systemctl status urok-backup, затем urokctl backup verify"}},
	{"backup", "unchecked", "detail",
	 {"The last backup could not be proven: %s. After mending it: urokctl backup verify",
	  "Последнюю резервную копию не удалось проверить: %s. Когда причина устранена: urokctl backup verify"}},
	{"backup", "unproven", "detail",
	 {"The last backup would not bring the school back: %s. Make another: urokctl backup",
	  "Из последней резервной копии школа не восстановится: %s. Сделайте другую: urokctl backup"}},
	{"backup", "unsent", "detail",
	 {"%s. After mending it: systemctl start urok-backup-send",
	  "%s. Когда причина устранена: systemctl start urok-backup-send"}},
	{"space-limits", "near", NULL,
	 {"Files or backups come near the limit that was set for them: urokctl space",
	  "Файлы или резервные копии подходят к установленному пределу: urokctl space"}},
	{"space-limits", "full", NULL,
	 {"Files or backups have reached their limit, and nothing new is taken: urokctl space, then urokctl space limit",
	  "Файлы или резервные копии достигли предела, новое не принимается: urokctl space, затем urokctl space limit"}},
	{"cloud", "away", "detail",
	 {"The cloud has not been reached for an hour: %s (urokctl cloud status)",
	  "Облако недоступно больше часа: %s (urokctl cloud status)"}},
	{"cloud", "stopped", "detail",
	 {"The line to the cloud has stopped and needs somebody: %s (urokctl cloud status)",
	  "Связь с облаком остановлена, нужна помощь человека: %s (urokctl cloud status)"}},
	{"cloud", "ending", "certificate_until",
	 {"This server's certificate for the cloud ends on %s and was not renewed: urokctl cloud status",
	  "Сертификат сервера для облака действует только до %s и не продлён: urokctl cloud status"}},
	{"cloud", "ended", "certificate_until",
	 {"This server's certificate for the cloud ended on %s: urokctl cloud unlink, then urokctl cloud link",
	  "Сертификат сервера для облака истёк %s: urokctl cloud unlink, затем urokctl cloud link"}},
	{"cloud", "quarantine", NULL,
	 {"Changes from the cloud could not be applied: see the page Server, Cloud.",
	  "Часть изменений из облака не удалось применить: смотрите страницу «Сервер», «Облако»."}},
	{"certificate", "ending", "ends_at",
	 {"The certificate ends on %s: urokctl tls status", "Сертификат действует только до %s: urokctl tls status"}},
	{"certificate", "ended", "ends_at",
	 {"The certificate ended on %s: urokctl tls status", "Сертификат истёк %s: urokctl tls status"}},
};

/* A text, or a list of texts: names of units, of packages. */
static void append_texts(GString *text, const json_t *value)
{
	json_t *element;
	size_t i;

	if (json_is_string(value))
		g_string_append_printf(text, "%s%s", text->len ? " " : "", json_string_value(value));
	json_array_foreach(value, i, element)
		append_texts(text, element);
}

/* The texts of one of its values, or of all (NULL). */
static char *dup_values(const json_t *item, const char *wanted)
{
	GString *text = g_string_new(NULL);
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(item, "values"), name, value)
		if (!wanted || strcmp(name, wanted) == 0)
			append_texts(text, value);
	return g_string_free(text, FALSE);
}

/* A sentence may have one place for the value, or none. */
static char *fill(const char *sentence, const char *value)
{
	g_auto(GStrv) halves = g_strsplit(sentence, "%s", 2);

	return halves[1] ? g_strconcat(halves[0], value, halves[1], NULL) : g_strdup(sentence);
}

static char *dup_sentence(const json_t *item)
{
	g_autofree char *value = NULL;
	const char *words;

	for (size_t i = 0; i < G_N_ELEMENTS(SENTENCES); i++) {
		const Sentence *one = &SENTENCES[i];

		if (strcmp(answer_text(item, "id"), one->id) == 0 &&
		    strcmp(answer_text(item, "state"), one->state) == 0) {
			value = dup_values(item, one->value ? one->value : "");
			words = strcmp(one->id, "cloud") == 0 ? cloud_words_of_trouble(value) : NULL;
			return fill(phrase_of(&one->said), words ? words : value);
		}
	}
	value = dup_values(item, NULL);
	return g_strdup_printf(phrase("urokd says %s: %s. %s", "urokd сообщает %s: %s. %s"),
			       answer_text(item, "id"), answer_text(item, "state"), value);
}

void doctor_note_health(Doctor *self, const json_t *item)
{
	const char *level = answer_text(item, "level");
	g_autofree char *id = g_strconcat("health-", answer_text(item, "id"), NULL);
	g_autofree char *said = NULL;

	if (strcmp(level, "ok") == 0) {
		doctor_note(self, id, FOUND_OK, "%s: %s", answer_text(item, "id"),
			    answer_text(item, "state"));
		return;
	}
	said = dup_sentence(item);
	doctor_note(self, id, strcmp(level, "alarm") == 0 ? FOUND_FAULT : FOUND_WARNING, "%s", said);
}
