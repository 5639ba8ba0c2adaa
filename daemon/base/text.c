/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Text that people wrote. */
#include "base/text.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

size_t text_length(const char *text)
{
	return (size_t)g_utf8_strlen(text, -1);
}

bool text_is_blank(const char *text)
{
	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (!g_unichar_isspace(c) && g_unichar_type(c) != G_UNICODE_FORMAT &&
		    g_unichar_type(c) != G_UNICODE_CONTROL)
			return false;
	}
	return true;
}

/* The signs that turn the direction of what follows them, in other people's texts too. */
static bool turns_direction(gunichar c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool text_is_one_line(const char *text)
{
	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		GUnicodeType type = g_unichar_type(c);

		if (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
		    type == G_UNICODE_PARAGRAPH_SEPARATOR || turns_direction(c))
			return false;
	}
	return true;
}

char *text_trim(const char *text)
{
	g_autoptr(GString) out = g_string_new(text);
	const char *start;
	const char *end;

	g_string_replace(out, "\r\n", "\n", 0);
	start = out->str;
	while (*start && g_unichar_isspace(g_utf8_get_char(start)))
		start = g_utf8_next_char(start);
	end = out->str + out->len;
	while (end > start) {
		const char *before = g_utf8_prev_char(end);

		if (!g_unichar_isspace(g_utf8_get_char(before)))
			break;
		end = before;
	}
	return g_strndup(start, (gsize)(end - start));
}

char *text_shorten(const char *text, size_t characters)
{
	g_autofree char *head = NULL;

	if (text_length(text) <= characters)
		return g_strdup(text);
	head = g_utf8_substring(text, 0, (glong)characters - 1);
	return g_strconcat(head, "…", NULL);
}

char *text_fold(const char *text)
{
	g_autofree char *folded = g_utf8_casefold(text, -1);
	g_autofree char *composed = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL_COMPOSE);
	GString *out = g_string_new(composed);

	g_string_replace(out, "ё", "е", 0);
	return g_string_free(out, FALSE);
}

static const char *latin_of(gunichar c)
{
	/* From «а» (U+0430) to «я» (U+044F). */
	static const char *const LATIN[] = {"a", "b", "v",  "g",   "d", "e", "zh", "z",
	                                    "i", "j", "k",  "l",   "m", "n", "o",  "p",
	                                    "r", "s", "t",  "u",   "f", "x", "c",  "ch",
	                                    "sh", "shh", "", "y",  "",  "e", "yu", "ya"};

	if (c >= 0x430 && c <= 0x44f)
		return LATIN[c - 0x430];
	return c == 0x451 ? "yo" : NULL;
}

char *text_slug(const char *text, size_t size)
{
	g_autofree char *lower = g_utf8_strdown(text, -1);
	GString *out = g_string_new(NULL);

	for (const char *at = lower; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		const char *latin = latin_of(c);

		if (latin)
			g_string_append(out, latin);
		else if (c < 0x80 && g_ascii_isalnum((char)c))
			g_string_append_c(out, (char)c);
		else if (out->len && out->str[out->len - 1] != '-')
			g_string_append_c(out, '-');
	}
	if (out->len >= size)
		g_string_truncate(out, size - 1);
	while (out->len && out->str[out->len - 1] == '-')
		g_string_truncate(out, out->len - 1);
	if (!out->len)
		g_string_append_c(out, 'x');
	return g_string_free(out, FALSE);
}

bool text_is_date(const char *text)
{
	bool shaped = strlen(text) == 10 && text[4] == '-' && text[7] == '-' &&
	              strspn(text, "-0123456789") == 10;
	int year = atoi(text);
	int month = shaped ? atoi(text + 5) : 0;
	int day = shaped ? atoi(text + 8) : 0;

	return shaped && year >= 1900 && month >= 1 && day >= 1 &&
	       g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

static const TextWord *find_word(const TextWord words[], const char *name, size_t length)
{
	for (; words->name; words++)
		if (strlen(words->name) == length && strncmp(words->name, name, length) == 0)
			return words;
	g_error("A text has the word {%.*s}, which nobody gives", (int)length, name);
}

/* NULL: it needs a word that there is not. */
static char *fill_line(const char *line, const TextWord words[])
{
	g_autoptr(GString) out = g_string_new(NULL);
	const char *at = line;

	for (const char *open; (open = strchr(at, '{')); at = strchr(open, '}') + 1) {
		const TextWord *word = find_word(words, open + 1, strcspn(open + 1, "}"));

		if (!word->value)
			return NULL;
		g_string_append_len(out, at, open - at);
		g_string_append(out, word->value);
	}
	g_string_append(out, at);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *text_fill(const char *text, const TextWord words[])
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) out = g_string_new(NULL);
	bool was_empty = false;

	for (char **line = lines; *line; line++) {
		g_autofree char *filled = fill_line(*line, words);

		if (!filled || (!*filled && was_empty && line[1]))
			continue;
		g_string_append_printf(out, "%s%s", filled, line[1] ? "\n" : "");
		was_empty = !*filled;
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}
