/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What was said for one person as a paper to keep: each consent in its own words, who gave it and
 * when, who took it back. */
#include "consents/consents-private.h"

#include <string.h>

typedef struct {
	const char *title; /* %s: the person */
	const char *file;
	const char *given;     /* day, who */
	const char *on_paper;  /* day, who */
	const char *withdrawn; /* day, who */
	const char *version;
	const char *somebody;
	const char *nothing;
} PaperWords;

static const PaperWords RUSSIAN = {
	.title = "Согласия: %s",
	.file = "Согласия.pdf",
	.given = "Дано %s: %s.",
	.on_paper = "Дано на бумаге, отмечено %s: %s.",
	.withdrawn = "Отозвано %s: %s.",
	.version = "Редакция текста: %" G_GINT64_FORMAT ".",
	.somebody = "человек, которого здесь больше нет",
	.nothing = "Согласий пока не давали.",
};

static const PaperWords ENGLISH = {
	.title = "Consents: %s",
	.file = "Consents.pdf",
	.given = "Given on %s by %s.",
	.on_paper = "Given on paper, entered on %s by %s.",
	.withdrawn = "Withdrawn on %s by %s.",
	.version = "Version of the text: %" G_GINT64_FORMAT ".",
	.somebody = "somebody who is here no more",
	.nothing = "No consent has been given yet.",
};

typedef struct {
	Document *document;
	const char *language;
	const PaperWords *words;
	GTimeZone *zone;
} Paper;

static char *dup_day(const Paper *self, const json_t *time)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_iso8601(json_string_value(time), NULL);
	g_autoptr(GDateTime) local = utc ? g_date_time_to_timezone(utc, self->zone) : NULL;

	return local ? document_format_day(self->language, local) : g_strdup("");
}

static void add_line(const Paper *self, const char *format, const json_t *time, const json_t *person)
{
	const char *name = json_string_value(json_object_get(person, "display_name"));
	g_autofree char *day = dup_day(self, time);
	g_autofree char *line = g_strdup_printf(format, day, name ? name : self->words->somebody);

	document_add_text(self->document, line);
}

static void add_consent(const Paper *self, const json_t *consent)
{
	const char *title = json_string_value(json_object_get(consent, "title"));
	const char *text = json_string_value(json_object_get(consent, "text"));
	bool on_paper = json_is_true(json_object_get(consent, "on_paper"));
	const json_t *withdrawn = json_object_get(consent, "withdrawn_at");
	g_autofree char *version =
		g_strdup_printf(self->words->version,
	                        (gint64)json_integer_value(json_object_get(consent, "version")));

	document_add_heading(self->document, title ? title : "");
	if (text)
		document_add_text(self->document, text);
	document_add_text(self->document, version);
	add_line(self, on_paper ? self->words->on_paper : self->words->given,
	         json_object_get(consent, "given_at"), json_object_get(consent, "given_by"));
	if (json_is_string(withdrawn))
		add_line(self, self->words->withdrawn, withdrawn,
		         json_object_get(consent, "withdrawn_by"));
}

static Document *write_paper(Consents *self, const json_t *all, const char *language)
{
	const PaperWords *words = strcmp(language, "en") == 0 ? &ENGLISH : &RUSSIAN;
	const json_t *person = json_object_get(all, "person");
	const json_t *given = json_object_get(all, "given");
	g_autofree char *title = g_strdup_printf(
		words->title, json_string_value(json_object_get(person, "display_name")));
	g_autofree char *zone_name = school_dup_time_zone(self->school);
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(zone_name ? zone_name : "UTC");
	Paper paper = {document_new(language, title), language, words,
	               zone ? zone : (zone = g_time_zone_new_utc())};
	const json_t *consent;
	size_t i;

	json_array_foreach(given, i, consent)
		add_consent(&paper, consent);
	if (json_array_size(given) == 0)
		document_add_text(paper.document, words->nothing);
	return paper.document;
}

bool get_consents_paper(void *room, Request *request, GError **error)
{
	Consents *self = room;
	const char *language = NULL;
	g_autoptr(json_t) all = NULL;

	if (!documents_read_language(request, &language, error))
		return false;
	if (!self->documents)
		return error_set(error, ERROR_UNAVAILABLE, "Nothing is printed here");
	all = consents_person_json(self, request_actor(request), request_param(request, "person"),
	                           error);
	return all && documents_reply(self->documents, request, write_paper(self, all, language),
	                              strcmp(language, "en") == 0 ? ENGLISH.file : RUSSIAN.file,
	                              error);
}
