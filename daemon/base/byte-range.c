/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Digits and two signs between them: whatever else stands there is refused, not guessed. */
#include "base/byte-range.h"

#include <string.h>

#define UNIT       "bytes "
#define DIGITS_MAX 16 /* of BYTE_RANGE_MOST */

/* Moves behind the number and the sign that ends it. */
static bool take_number(const char **at, char end, int64_t *ret)
{
	int64_t value = 0;
	size_t length = strspn(*at, "0123456789");

	if (length == 0 || length > DIGITS_MAX || (*at)[length] != end)
		return false;
	for (size_t i = 0; i < length; i++)
		value = value * 10 + ((*at)[i] - '0');
	*at += length + (end ? 1 : 0);
	*ret = value;
	return value <= BYTE_RANGE_MOST;
}

bool byte_range_parse(const char *text, ByteRange *ret)
{
	int64_t first, last, total;
	const char *at = text;

	if (!text || g_ascii_strncasecmp(text, UNIT, strlen(UNIT)) != 0)
		return false;
	at += strlen(UNIT);
	if (!take_number(&at, '-', &first) || !take_number(&at, '/', &last) ||
	    !take_number(&at, '\0', &total) || last < first || last >= total)
		return false;
	*ret = (ByteRange){first, last - first + 1, total};
	return true;
}

char *byte_range_format(const ByteRange *self)
{
	return g_strdup_printf(UNIT "%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
	                       self->first, self->first + self->size - 1, self->total);
}
