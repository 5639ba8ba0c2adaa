/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The pair that signs copies is derived from box.key, which every copy holds: a school that was restored
 * goes on under the same mark. */
#include "base/maker.h"

#include <string.h>

#define PURPOSE    "urok: who made a backup"
#define MARK_BYTES 10

bool maker_read(const void *key, size_t size, SignPair *ret_pair, GError **error)
{
	if (size != SEAL_KEY_SIZE)
		return error_set(error, ERROR_INTERNAL, "box.key is damaged: it has %zu bytes", size);
	sign_derive(key, PURPOSE, ret_pair);
	return true;
}

bool maker_load(const char *path, SignPair *ret_pair, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *key = NULL;
	gsize size = 0;
	bool read;

	if (!g_file_get_contents(path, &key, &size, &cause))
		return error_set(error,
		                 g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? ERROR_NOT_FOUND
		                                                                          : ERROR_INTERNAL,
		                 "The box's key cannot be read: %s", cause->message);
	read = maker_read(key, size, ret_pair, error);
	explicit_bzero(key, size);
	return read;
}

void maker_mark(const uint8_t public[SIGN_PUBLIC_SIZE], char ret_mark[MAKER_MARK_SIZE])
{
	Digest digest = digest_of(public, SIGN_PUBLIC_SIZE);
	char *at = ret_mark;

	for (int i = 0; i < MARK_BYTES; i++)
		at += g_snprintf(at, 4, i % 2 && i < MARK_BYTES - 1 ? "%02X-" : "%02X", digest.bytes[i]);
}
