/* SPDX-License-Identifier: LGPL-2.1-or-later
 * UUIDs: made from time and chance (version 7) or from a parent and a name (version 5). */
#include "base/id.h"
#include "base/crypto.h"

#include <glib.h>
#include <string.h>

/* The name space of Urok's own derived ids: a fixed random UUID. */
static const uint8_t NAME_SPACE[16] = {0x5e, 0x0a, 0x8b, 0x61, 0x0c, 0x3d, 0x4f, 0x27,
                                       0x9a, 0x52, 0x1f, 0xd6, 0x84, 0xe7, 0x30, 0xbb};

static Id id_format(uint8_t bytes[16], unsigned version)
{
	Id id = {0};
	char *out = id.text;

	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | (version << 4));
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		hex_write(&bytes[i], 1, out);
		out += 2;
	}
	return id;
}

Id id_new(void)
{
	uint64_t now_ms = (uint64_t)(g_get_real_time() / 1000);
	uint8_t bytes[16];

	random_bytes(bytes, sizeof bytes);
	for (int i = 0; i < 6; i++)
		bytes[i] = (uint8_t)(now_ms >> (40 - 8 * i));
	return id_format(bytes, 7);
}

Id id_derive(const char *parent, const char *name)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
	uint8_t digest[20];
	gsize length = sizeof digest;

	g_checksum_update(sum, NAME_SPACE, sizeof NAME_SPACE);
	g_checksum_update(sum, (const guchar *)parent, (gssize)strlen(parent) + 1);
	g_checksum_update(sum, (const guchar *)name, (gssize)strlen(name));
	g_checksum_get_digest(sum, digest, &length);
	return id_format(digest, 5);
}

bool id_is_valid(const char *text)
{
	if (!text)
		return false;
	for (int i = 0; i < ID_LENGTH; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-'
		         : !(g_ascii_isdigit(text[i]) || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	}
	return text[ID_LENGTH] == '\0';
}

Id id_from(const char *text)
{
	Id id = {0};

	if (!text)
		return id;
	g_assert(strlen(text) <= ID_LENGTH);
	strcpy(id.text, text);
	return id;
}

bool id_is_empty(const Id *id)
{
	return id->text[0] == '\0';
}

bool id_equal(const Id *a, const Id *b)
{
	return strcmp(a->text, b->text) == 0;
}
