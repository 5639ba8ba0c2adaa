/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The memos' texts stand in texts/, in the parts of a document; here they get the school's words. */
#include "memos/memos.h"

#include "base/text.h"

#include <gio/gio.h>
#include <string.h>

#define STEPS_MAX     10
#define QUESTIONS_MAX 30

struct Memos {
	Documents *documents;
	School *school;
	char *origin;
};

Memos *memos_new(Documents *documents, School *school, const char *origin)
{
	Memos *self = g_new0(Memos, 1);

	self->documents = documents;
	self->school = school;
	self->origin = g_strdup(origin);
	return self;
}

void memos_free(Memos *self)
{
	if (!self)
		return;
	g_free(self->origin);
	g_free(self);
}

/* --- From the text to the document --- */

static char *fill(const json_t *text, const TextWord words[])
{
	g_autofree char *filled = text_fill(json_string_value(text), words);

	return text_trim(filled);
}

static void add_steps(Document *document, const json_t *steps, const TextWord words[])
{
	char *filled[STEPS_MAX + 1] = {NULL};
	const json_t *step;
	size_t i;

	g_assert(json_array_size(steps) <= STEPS_MAX);
	json_array_foreach(steps, i, step)
		filled[i] = fill(step, words);
	document_add_steps(document, (const char *const *)filled);
	for (i = 0; filled[i]; i++)
		g_free(filled[i]);
}

static void add_questions(Document *document, const json_t *list, const TextWord words[])
{
	DocumentQuestion questions[QUESTIONS_MAX];
	size_t n = json_array_size(list);
	const json_t *one;
	size_t i;

	g_assert(n <= QUESTIONS_MAX);
	json_array_foreach(list, i, one)
		questions[i] = (DocumentQuestion){fill(json_object_get(one, "question"), words),
		                                  fill(json_object_get(one, "answer"), words)};
	document_add_questions(document, questions, n);
	for (i = 0; i < n; i++) {
		g_free((char *)questions[i].question);
		g_free((char *)questions[i].answer);
	}
}

static void add_part(Document *document, const json_t *part, const TextWord words[])
{
	const json_t *heading = json_object_get(part, "heading");
	const json_t *text = json_object_get(part, "text");
	const json_t *code = json_object_get(part, "code");
	g_autofree char *filled = heading || text ? fill(heading ? heading : text, words) : NULL;

	if (heading) {
		document_add_heading(document, filled);
	} else if (text) {
		if (*filled)
			document_add_text(document, filled);
	} else if (code) {
		g_autofree char *link = fill(code, words);
		g_autofree char *caption = fill(json_object_get(part, "caption"), words);

		document_add_qr(document, link, caption);
	}
	if (json_object_get(part, "steps"))
		add_steps(document, json_object_get(part, "steps"), words);
	if (json_object_get(part, "questions"))
		add_questions(document, json_object_get(part, "questions"), words);
}

/* A file of ours: that it is not there, or no JSON, is a bug. */
static json_t *read_text(const char *audience, const char *language)
{
	g_autofree char *path = g_strdup_printf("/urok/memos/%s.%s.json", audience, language);
	g_autoptr(GBytes) bytes = g_resources_lookup_data(path, 0, NULL);
	json_t *memo;
	gsize size;
	const char *text;

	g_assert(bytes);
	text = g_bytes_get_data(bytes, &size);
	memo = json_parse(text, size, NULL);
	g_assert(memo);
	return memo;
}

static Document *write_memo(Memos *self, const json_t *memo, const char *language)
{
	const char *scheme_end = strstr(self->origin, "://");
	g_autofree char *school = school_dup_full_name(self->school);
	g_autofree char *email = school_dup_support_email(self->school);
	g_autofree char *phone = school_dup_support_phone(self->school);
	g_autofree char *address = school_dup_address(self->school);
	const TextWord words[] = {{"link", self->origin},
	                          {"address", scheme_end ? scheme_end + 3 : self->origin},
	                          {"school", school},
	                          {"support_email", email},
	                          {"support_phone", phone},
	                          {"school_address", address},
	                          {0}};
	Document *document =
		document_new(language, json_string_value(json_object_get(memo, "title")));
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(memo, "parts"), i, part)
		add_part(document, part, words);
	return document;
}

/* --- The way in --- */

static bool reply_memo(Memos *self, Request *request, const char *audience, GError **error)
{
	const char *language = NULL;
	g_autoptr(json_t) memo = NULL;

	if (!documents_read_language(request, &language, error))
		return false;
	memo = read_text(audience, language);
	return documents_reply(self->documents, request, write_memo(self, memo, language),
	                       json_string_value(json_object_get(memo, "file")), error);
}

static bool get_parents(void *room, Request *request, GError **error)
{
	return reply_memo(room, request, "parents", error);
}

static bool get_pupils(void *room, Request *request, GError **error)
{
	return reply_memo(room, request, "pupils", error);
}

const Route MEMOS_ROUTES[] = {
	{GET, "/api/v1/memos/parents.pdf", "staff", 0, get_parents},
	{GET, "/api/v1/memos/pupils.pdf", "staff", 0, get_pupils},
	{0},
};
