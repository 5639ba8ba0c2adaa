/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Encoded words, dates, and what an address may hold. */
#include "words.h"

#include <string.h>

#define CHUNK_BYTES_MAX 42 /* an encoded word has at most 75 characters */

static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static bool is_plain(const char *text)
{
	return *text && strlen(text) <= 60 && text[0] != ' ' && text[strlen(text) - 1] != ' ' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -") ==
	               strlen(text);
}

/* So many bytes as whole characters fill at most a chunk. */
static size_t chunk_size(const char *text)
{
	size_t size = 0;

	while (text[size]) {
		size_t next = (size_t)(g_utf8_next_char(text + size) - text);

		if (next > CHUNK_BYTES_MAX)
			break;
		size = next;
	}
	return size;
}

static char *without_controls(const char *text)
{
	GString *clean = g_string_new(NULL);

	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		g_string_append_unichar(clean, g_unichar_iscntrl(c) ? ' ' : c);
	}
	return g_string_free(clean, FALSE);
}

char *words_encode(const char *text)
{
	g_autofree char *clean = without_controls(text);
	GString *words = g_string_new(NULL);

	if (is_plain(clean))
		g_string_append(words, clean);
	else
		for (const char *at = clean; *at;) {
			size_t size = chunk_size(at);
			g_autofree char *base64 = g_base64_encode((const guchar *)at, size);

			g_string_append_printf(words, "%s=?UTF-8?B?%s?=", words->len ? "\r\n " : "",
			                       base64);
			at += size;
		}
	return g_string_free(words, FALSE);
}

char *words_format_date(GDateTime *when)
{
	static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	/* Not by the locale's names. */
	return g_strdup_printf("Date: %s, %d %s %d %02d:%02d:%02d +0000",
	                       DAYS[g_date_time_get_day_of_week(when) - 1],
	                       g_date_time_get_day_of_month(when),
	                       MONTHS[g_date_time_get_month(when) - 1], g_date_time_get_year(when),
	                       g_date_time_get_hour(when), g_date_time_get_minute(when),
	                       g_date_time_get_second(when));
}

bool words_is_host(const char *text)
{
	size_t length = strlen(text);
	g_autofree char *allowed = g_strconcat(LETTERS, ".-:", NULL);

	return length > 0 && length <= 253 && text[0] != '.' && text[0] != '-' &&
	       strspn(text, allowed) == length;
}

bool words_is_address(const char *text)
{
	const char *at = strchr(text, '@');
	g_autofree char *allowed = g_strconcat(LETTERS, ".!#$%&'*+-/=?^_`{|}~", NULL);
	size_t name = at ? (size_t)(at - text) : 0;

	return at && name > 0 && name <= 64 && strspn(text, allowed) == name &&
	       !strchr(at + 1, ':') && words_is_host(at + 1);
}
