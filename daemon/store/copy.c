/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A copy of one state of the database, and digests of its tables. */
#include "store/store-private.h"

#include "base/sum.h"
#include "base/trickle.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define WAIT_MS    5000 /* for a checkpoint's short lock */
#define STEP_PAGES 1024

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

typedef struct {
	sqlite3 *from;
	sqlite3 *to;
	int file; /* the copy's, to send it on */
	CopyStep on_step;
	void *data;
} Copying;

/* 0: it cannot be told, and then the copy says so itself. */
static int page_size(sqlite3 *db)
{
	bool row;
	int size = 0;

	(void)migrate_read_number(db, "PRAGMA page_size", &row, &size, NULL);
	return size;
}

/* False: whoever watches wants no more of it. What went wrong SQLite says at the end. */
static bool copy_steps(Copying *self, sqlite3_backup *backup, GError **error)
{
	Trickle trickle = {.is_read_soon = true};
	int size = page_size(self->from);

	while (sqlite3_backup_step(backup, STEP_PAGES) == SQLITE_OK) {
		int64_t all = (int64_t)sqlite3_backup_pagecount(backup) * size;
		int64_t left = (int64_t)sqlite3_backup_remaining(backup) * size;

		trickle_add(&trickle, self->file, STEP_PAGES * (int64_t)size);
		if (self->on_step && !self->on_step(self->data, all - left, all, error))
			return false;
	}
	return true;
}

/* The connection stands in one state while it lasts: else each commit of others would begin the copy
 * again. A reader holds nobody up. */
static bool copy_all(Copying *self, GError **error)
{
	sqlite3_backup *backup;
	bool done;

	if (!store_exec(self->from, "BEGIN; SELECT count(*) FROM sqlite_schema", error))
		return false;
	backup = sqlite3_backup_init(self->to, "main", self->from, "main");
	if (!backup)
		return store_fail(self->to, "The copy", error);
	done = copy_steps(self, backup, error);
	if (sqlite3_backup_finish(backup) != SQLITE_OK && done)
		done = store_fail(self->to, "The copy", error);
	return done;
}

bool store_copy(const char *path, const char *into, CopyStep on_step, void *data, GError **error)
{
	Copying copying = {.file = -1, .on_step = on_step, .data = data};
	g_autofree char *wal = g_strconcat(path, "-wal", NULL);
	/* What a crash left in the log is urokd's to move. */
	bool is_still = access(wal, F_OK) != 0;
	bool done = open_file(path, SQLITE_OPEN_READWRITE, is_still, &copying.from, error) &&
	            store_exec(copying.from, "PRAGMA query_only=ON; PRAGMA mmap_size=0", error) &&
	            open_file(into, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, true, &copying.to, error) &&
	            store_exec(copying.to, "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF", error);

	if (done) {
		copying.file = open(into, O_RDWR | O_CLOEXEC);
		done = copy_all(&copying, error);
	}
	sqlite3_close(copying.to);
	/* Not before: closing it gives up what SQLite holds of the same file. */
	if (copying.file >= 0)
		close(copying.file);
	sqlite3_close(copying.from);
	return done;
}

/* The type and length in front: else two columns could change places with each other. */
static void digest_column(Sum *sum, sqlite3_stmt *row, int column)
{
	const void *bytes = sqlite3_column_blob(row, column);
	struct {
		int32_t type;
		int32_t size;
	} head = {sqlite3_column_type(row, column), sqlite3_column_bytes(row, column)};

	sum_add(sum, &head, sizeof head);
	if (head.size)
		sum_add(sum, bytes, (size_t)head.size);
}

bool store_digest_table(Store *self, const char *table, int64_t *ret_rows,
                        char ret_digest[STORE_DIGEST_SIZE], GError **error)
{
	g_autoptr(Sum) sum = sum_new();
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
	sum_end(sum, ret_digest);
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
