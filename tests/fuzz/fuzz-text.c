/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any valid text through what is done with texts of people: lengths, shortening, slugs. */
#include "base/text.h"

#include <glib.h>
#include <string.h>

#define SLUG_SIZE 37
#define SHORT	  12

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void check_slug(const char *text)
{
	g_autofree char *slug = text_slug(text, SLUG_SIZE);
	size_t length = strlen(slug);

	g_assert_true(length >= 1 && length < SLUG_SIZE);
	g_assert_true(strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == length);
	g_assert_true(slug[0] != '-' && slug[length - 1] != '-' && !strstr(slug, "--"));
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autofree char *trimmed = NULL;
	g_autofree char *shortened = NULL;
	g_autofree char *folded = NULL;

	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	trimmed = text_trim(text);
	shortened = text_shorten(text, SHORT);
	folded = text_fold(text);
	g_assert_true(text_length(trimmed) <= text_length(text));
	g_assert_true(text_length(shortened) <= SHORT && g_utf8_validate(shortened, -1, NULL));
	g_assert_true(folded && g_utf8_validate(folded, -1, NULL));
	if (text_is_blank(text))
		g_assert_true(text_is_blank(trimmed));
	check_slug(text);
	return 0;
}
