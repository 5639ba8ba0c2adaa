/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A place in a conversation, and it as a cursor. */
#include "chats/chats-private.h"

#include <string.h>

#define PLACE_TEXT_MAX 128

int64_t origin_order(const Id *origin)
{
	g_autoptr(GString) digits = g_string_new(origin->text);

	g_string_replace(digits, "-", "", 0);
	g_string_truncate(digits, 16);
	return (int64_t)(g_ascii_strtoull(digits->str, NULL, 16) >> 1);
}

char *place_format(const Place *self)
{
	g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT ".%s.%" G_GINT64_FORMAT,
	                                        (guint64)self->hlc, self->origin.text,
	                                        (gint64)self->origin_seq);

	return base64url_encode(text, strlen(text));
}

static bool parse(const char *text, Place *ret_place)
{
	g_auto(GStrv) parts = g_strsplit(text, ".", 4);
	guint64 hlc;
	guint64 origin_seq;

	if (g_strv_length(parts) != 3 || !id_is_valid(parts[1]) ||
	    !g_ascii_string_to_unsigned(parts[0], 10, 0, G_MAXINT64, &hlc, NULL) ||
	    !g_ascii_string_to_unsigned(parts[2], 10, 0, G_MAXINT64, &origin_seq, NULL))
		return false;
	ret_place->hlc = hlc;
	ret_place->origin = id_from(parts[1]);
	ret_place->origin_seq = (int64_t)origin_seq;
	return true;
}

bool place_parse(const char *cursor, const char *field, Place *ret_place, GError **error)
{
	size_t size = 0;
	g_autofree uint8_t *bytes =
	        strlen(cursor) <= PLACE_TEXT_MAX ? base64url_decode(cursor, &size) : NULL;
	g_autofree char *text = bytes ? g_strndup((const char *)bytes, size) : NULL;

	if (text && strlen(text) == size && parse(text, ret_place))
		return true;
	return error_reason(error, ERROR_INVALID, "bad-cursor", field,
	                    "%s is not a cursor that this school gave", field);
}
