/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A message's payload: a JSON object, as it is or packed by Zstandard (RFC 8878). A reader tells
 * them apart by the first byte. */
#include "sync/sync-private.h"

#include <string.h>
#include <zstd.h>

#define PACK_FROM  200
#define PACK_LEVEL 3

void *frame_pack(const json_t *frame, size_t *ret_size)
{
	char *text = json_format(frame);
	size_t size = strlen(text);
	size_t room = ZSTD_compressBound(size);
	void *packed;

	*ret_size = size;
	if (size < PACK_FROM)
		return text;
	packed = g_malloc(room);
	room = ZSTD_compress(packed, room, text, size, PACK_LEVEL);
	if (ZSTD_isError(room) || room >= size) {
		g_free(packed);
		return text;
	}
	g_free(text);
	*ret_size = room;
	return packed;
}

size_t frame_plain_size(const void *bytes, size_t size)
{
	unsigned long long plain;

	if (size == 0 || *(const char *)bytes == '{')
		return size;
	plain = ZSTD_getFrameContentSize(bytes, size);
	return plain == ZSTD_CONTENTSIZE_ERROR || plain == ZSTD_CONTENTSIZE_UNKNOWN ? 0 : (size_t)plain;
}

static char *unpack(const void *bytes, size_t size, size_t *ret_size, GError **error)
{
	size_t plain = frame_plain_size(bytes, size);
	g_autofree char *text = NULL;

	if (plain == 0)
		return error_null(error, ERROR_INVALID, "The message is neither JSON nor packed");
	if (plain > SYNC_PLAIN_MAX)
		return error_null(error, ERROR_TOO_LARGE, "The message is too large");
	text = g_malloc(plain);
	*ret_size = ZSTD_decompress(text, plain, bytes, size);
	if (ZSTD_isError(*ret_size) || *ret_size != plain)
		return error_null(error, ERROR_INVALID, "The message is packed wrongly");
	return g_steal_pointer(&text);
}

json_t *frame_unpack(const void *bytes, size_t size, GError **error)
{
	g_autofree char *text = NULL;
	json_t *frame;

	if (size > SYNC_PLAIN_MAX || size == 0)
		return error_null(error, ERROR_TOO_LARGE, "The message is too large");
	if (*(const char *)bytes != '{') {
		text = unpack(bytes, size, &size, error);
		if (!text)
			return NULL;
	}
	frame = json_parse(text ? text : bytes, size, error);
	if (frame && !json_is_object(frame)) {
		json_decref(frame);
		return error_null(error, ERROR_INVALID, "The message is no object");
	}
	return frame;
}
