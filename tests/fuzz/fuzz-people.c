/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any texts as what people type about themselves: the lines password, login, school, family name,
 * given name, patronymic, the browser's name, the client's address. */
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

#define LINES 8

static bool is_line(const char *text)
{
	return g_utf8_validate(text, -1, NULL) && !strpbrk(text, "\n\r");
}

static void try_password(const char *const lines[])
{
	const char *const words[] = {lines[1], lines[2], NULL};

	if (!passwords_check_strength("new", lines[0], words, NULL))
		return;
	g_assert_cmpuint(strlen(lines[0]), >=, PASSWORD_BYTES_MIN);
	g_assert_cmpuint(strlen(lines[0]), <=, PASSWORD_BYTES_MAX);
	g_assert_cmpstr(lines[0], !=, lines[1]);
}

static void try_names(const char *const lines[])
{
	g_autofree char *family = NULL, *given = NULL, *patronymic = NULL;

	if (!names_check("family_name", lines[3], false, &family, NULL) ||
	    !names_check("given_name", lines[4], false, &given, NULL) ||
	    !names_check("patronymic", lines[5], true, &patronymic, NULL))
		return;
	for (unsigned roles = 1; roles < 16; roles++) {
		g_autofree char *whole = names_display(family, given, patronymic, roles);
		g_autofree char *brief = names_short(family, given, patronymic, roles);

		g_assert_true(is_line(whole) && is_line(brief));
		g_assert_true(text_length(whole) <= 3 * NAME_CHARACTERS_MAX + 2);
		g_assert_false(text_is_blank(brief));
	}
}

static void try_browser(const char *agent)
{
	g_autofree char *device = device_name(agent);

	g_assert_true(is_line(device) && text_length(device) <= 60);
}

/* One key an address; a house's IPv6 addresses have one. */
static void try_address(const char *address)
{
	g_autofree char *key = throttle_address(address);
	g_autofree char *again = throttle_address(key);

	g_assert_cmpstr(key, ==, again);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) given = g_strsplit(text, "\n", LINES);
	const char *lines[LINES];
	bool more = true;

	if (!g_utf8_validate(text, -1, NULL))
		return 0;
	for (unsigned i = 0; i < LINES; i++) {
		more = more && given[i];
		lines[i] = more ? given[i] : "";
	}
	try_password(lines);
	try_names(lines);
	try_browser(lines[6]);
	try_address(lines[7]);
	return 0;
}
