/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Names as people see them: staff and parents with the patronymic, pupils as in class. */
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

static bool is_pupil_only(unsigned roles)
{
	return roles == ROLE_PUPIL;
}

static char *dup_initial(const char *name)
{
	return g_utf8_substring(name, 0, *name ? 1 : 0);
}

char *names_display(const char *family, const char *given, const char *patronymic, unsigned roles)
{
	if (is_pupil_only(roles) || !patronymic)
		return g_strdup_printf("%s %s", given, family);
	return g_strdup_printf("%s %s %s", given, patronymic, family);
}

char *names_short(const char *family, const char *given, const char *patronymic, unsigned roles)
{
	g_autofree char *first = dup_initial(given);
	g_autofree char *second = NULL;

	if (is_pupil_only(roles)) {
		second = dup_initial(family);
		return g_strdup_printf("%s %s.", given, second);
	}
	if (!patronymic)
		return g_strdup_printf("%s. %s", first, family);
	second = dup_initial(patronymic);
	return g_strdup_printf("%s. %s. %s", first, second, family);
}

static bool is_one_line(const char *text)
{
	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		GUnicodeType type = g_unichar_type(g_utf8_get_char(at));

		if (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
		    type == G_UNICODE_PARAGRAPH_SEPARATOR || type == G_UNICODE_FORMAT)
			return false;
	}
	return true;
}

bool names_check(const char *field, const char *name, bool optional, char **ret_name,
		 GError **error)
{
	g_autofree char *trimmed = name ? text_trim(name) : NULL;

	if (!trimmed || text_is_blank(trimmed)) {
		if (!optional)
			return error_reason(error, ERROR_INVALID, "empty", field, "%s is empty",
					    field);
		*ret_name = NULL;
		return true;
	}
	if (text_length(trimmed) > NAME_CHARACTERS_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", field,
				    "%s has at most %d characters", field, NAME_CHARACTERS_MAX);
	if (!is_one_line(trimmed))
		return error_reason(error, ERROR_INVALID, "invalid", field,
				    "%s is one line without control characters", field);
	*ret_name = g_steal_pointer(&trimmed);
	return true;
}

const char *const NAME_PARTS[N_NAME_PARTS + 1] = {"family_name", "given_name", "patronymic",
						  "birth_date", NULL};

void names_clear(Names *names)
{
	g_free(names->family);
	g_free(names->given);
	g_free(names->patronymic);
}

bool names_check_all(const char *family, const char *given, const char *patronymic, Names *ret,
		     GError **error)
{
	return names_check("family_name", family, false, &ret->family, error) &&
	       names_check("given_name", given, false, &ret->given, error) &&
	       names_check("patronymic", patronymic, true, &ret->patronymic, error);
}

/* --- Roles --- */

static const char *const ROLE_NAMES[] = {"administrator", "teacher", "pupil", "parent"};

const char *role_name(Role role)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ROLE_NAMES); i++)
		if (role == 1u << i)
			return ROLE_NAMES[i];
	g_assert_not_reached();
}

bool role_read(const char *name, const char *field, unsigned *ret_roles, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ROLE_NAMES); i++) {
		if (strcmp(name, ROLE_NAMES[i]) == 0) {
			*ret_roles |= 1u << i;
			return true;
		}
	}
	return error_reason(error, ERROR_INVALID, "invalid", field, "There is no such role");
}
