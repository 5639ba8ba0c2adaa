/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which broadcast an address is of. nginx decodes an address and resolves its dots before it looks
 * for the file, and asks with what the client sent: so whatever is not written plainly is nobody's
 * ("/live/mine/../other/part_0_0.m4s"). */
#include "broadcasts/media-path.h"

#include <glib.h>
#include <string.h>

#define PREFIX		"/live/"
#define SLUG_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define SLUG_LENGTH_MAX 36
#define FILE_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789_."

char *media_path_dup_slug(const char *uri)
{
	const char *slug, *file, *end;
	size_t length;

	if (!uri || !g_str_has_prefix(uri, PREFIX))
		return NULL;
	slug = uri + strlen(PREFIX);
	length = strspn(slug, SLUG_CHARACTERS);
	if (!length || length > SLUG_LENGTH_MAX || slug[length] != '/')
		return NULL;
	file = slug + length + 1;
	end = file + strspn(file, FILE_CHARACTERS);
	if (end == file || *file == '.' || (*end && *end != '?'))
		return NULL;
	return g_strndup(slug, length);
}
