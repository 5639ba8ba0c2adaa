/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as the description of a copy of a school. What is taken names files of our folders only,
 * and says the same when it is written again. */
#include "night.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void check_name(const char *name)
{
	g_assert_true(g_str_has_prefix(name, "data/") || g_str_has_prefix(name, "tls/") ||
	              g_str_has_prefix(name, "etc/"));
	g_assert_null(strstr(name, ".."));
	g_assert_null(strstr(name, "//"));
}

static void check_blobs(const GArray *blobs)
{
	for (guint i = 0; i < blobs->len; i++) {
		g_assert_true(hash_is_valid(g_array_index(blobs, Blob, i).hash));
		g_assert_cmpint(g_array_index(blobs, Blob, i).size, >=, 0);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(Night) night = night_parse((const char *)data, size, NULL);
	g_autoptr(GByteArray) bytes = NULL;
	g_autoptr(Night) again = NULL;
	GHashTableIter walk;
	void *name;

	(void)name_is_plain(text);
	if (!night)
		return 0;
	g_hash_table_iter_init(&walk, night->small);
	while (g_hash_table_iter_next(&walk, &name, NULL))
		check_name(name);
	check_blobs(night->chunks);
	check_blobs(night->files);
	bytes = night_format(night, NULL);
	again = night_parse((const char *)bytes->data, bytes->len, NULL);
	g_assert_nonnull(again);
	g_assert_cmpuint(again->packs->len, ==, night->packs->len);
	g_assert_cmpuint(again->chunks->len, ==, night->chunks->len);
	g_assert_cmpuint(again->files->len, ==, night->files->len);
	g_assert_cmpuint(g_hash_table_size(again->small), ==, g_hash_table_size(night->small));
	return 0;
}
