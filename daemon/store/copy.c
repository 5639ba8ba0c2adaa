/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A copy of one state of the database, and digests of its tables. */
#include "store/store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define WAIT_MS 5000 /* for a checkpoint's short lock */

/* ours: nobody else works with it, so it is left as it was found, without files beside it. */
static bool open_file(const char *path, int flags, bool ours, sqlite3 **ret_db, GError **error)
{
	if (sqlite3_open_v2(path, ret_db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	                    NULL) != SQLITE_OK)
		return *ret_db ? store_fail(*ret_db, path, error)
		               : error_set(error, ERROR_INTERNAL, "%s cannot be opened", path);
	sqlite3_busy_timeout(*ret_db, WAIT_MS);
	sqlite3_db_config(*ret_db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !ours, NULL);
	return true;
}

/* In steps it would begin again after each commit of others; a reader holds nobody up. */
static bool copy_all(sqlite3 *from, sqlite3 *to, GError **error)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int code;

	if (!backup)
		return store_fail(to, "The copy", error);
	code = sqlite3_backup_step(backup, -1);
	sqlite3_backup_finish(backup);
	if (code == SQLITE_DONE)
		return true;
	return code == SQLITE_OK ? error_set(error, ERROR_INTERNAL, "The copy ended early")
	                         : store_fail(to, "The copy", error);
}

bool store_copy(const char *path, const char *into, GError **error)
{
	sqlite3 *from = NULL;
	sqlite3 *to = NULL;
	g_autofree char *wal = g_strconcat(path, "-wal", NULL);
	/* What a crash left in the log is urokd's to move. */
	bool is_still = access(wal, F_OK) != 0;
	bool done = open_file(path, SQLITE_OPEN_READWRITE, is_still, &from, error) &&
	            store_exec(from, "PRAGMA query_only=ON; PRAGMA mmap_size=0", error) &&
	            open_file(into, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, true, &to, error) &&
	            store_exec(to, "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF", error) &&
	            copy_all(from, to, error);

	sqlite3_close(to);
	sqlite3_close(from);
	return done;
}

/* The type and length in front: else two columns could change places with each other. */
static void digest_column(GChecksum *sum, sqlite3_stmt *row, int column)
{
	const void *bytes = sqlite3_column_blob(row, column);
	struct {
		int32_t type;
		int32_t size;
	} head = {sqlite3_column_type(row, column), sqlite3_column_bytes(row, column)};

	g_checksum_update(sum, (const guchar *)&head, sizeof head);
	if (head.size)
		g_checksum_update(sum, bytes, head.size);
}

bool store_digest_table(Store *self, const char *table, int64_t *ret_rows,
                        char ret_digest[STORE_DIGEST_SIZE], GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree char *sql = g_strdup_printf("SELECT * FROM \"%s\"", table);
	sqlite3_stmt *row = NULL;
	int64_t rows = 0;
	int code;

	if (!store_connect_reader(self, error))
		return false;
	code = sqlite3_prepare_v2(self->reader, sql, -1, &row, NULL);
	if (code != SQLITE_OK)
		return store_fail(self->reader, table, error);
	while ((code = sqlite3_step(row)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(row); i++)
			digest_column(sum, row, i);
		rows++;
	}
	sqlite3_finalize(row);
	if (code != SQLITE_DONE)
		return store_fail(self->reader, table, error);
	*ret_rows = rows;
	g_strlcpy(ret_digest, g_checksum_get_string(sum), STORE_DIGEST_SIZE);
	return true;
}

int store_schema(const Store *self)
{
	return self->schema;
}

int store_lock(const char *path, GError **error)
{
	g_autofree char *name = g_strconcat(path, ".lock", NULL);
	int fd = open(name, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		store_fail_errno(errno, "Cannot open", name, error);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	error_set(error, ERROR_UNAVAILABLE, "urokd works with %s", path);
	return -1;
}
