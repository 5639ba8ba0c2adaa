/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A document is put together as the description that urok-papers reads. */
#include "documents/documents-private.h"

#include <string.h>

Document *document_new(const char *language, const char *title)
{
	Document *self = g_new0(Document, 1);

	self->is_russian = strcmp(language, "en") != 0;
	self->parts = json_array();
	self->description = json_pack("{ss ss so}", "language", self->is_russian ? "ru" : "en",
	                              "title", title, "parts", self->parts);
	g_assert(self->description);
	return self;
}

void document_free(Document *self)
{
	if (!self)
		return;
	json_decref(self->description);
	g_free(self);
}

static void add(Document *self, json_t *part)
{
	g_assert(part);
	self->rows = NULL;
	json_array_append_new(self->parts, part);
}

static json_t *texts_json(const char *const *texts)
{
	json_t *list = json_array();

	for (; texts && *texts; texts++)
		json_array_append_new(list, json_string(*texts));
	return list;
}

void document_add_heading(Document *self, const char *text)
{
	add(self, json_pack("{ss}", "heading", text));
}

void document_add_text(Document *self, const char *text)
{
	add(self, json_pack("{ss}", "text", text));
}

void document_add_steps(Document *self, const char *const *steps)
{
	add(self, json_pack("{so}", "steps", texts_json(steps)));
}

void document_add_questions(Document *self, const DocumentQuestion *questions, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{ss ss}", "question", questions[i].question,
		                                      "answer", questions[i].answer));
	add(self, json_pack("{so}", "questions", list));
}

void document_add_table(Document *self, const char *const *columns)
{
	json_t *rows = json_array();

	add(self, json_pack("{s{so so}}", "table", "columns", texts_json(columns), "rows", rows));
	self->rows = rows;
}

void document_add_row(Document *self, const char *const *cells)
{
	g_assert(self->rows);
	json_array_append_new(self->rows, texts_json(cells));
}

void document_add_qr(Document *self, const char *text, const char *caption)
{
	add(self, json_pack("{ss ss}", "code", text, "caption", caption));
}

/* --- Slips --- */

static char *about(const DocumentSlip *slip)
{
	const char *parts[3] = {NULL};
	int n = 0;

	if (slip->class_name)
		parts[n++] = slip->class_name;
	if (slip->role)
		parts[n++] = slip->role;
	return g_strjoinv(" · ", (char **)parts);
}

static const char *const *usual_steps(bool is_russian)
{
	static const char *const RUSSIAN[] = {
		"Наведите камеру телефона на квадрат или откройте адрес.",
		"Введите код с этого листка, если страница его спросит.",
		"Проверьте имя и придумайте пароль.",
		NULL,
	};
	static const char *const ENGLISH[] = {
		"Point the phone's camera at the square, or open the address.",
		"Type the code of this slip if the page asks for it.",
		"Check the name and choose a password.",
		NULL,
	};

	return is_russian ? RUSSIAN : ENGLISH;
}

static char *labelled(const char *label, const char *text)
{
	return text ? g_strdup_printf("%s %s", label, text) : NULL;
}

void document_add_slip(Document *self, const DocumentSlip *slip)
{
	bool russian = self->is_russian;
	g_autofree char *who = about(slip);
	g_autofree char *valid = labelled(russian ? "Действует до" : "Valid until", slip->valid_until);
	g_autofree char *fingerprint =
		labelled(russian ? "Отпечаток сертификата школы (SHA-256):"
	                         : "Fingerprint of the school's certificate (SHA-256):",
	                 slip->fingerprint);
	const char *const *steps = slip->steps ? slip->steps : usual_steps(russian);

	add(self, json_pack("{s{ss ss ss ss? ss? ss? ss? ss? so}}", "slip", "link", slip->link, "name",
	                    slip->name, "about", who, "code_label",
	                    slip->code ? (russian ? "Код" : "Code") : NULL, "code", slip->code,
	                    "address", slip->address, "valid", valid, "fingerprint", fingerprint,
	                    "steps", texts_json(steps)));
}

/* --- Days --- */

char *document_format_day(const char *language, GDateTime *when)
{
	static const char *const RUSSIAN[] = {"января", "февраля", "марта",    "апреля",
	                                      "мая",    "июня",    "июля",     "августа",
	                                      "сентября", "октября", "ноября", "декабря"};
	static const char *const ENGLISH[] = {"January",   "February", "March",    "April",
	                                      "May",       "June",     "July",     "August",
	                                      "September", "October",  "November", "December"};
	int month = g_date_time_get_month(when) - 1;
	int day = g_date_time_get_day_of_month(when);
	int year = g_date_time_get_year(when);

	if (strcmp(language, "en") == 0)
		return g_strdup_printf("%d %s %d", day, ENGLISH[month], year);
	return g_strdup_printf("%d %s %d г.", day, RUSSIAN[month], year);
}
