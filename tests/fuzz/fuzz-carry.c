/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as an unsealed book from a stick, in two pieces: what was changed is never taken for whole,
 * and what a line names is a pack of this folder and a file's address. */
#include "ctl/carry-folder.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static bool look(void *data, json_t *line, GError **error)
{
	const char *pack = json_string_value(json_object_get(line, "pack"));
	size_t i;
	json_t *file;

	if (carry_pack_is_valid(pack)) {
		g_assert_null(strchr(pack, '/'));
		g_assert_true(*pack != '.');
	}
	json_array_foreach(json_object_get(line, "files"), i, file)
	{
		const char *address;
		int64_t length;

		if (!carry_file_read(file, &address, &length))
			continue;
		g_assert_cmpuint(strlen(address), ==, 64);
		g_assert_cmpint(length, >=, 0);
		g_assert_cmpint(length, <=, CARRY_FILE_MAX);
	}
	return true;
}

static bool is_whole(const char *text, size_t size, size_t half)
{
	const Digest key = digest_of("key", 3);
	g_autoptr(BookReader) lines = book_reader_new(&key, look, NULL);

	return book_reader_feed(lines, text, half, NULL) &&
	       book_reader_feed(lines, text + half, size - half, NULL) && book_reader_end(lines, NULL);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = g_memdup2(data, size);
	size_t at;

	if (size == 0)
		return 0;
	at = data[size / 2] % size;
	if (!is_whole(text, size, at) || !memchr(text + at, '\n', size - at - 1))
		return 0;
	text[at] ^= 1; /* in front of the last line */
	g_assert_false(is_whole(text, size, at));
	return 0;
}
