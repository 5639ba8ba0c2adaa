/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as a picture: refused with one of the known reasons, or small squares that are WebP. */
#include "picture.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void check_refusal(const GError *error)
{
	static const char *const REASONS[] = {"not-a-picture",    "picture-heic",      "picture-format",
	                                      "picture-broken",   "picture-animated",
	                                      "picture-too-large", NULL};

	g_assert_true(g_strv_contains(REASONS, error_reason_of(error)));
}

static void check_square(GBytes *part)
{
	gsize size;
	const char *bytes = g_bytes_get_data(part, &size);

	g_assert_cmpuint(size, >, 16);
	g_assert_cmpint(memcmp(bytes, "RIFF", 4), ==, 0);
	g_assert_cmpint(memcmp(bytes + 8, "WEBPVP8 ", 8), ==, 0); /* nothing but pixels */
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	const unsigned sides[] = {512, 96};
	g_autoptr(GBytes) file = g_bytes_new(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) parts = picture_shrink(file, sides, G_N_ELEMENTS(sides), &error);

	if (!parts) {
		check_refusal(error);
		return 0;
	}
	g_assert_cmpuint(parts->len, ==, 2);
	for (guint i = 0; i < parts->len; i++)
		check_square(parts->pdata[i]);
	return 0;
}
