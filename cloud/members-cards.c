/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a school tells the directory: cards of people, sealed with whom they are about, and the words of a
 * question. */
#include "members-private.h"

#include <string.h>

#define CHILDREN_MAX 20

char *card_seal(const Members *self, const char *school, const json_t *card)
{
	g_autoptr(json_t) whole =
	        json_pack("{s:s, s:O}", "school", school, "card", (json_t *)card);
	g_autofree char *text = json_format(whole);

	return seal(self->card_key, text, strlen(text));
}

json_t *card_open(const Members *self, const char *school, const char *sealed)
{
	size_t size = 0;
	g_autofree uint8_t *text = sealed ? unseal(self->card_key, sealed, &size) : NULL;
	g_autoptr(json_t) whole = text ? json_loadb((const char *)text, size, 0, NULL) : NULL;
	const char *of = json_string_value(json_object_get(whole, "school"));

	return g_strcmp0(of, school) == 0 ? json_incref(json_object_get(whole, "card")) : NULL;
}

static bool check_child(const json_t *child, GError **error)
{
	const char *name = NULL;
	const char *class = NULL;
	const Field fields[] = {{"name", FIELD_TEXT, true, NAME_MAX_CHARS, &name},
	                        {"class", FIELD_TEXT, false, NAME_MAX_CHARS, &class},
	                        {0}};

	return json_read(child, fields, error);
}

bool card_check(const json_t *card, const char **ret_person, bool *ret_pupil, GError **error)
{
	bool left = false;
	json_t *children = NULL;
	const Field fields[] = {{"person", FIELD_ID, true, 0, ret_person},
	                        {"pupil", FIELD_BOOL, true, 0, ret_pupil},
	                        {"left", FIELD_BOOL, true, 0, &left},
	                        {"children", FIELD_ARRAY, true, CHILDREN_MAX, &children},
	                        {0}};
	const json_t *child;
	size_t i;

	if (!json_read(card, fields, error))
		return false;
	json_array_foreach(children, i, child)
	{
		if (!check_child(child, error))
			return false;
	}
	return true;
}

bool words_read(const json_t *body, Words *ret, bool with_code, GError **error)
{
	const Field fields[] = {{"name", FIELD_TEXT, true, NAME_MAX_CHARS, &ret->name},
	                        {"card", FIELD_OBJECT, true, 0, &ret->card},
	                        {with_code ? "code" : NULL, FIELD_TEXT, true, CODE_DIGITS, &ret->code},
	                        {0}};

	if (!json_read(body, fields, error) || !card_check(ret->card, &ret->person, &ret->pupil, error))
		return false;
	return !with_code || strlen(ret->code) == CODE_DIGITS ||
	       error_reason(error, ERROR_INVALID, "invalid", "code", "A code has %d digits",
	                    CODE_DIGITS);
}

const char *words_boolean(bool value)
{
	return value ? "true" : "false";
}
