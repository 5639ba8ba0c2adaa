/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as what a machine in the network says of itself: three lines (name, host, address), then
 * the TXT as it is on the wire, a byte of length before each pair (RFC 6763 §6.1). What is taken is
 * fit for a page and a link. */
#include "announce/announce-private.h"
#include "base/id.h"
#include "base/text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static GVariant *read_txt(const guint8 *data, size_t size)
{
	GVariantBuilder builder;
	size_t at = 0;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("aay"));
	while (at < size) {
		size_t length = MIN(data[at], size - at - 1);

		g_variant_builder_add_value(
		        &builder, g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data + at + 1, length, 1));
		at += 1 + length;
	}
	return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static char *take_line(const guint8 **data, size_t *size)
{
	const guint8 *end = memchr(*data, '\n', *size);
	size_t length = end ? (size_t)(end - *data) : *size;
	char *line = g_strndup((const char *)*data, length);

	*data += length + (end != NULL);
	*size -= length + (end != NULL);
	return line;
}

static void check(const Neighbour *one)
{
	g_assert_true(g_utf8_validate(one->name, -1, NULL) && text_is_one_line(one->name));
	g_assert_cmpint(text_length(one->name), <=, 121);
	g_assert_false(text_is_blank(one->name));
	g_assert_null(strpbrk(one->host, "/:@?#\"'<> \\%"));
	g_assert_true(one->path[0] == '/' && one->path[1] != '/');
	g_assert_null(strpbrk(one->path, ":@?#\"'<> \\%"));
	g_assert_true(!one->school_id || id_is_valid(one->school_id));
	g_assert_true(!one->version || (strlen(one->version) <= 32 && !strpbrk(one->version, "<>\"'&")));
	g_assert_cmpuint(one->addresses->len, <=, NEIGHBOUR_ADDRESSES_MAX);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *name = take_line(&data, &size);
	g_autofree char *host = take_line(&data, &size);
	g_autofree char *address = take_line(&data, &size);
	g_autoptr(GVariant) txt = read_txt(data, size);
	Neighbour *one = neighbour_new(name, host, address, 443, txt);
	g_autofree char *cut = g_utf8_validate(name, -1, NULL) ? name_cut(name, NAME_BYTES_MAX) : NULL;

	g_assert_true(!cut || (strlen(cut) <= NAME_BYTES_MAX && g_utf8_validate(cut, -1, NULL)));
	if (one)
		check(one);
	neighbour_free(one);
	return 0;
}
