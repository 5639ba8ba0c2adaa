/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as the header by which the cloud's own door is told where a piece of a file belongs, and
 * by which it tells a box. */
#include "base/byte-range.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autofree char *said = NULL;
	ByteRange range = {-1, -1, -1};
	ByteRange again;

	if (!byte_range_parse(text, &range)) {
		g_assert_cmpint(range.total, ==, -1);
		return 0;
	}
	g_assert_true(range.first >= 0 && range.size > 0 && range.total <= BYTE_RANGE_MOST);
	g_assert_true(range.first <= range.total - range.size);
	said = byte_range_format(&range);
	g_assert_true(byte_range_parse(said, &again));
	g_assert_true(again.first == range.first && again.size == range.size &&
	              again.total == range.total);
	return 0;
}
