/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as a body: what is taken must survive being said again, and reading its fields. */
#include "base/json.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void read_fields(const json_t *object)
{
	const char *text = NULL;
	const char *id = NULL;
	gint64 number = 0;
	bool flag = false;
	json_t *inner = NULL;
	json_t *list = NULL;
	const Field fields[] = {
		{"text", FIELD_TEXT, true, 40, &text},	     {"id", FIELD_ID, false, 0, &id},
		{"number", FIELD_INT, false, 0, &number},    {"flag", FIELD_BOOL, false, 0, &flag},
		{"inner", FIELD_OBJECT, false, 0, &inner},   {"list", FIELD_ARRAY, false, 3, &list},
		{0},
	};
	g_autoptr(GError) error = NULL;

	if (json_read(object, fields, &error))
		g_assert_true(text && g_utf8_strlen(text, -1) <= 40 && (!id || id_is_valid(id)));
	else
		g_assert_nonnull(error);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) value = json_parse((const char *)data, size, &error);

	g_assert_true((value != NULL) == (error == NULL));
	if (value) {
		g_autofree char *said = json_format(value);
		g_autoptr(json_t) again = json_parse(said, strlen(said), NULL);

		g_assert_true(again && json_equal(value, again));
		read_fields(value);
	}
	return 0;
}
