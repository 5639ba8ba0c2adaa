/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Letters that look like others: «Coня» with a Latin C reads as it should and is found by nobody.
 * Whoever approves a name is shown which letters are not what they seem. */
#include "people/rules.h"

#include <string.h>

/* Letters of one word are of one script, but for hyphenated names of two. */
static bool has_script(gunichar c)
{
	GUnicodeScript script = g_unichar_get_script(c);

	return g_unichar_isalpha(c) && script != G_UNICODE_SCRIPT_COMMON &&
	       script != G_UNICODE_SCRIPT_INHERITED;
}

static bool is_of_names(gunichar c)
{
	return g_unichar_isalpha(c) || g_unichar_ismark(c) || c == ' ' || c == '-' || c == '\'' ||
	       c == '.' || c == 0x2019 /* ’ */;
}

static GUnicodeScript script_of_most(const char *text)
{
	unsigned cyrillic = 0;
	unsigned others = 0;
	GUnicodeScript other = G_UNICODE_SCRIPT_CYRILLIC;

	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (!has_script(c))
			continue;
		if (g_unichar_get_script(c) == G_UNICODE_SCRIPT_CYRILLIC)
			cyrillic++;
		else {
			others++;
			other = g_unichar_get_script(c);
		}
	}
	/* Where Cyrillic is there at all it is what was meant: Анна, not Aннa. */
	return cyrillic || !others ? G_UNICODE_SCRIPT_CYRILLIC : other;
}

static void add_place(json_t *places, const char *text, const char *at)
{
	json_array_append_new(places, json_integer(g_utf8_pointer_to_offset(text, at)));
}

json_t *names_doubts(const char *now, const char *next)
{
	GUnicodeScript script = script_of_most(next);
	json_t *places = json_array();
	const char *why = NULL;

	for (const char *at = next; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (has_script(c) ? g_unichar_get_script(c) != script : !is_of_names(c)) {
			why = has_script(c) ? "mixed-scripts" : why ? why : "odd-characters";
			add_place(places, next, at);
		}
	}
	if (!why && *next && script != script_of_most(now))
		why = "other-script";
	if (!why) {
		json_decref(places);
		return json_null();
	}
	return json_pack("{s:s, s:o}", "why", why, "at", places);
}
