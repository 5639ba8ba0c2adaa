/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What lies on a stick: a book a box, of sealed lines of JSON, and packs of files that it names.
 *
 *	urok-carry/ORIGIN.carry             {"urok_carry": 1, ...}, what follows, {"end": lines, "mac"}
 *	urok-carry/ORIGIN-CLOCK-0001.files  contents, one behind the other, as the book lists them
 *
 * A book is taken only when its last line is there and fits all before it. */
#pragma once

#include "base/crypto.h"
#include "base/json.h"

#define CARRY_FOLDER	"urok-carry"
#define CARRY_BOOK_END	".carry"
#define CARRY_PACK_END	".files"
#define CARRY_HALF_END	".half"
#define CARRY_FORMAT	1
#define CARRY_LINE_MAX	(8 * 1024 * 1024)
#define CARRY_FILE_MAX	(64 * 1024 * 1024)
#define CARRY_PACK_MAX	(1024LL * 1024 * 1024) /* a stick's file system may end at 4 GiB a file */

/* --- BookReader, as they arrive in pieces --- */
typedef struct BookReader BookReader;
typedef bool (*LineFunc)(void *data, json_t *line, GError **error); /* borrowed */

/* each (NULL: they are only checked): every line but the last. */
BookReader *book_reader_new(const Digest *key, LineFunc each, void *data);
void book_reader_free(BookReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BookReader, book_reader_free)
bool book_reader_feed(BookReader *self, const char *bytes, size_t size, GError **error);
/* Was the last line there, and does it fit? */
bool book_reader_end(const BookReader *self, GError **error);
int64_t book_reader_count(const BookReader *self);

/* Does a name on a stick stand for a pack? Nothing else is opened. */
bool carry_pack_is_valid(const char *name);
/* Of a line {"pack", "files": [[address, size], ...]}. */
bool carry_file_read(const json_t *file, const char **ret_address, int64_t *ret_size);

/* --- On the stick --- */
bool book_read(const char *path, const char *secret, LineFunc each, void *data, int64_t *ret_lines,
	       GError **error);

typedef struct Book Book;
Book *book_new(const char *path, const char *secret, GError **error);
bool book_write(Book *self, json_t *line, GError **error); /* stolen */
bool book_end(Book *self, GError **error);
void book_free(Book *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Book, book_free)
