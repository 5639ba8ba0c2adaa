/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The schema ready-made: a database without a school, from which an empty file begins in one step in
 * place of some dozens, and by which it is known that all statements fit. */
#include "store/image.h"
#include "store/store-private.h"

#include "base/crypto.h"

#include <gio/gio.h>
#include <string.h>

#define IMAGE_DIGEST ".digest"

static bool fail_image(sqlite3 *db, GError **error)
{
	return store_fail(db, "the schema's image", error);
}

static char *digest_schema(sqlite3 *db, GError **error)
{
	g_autoptr(GBytes) sql = g_resources_lookup_data("/urok/store/image.sql", 0, error);
	g_autoptr(GString) text = g_string_new(NULL);
	sqlite3_stmt *statement = NULL;
	Digest digest;
	int code;

	if (!sql)
		return NULL;
	code = sqlite3_prepare_v2(db, g_bytes_get_data(sql, NULL), -1, &statement, NULL);
	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(statement);
		for (int i = 0; code == SQLITE_ROW && i < sqlite3_column_count(statement); i++) {
			g_string_append(text, (const char *)sqlite3_column_text(statement, i));
			g_string_append_c(text, '\n');
		}
	}
	sqlite3_finalize(statement);
	if (code != SQLITE_DONE) {
		fail_image(db, error);
		return NULL;
	}
	digest = digest_of(text->str, text->len);
	return base64url_encode(digest.bytes, DIGEST_SIZE);
}

/* The bytes are borrowed by the connection. */
static sqlite3 *open_image(GBytes *bytes, GError **error)
{
	gsize size = 0;
	const void *data = g_bytes_get_data(bytes, &size);
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
	            SQLITE_OK &&
	    sqlite3_deserialize(db, "main", (unsigned char *)(uintptr_t)data, (sqlite3_int64)size,
	                        (sqlite3_int64)size, SQLITE_DESERIALIZE_READONLY) == SQLITE_OK)
		return db;
	fail_image(db, error);
	sqlite3_close(db);
	return NULL;
}

static bool copy(sqlite3 *from, sqlite3 *to, GError **error)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");

	if (backup)
		sqlite3_backup_step(backup, -1);
	return (backup && sqlite3_backup_finish(backup) == SQLITE_OK) || fail_image(to, error);
}

/* NULL: this program has none. */
static GBytes *find(const char *image, const char *ending)
{
	g_autofree char *name = g_strconcat(image ? image : "", ending, NULL);

	return image ? g_resources_lookup_data(name, 0, NULL) : NULL;
}

bool image_begin(Store *self, const char *image, int newest, GError **error)
{
	g_autoptr(GBytes) bytes = self->is_empty ? find(image, "") : NULL;
	sqlite3 *from;
	bool done, row;
	int steps = 0;

	if (!bytes)
		return true;
	from = open_image(bytes, error);
	if (!from)
		return false;
	done = migrate_read_number(from, "PRAGMA user_version", &row, &steps, error) &&
	       (steps > newest || copy(from, self->writer, error));
	sqlite3_close(from);
	sqlite3_db_release_memory(self->writer);
	if (done && steps <= newest) {
		self->schema = steps;
		self->is_signed = true;
	}
	return done;
}

bool image_compare(Store *self, const char *image, GError **error)
{
	g_autoptr(GBytes) expected = find(image, IMAGE_DIGEST);
	g_autofree char *digest = expected ? digest_schema(self->writer, error) : NULL;

	if (expected && !digest)
		return false;
	self->is_known = digest && g_bytes_get_size(expected) == strlen(digest) &&
	                 memcmp(digest, g_bytes_get_data(expected, NULL), strlen(digest)) == 0;
	return true;
}

bool store_make_image(const Migration migrations[], const char *path, GError **error)
{
	Store making = {0};
	char *into = sqlite3_mprintf("VACUUM INTO %Q", path);
	g_autofree char *digest_path = g_strconcat(path, IMAGE_DIGEST, NULL);
	g_autofree char *digest = NULL;
	bool made = sqlite3_open(":memory:", &making.writer) == SQLITE_OK ||
	            fail_image(making.writer, error);

	if (made && migrate(&making, migrations, error))
		digest = digest_schema(making.writer, error);
	made = digest && store_exec(making.writer, into, error) &&
	       g_file_set_contents(digest_path, digest, -1, error);
	sqlite3_free(into);
	sqlite3_close(making.writer);
	return made;
}
