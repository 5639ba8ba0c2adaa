/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which of two languages. */
#include "phrase.h"

#include <stdio.h>

/* The names are read from the environment, so that a minimal system without generated locales
 * speaks Russian too. */
bool phrase_is_russian(void)
{
	const char *const *names = g_get_language_names_with_category("LC_MESSAGES");

	for (; *names; names++) {
		if (g_str_has_prefix(*names, "ru"))
			return true;
		if (g_str_has_prefix(*names, "en") || g_str_equal(*names, "C"))
			return false;
	}
	return false;
}

const char *phrase(const char *en, const char *ru)
{
	return phrase_is_russian() ? ru : en;
}

const char *phrase_of(const Text *text)
{
	return phrase_is_russian() ? text->ru : text->en;
}

void phrase_pad(const char *text, glong width)
{
	glong length = g_utf8_strlen(text, -1);

	printf("%s%*s", text, (int)MAX(width - length, 2), "");
}
