/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Books: lines that are sealed by age(1) and vouched for by the boxes' own key, because age does
 * not say who encrypted. */
#include "carry-folder.h"

#include "backup/crypt.h"
#include "phrase.h"

#include <string.h>
#include <unistd.h>

/* --- What vouches for the lines: each is digested with what stood before it --- */

typedef struct {
	Digest key;
	Digest sum;
	int64_t lines;
} Voucher;

static void vouch_line(Voucher *self, const char *text, size_t size)
{
	g_autofree uint8_t *both = g_malloc(DIGEST_SIZE + size);

	memcpy(both, self->sum.bytes, DIGEST_SIZE);
	memcpy(both + DIGEST_SIZE, text, size);
	self->sum = digest_of(both, DIGEST_SIZE + size);
	self->lines++;
}

static char *vouch(const Voucher *self)
{
	Digest mac = digest_hmac(self->key.bytes, self->sum.bytes, DIGEST_SIZE);

	return base64url_encode(mac.bytes, DIGEST_SIZE);
}

/* --- Reading --- */

struct BookReader {
	Voucher voucher;
	LineFunc each;
	void *data;
	GString *rest;
	bool ended;
};

BookReader *book_reader_new(const Digest *key, LineFunc each, void *data)
{
	BookReader *self = g_new0(BookReader, 1);

	self->voucher.key = *key;
	self->each = each;
	self->data = data;
	self->rest = g_string_new(NULL);
	return self;
}

void book_reader_free(BookReader *self)
{
	if (!self)
		return;
	g_string_free(self->rest, TRUE);
	g_free(self);
}

int64_t book_reader_count(const BookReader *self)
{
	return self->voucher.lines;
}

static bool fail_wrong(GError **error)
{
	return error_set(error, ERROR_INVALID, "%s",
			 phrase("it makes no sense, or was not written by a box of this school",
				"содержимое не имеет смысла или записано не сервером этой школы"));
}

static bool take_last(BookReader *self, const json_t *line, GError **error)
{
	g_autofree char *mac = vouch(&self->voucher);
	const char *theirs = json_string_value(json_object_get(line, "mac"));

	if (!theirs || json_integer_value(json_object_get(line, "end")) != self->voucher.lines ||
	    strcmp(theirs, mac) != 0)
		return fail_wrong(error);
	self->ended = true;
	return true;
}

static bool take_line(BookReader *self, const char *text, size_t size, GError **error)
{
	g_autoptr(json_t) line = json_parse(text, size, NULL);
	bool first = self->voucher.lines == 0;

	if (self->ended || !json_is_object(line))
		return fail_wrong(error);
	if (json_object_get(line, "end"))
		return take_last(self, line, error);
	if (first != (json_object_get(line, "urok_carry") != NULL))
		return fail_wrong(error);
	if (first && json_integer_value(json_object_get(line, "urok_carry")) != CARRY_FORMAT)
		return error_set(error, ERROR_CONFLICT, "%s",
				 phrase("it was written by another release of Urok, which writes it "
					"otherwise: bring both boxes to one release",
					"это записала другая версия Урока, по-другому: установите на обоих "
					"серверах одну версию"));
	vouch_line(&self->voucher, text, size);
	return !self->each || self->each(self->data, line, error);
}

bool book_reader_feed(BookReader *self, const char *bytes, size_t size, GError **error)
{
	while (size > 0) {
		const char *end = memchr(bytes, '\n', size);
		size_t part = end ? (size_t)(end - bytes) : size;

		if (self->rest->len + part > CARRY_LINE_MAX)
			return fail_wrong(error);
		g_string_append_len(self->rest, bytes, (gssize)part);
		if (!end)
			return true;
		if (!take_line(self, self->rest->str, self->rest->len, error))
			return false;
		g_string_truncate(self->rest, 0);
		bytes += part + 1;
		size -= part + 1;
	}
	return true;
}

bool book_reader_end(const BookReader *self, GError **error)
{
	return (self->ended && self->rest->len == 0) || fail_wrong(error);
}

bool carry_pack_is_valid(const char *name)
{
	return name && g_str_has_suffix(name, CARRY_PACK_END) && strlen(name) < 100 &&
	       strspn(name, "0123456789abcdefghijklmnopqrstuvwxyz-.") == strlen(name) && *name != '.';
}

bool carry_file_read(const json_t *file, const char **ret_address, int64_t *ret_size)
{
	const char *address = json_string_value(json_array_get(file, 0));
	const json_t *size = json_array_get(file, 1);

	if (!address || strlen(address) != 64 || strspn(address, "0123456789abcdef") != 64 ||
	    !json_is_integer(size) || json_integer_value(size) < 0 ||
	    json_integer_value(size) > CARRY_FILE_MAX)
		return false;
	*ret_address = address;
	*ret_size = json_integer_value(size);
	return true;
}

static bool read_all(Opened *from, BookReader *lines, GError **error)
{
	enum { PIECE = 64 * 1024 };
	g_autofree char *piece = g_malloc(PIECE);

	for (;;) {
		int64_t got = opened_read(from, piece, PIECE, error);

		if (got < 0 || !book_reader_feed(lines, piece, (size_t)got, error))
			return false;
		if (got < PIECE)
			return opened_end(from, error) && book_reader_end(lines, error);
	}
}

bool book_read(const char *path, const char *secret, LineFunc each, void *data, int64_t *ret_lines,
	       GError **error)
{
	Digest key = digest_of(secret, strlen(secret));
	g_autoptr(BookReader) lines = book_reader_new(&key, each, data);
	int key_fd = key_hold(secret, error);
	g_autoptr(Opened) from = key_fd >= 0 ? opened_new(path, key_fd, true, error) : NULL;
	bool done = from && read_all(from, lines, error);

	if (key_fd >= 0)
		close(key_fd);
	if (ret_lines)
		*ret_lines = book_reader_count(lines);
	return done;
}

/* --- Writing --- */

struct Book {
	Sealed *into;
	Voucher voucher;
};

Book *book_new(const char *path, const char *secret, GError **error)
{
	g_autoptr(Book) self = g_new0(Book, 1);
	int key_fd = key_hold(secret, error);
	g_autofree char *public = key_fd >= 0 ? key_public(key_fd, error) : NULL;
	const char *const recipients[] = {public, NULL};

	if (key_fd >= 0)
		close(key_fd);
	self->voucher.key = digest_of(secret, strlen(secret));
	self->into = public ? sealed_new(path, recipients, PACKING_GZIP, error) : NULL;
	return self->into ? g_steal_pointer(&self) : NULL;
}

void book_free(Book *self)
{
	if (!self)
		return;
	sealed_free(self->into);
	g_free(self);
}

static bool write_line(Book *self, const char *text, GError **error)
{
	g_autofree char *line = g_strconcat(text, "\n", NULL);

	return sealed_write(self->into, line, strlen(line), error);
}

bool book_write(Book *self, json_t *line, GError **error)
{
	g_autoptr(json_t) owned = line;
	g_autofree char *text = json_format(owned);

	vouch_line(&self->voucher, text, strlen(text));
	return write_line(self, text, error);
}

bool book_end(Book *self, GError **error)
{
	g_autofree char *mac = vouch(&self->voucher);
	g_autoptr(json_t) last = json_pack("{sI ss}", "end", (json_int_t)self->voucher.lines, "mac", mac);
	g_autofree char *text = json_format(last);

	return write_line(self, text, error) && sealed_end(self->into, error);
}
