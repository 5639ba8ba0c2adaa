/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The shape of what a school says of itself, and its languages. */
#include "base/text.h"
#include "school/school-private.h"

#include <string.h>

#define EMAIL_BYTES_MAX	     254 /* RFC 5321 §4.5.3.1.3, as errata 1690 reads it */
#define TIME_ZONE_BYTES_MAX  64
#define PHONE_DIGITS_MIN     3	/* within the school's own exchange */
#define PHONE_DIGITS_MAX     15 /* ITU-T E.164 §6.1 */
#define PHONE_CHARACTERS_MAX 32

static const struct {
	const char *name;
	unsigned language;
} LANGUAGES[] = {{"ru", LANGUAGE_RUSSIAN}, {"en", LANGUAGE_ENGLISH}};

json_t *languages_to_json(unsigned languages)
{
	json_t *list = json_array();

	for (size_t i = 0; i < G_N_ELEMENTS(LANGUAGES); i++)
		if (!languages || (languages & LANGUAGES[i].language))
			json_array_append_new(list, json_string(LANGUAGES[i].name));
	return list;
}

unsigned languages_from_json(const json_t *list)
{
	unsigned languages = 0;
	const json_t *name;
	size_t n;

	json_array_foreach(list, n, name)
		for (size_t i = 0; i < G_N_ELEMENTS(LANGUAGES); i++)
			if (g_strcmp0(json_string_value(name), LANGUAGES[i].name) == 0)
				languages |= LANGUAGES[i].language;
	return languages;
}

static bool check_line(const char *field, const char *text, int most, GError **error)
{
	if (text_length(text) > (size_t)most)
		return error_reason(error, ERROR_INVALID, "too-long", field,
				    "This has at most %d characters", most);
	return text_is_one_line(text) ||
	       error_reason(error, ERROR_INVALID, "invalid", field, "This is one line");
}

static bool check_name(const char *name, GError **error)
{
	if (text_is_blank(name))
		return error_reason(error, ERROR_INVALID, "empty", "name", "The name is empty");
	return check_line("name", name, SCHOOL_NAME_CHARACTERS_MAX, error);
}

/* A name of the tz database; it becomes a file's name, so nothing else is let through. */
static bool check_time_zone(const char *name, GError **error)
{
	g_autoptr(GTimeZone) zone = NULL;
	size_t size = strlen(name);

	if (size && size <= TIME_ZONE_BYTES_MAX && g_ascii_isalpha(name[0]) &&
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
		    size)
		zone = g_time_zone_new_identifier(name);
	if (zone)
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "time_zone",
			    "A time zone looks like Europe/Moscow");
}

/* Whether mail arrives, only mail can tell; this refuses what is no address at all. */
static bool check_email(const char *address, GError **error)
{
	const char *at = strchr(address, '@');

	if (strlen(address) <= EMAIL_BYTES_MAX && at && at > address && at[1] &&
	    !strchr(at + 1, '@') && !strpbrk(address, " \t\r\n<>,;\"") && at[1] != '.' &&
	    strchr(at + 2, '.') && address[strlen(address) - 1] != '.')
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "support_email",
			    "An e-mail address looks like help@school.example");
}

static bool check_phone(const char *phone, GError **error)
{
	size_t digits = 0;

	for (const char *at = phone; *at; at++)
		digits += g_ascii_isdigit(*at);
	if (digits >= PHONE_DIGITS_MIN && digits <= PHONE_DIGITS_MAX &&
	    strlen(phone) <= PHONE_CHARACTERS_MAX && strspn(phone, "+0123456789 ()-") == strlen(phone) &&
	    (!strchr(phone, '+') || strrchr(phone, '+') == phone))
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "support_phone",
			    "A phone number looks like +7 343 123-45-67");
}

/* NULL and "" are no value, which is fine. */
static bool is_given(const char *text)
{
	return text && *text;
}

bool school_check(const SchoolInfo *info, GError **error)
{
	return check_name(info->name, error) &&
	       (!is_given(info->full_name) ||
		check_line("full_name", info->full_name, SCHOOL_FULL_NAME_CHARACTERS_MAX, error)) &&
	       (!is_given(info->address) ||
		check_line("address", info->address, SCHOOL_ADDRESS_CHARACTERS_MAX, error)) &&
	       (!info->time_zone || check_time_zone(info->time_zone, error)) &&
	       (!is_given(info->support_email) || check_email(info->support_email, error)) &&
	       (!is_given(info->support_phone) || check_phone(info->support_phone, error));
}
