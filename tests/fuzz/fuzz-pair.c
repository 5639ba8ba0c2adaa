/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as the two files that somebody imports, parted by the first zero byte; what is read is
 * judged and asked for its names. */
#include "tls/box.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void ask(const Pair *pair)
{
	X509 *own = pair_own(pair);
	g_auto(GStrv) names = certificate_dup_names(own);
	g_autofree char *common_name = certificate_dup_common_name(own);
	g_autofree char *fingerprint = certificate_dup_fingerprint(own);
	g_autoptr(GError) error = NULL;

	g_assert_true(g_utf8_validate(common_name, -1, NULL));
	g_assert_cmpuint(strlen(fingerprint), ==, 95);
	for (guint i = 0; names[i]; i++) {
		g_assert_true(g_str_is_ascii(names[i]));
		certificate_is_for(own, names[i]);
	}
	certificate_ends_s(own);
	if (!import_check(pair, 1800000000, &error))
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	const guint8 *zero = size ? memchr(data, 0, size) : NULL;
	size_t first = zero ? (size_t)(zero - data) : size;
	g_autoptr(GBytes) chain = g_bytes_new(data, first);
	g_autoptr(GBytes) key = g_bytes_new(zero ? zero + 1 : NULL, zero ? size - first - 1 : 0);
	g_autoptr(GError) error = NULL;
	g_autoptr(Pair) pair = pair_parse(chain, "a.crt", key, "a.key", &error);

	g_assert_true((pair != NULL) == (error == NULL));
	if (pair)
		ask(pair);
	return 0;
}
