/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Opening and closing the file: two connections of the loop's thread, a writer and a reader. */
#include "store/store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool store_fail(sqlite3 *db, const char *what, GError **error)
{
	int code = sqlite3_extended_errcode(db);
	const char *text = sqlite3_errmsg(db);

	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		return error_set(error, ERROR_CONFLICT, "%s: %s", what, text);
	case SQLITE_FULL:
		return error_set(error, ERROR_NO_SPACE, "The school's disk is full");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(error, ERROR_UNAVAILABLE, "The database is busy");
	case SQLITE_IOERR:
		if (sqlite3_system_errno(db) == ENOSPC)
			return error_set(error, ERROR_NO_SPACE, "The school's disk is full");
		break;
	default:
		break;
	}
	return error_set(error, ERROR_INTERNAL, "%s: %s (%d)", what, text, code);
}

bool store_exec(sqlite3 *db, const char *sql, GError **error)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return store_fail(db, sql, error);
}

static bool connect_file(const char *path, int flags, const char *settings, sqlite3 **ret_db,
                         GError **error)
{
	sqlite3 *db = NULL;
	int code = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	                           NULL);

	*ret_db = db;
	if (code != SQLITE_OK)
		return error_set(error, ERROR_INTERNAL, "Cannot open the database %s: %s", path,
		                 sqlite3_errstr(code));
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_busy_timeout(db, 2000);
	return store_exec(db, settings, error);
}

/* Two daemons on one file would each believe to be the only writer. */
static bool lock_file(Store *self, GError **error)
{
	g_autofree char *path = g_strconcat(self->path, ".lock", NULL);

	self->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (self->lock_fd < 0)
		return error_set(error, errno == ENOSPC ? ERROR_NO_SPACE : ERROR_INTERNAL,
		                 "Cannot open %s: %s", path, g_strerror(errno));
	if (flock(self->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return error_set(error, ERROR_UNAVAILABLE,
		                 "The database %s is in use by another urokd", self->path);
	return true;
}

static bool connect_all(Store *self, GError **error)
{
	static const char WRITER[] =
	        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
	        "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864;"
	        "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF";
	static const char READER[] = "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;"
	                             "PRAGMA trusted_schema=OFF";

	return connect_file(self->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, WRITER,
	                    &self->writer, error) &&
	       connect_file(self->path, SQLITE_OPEN_READWRITE, READER, &self->reader, error);
}

static int on_wal(void *data, sqlite3 *db, const char *name, int pages)
{
	Store *self = data;

	checkpoint_consider(self->checkpoint, pages);
	return SQLITE_OK;
}

Store *store_open(const StoreOptions *options, GError **error)
{
	g_autoptr(Store) self = g_new0(Store, 1);
	mode_t before = umask(0077);
	bool ready;

	/* Counting its memory costs SQLite a mutex for each piece of it, and nobody asks for the sum.
	 * It listens before its first use alone. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	self->path = g_strdup(options->path);
	self->lock_fd = -1;
	self->queries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	                                      (GDestroyNotify)query_free);
	turn_init(self);
	ready = lock_file(self, error) && connect_all(self, error) &&
	        migrate(self, options->migrations, error) &&
	        statements_prepare(self, options->statements, error);
	umask(before);
	if (!ready) {
		if (error && *error)
			g_prefix_error(error, "%s: ", options->path);
		return NULL;
	}
	self->checkpoint = checkpoint_new(self->path);
	sqlite3_wal_hook(self->writer, on_wal, self);
	return g_steal_pointer(&self);
}

void store_close(Store *self)
{
	if (!self)
		return;
	if (self->turn.open)
		(void)store_commit(self, NULL);
	checkpoint_free(self->checkpoint);
	turn_clear(self);
	g_hash_table_unref(self->queries);
	sqlite3_close(self->reader);
	sqlite3_close(self->writer); /* the last one checkpoints and removes the WAL */
	if (self->lock_fd >= 0)
		close(self->lock_fd);
	g_free(self->path);
	g_free(self);
}

int64_t store_wal_bytes(const Store *self)
{
	g_autofree char *path = g_strconcat(self->path, "-wal", NULL);
	struct stat info;

	return stat(path, &info) == 0 ? info.st_size : 0;
}

char **store_tables(Store *self, const char *class)
{
	g_autoptr(Query) query = store_query(self, "list_tables");
	g_autoptr(GPtrArray) names = NULL;

	query_bind_text(query, ":class", class);
	names = query_list_texts(query, NULL);
	if (!names)
		return g_new0(char *, 1);
	g_ptr_array_set_free_func(names, NULL);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_steal(names, NULL);
}

bool store_empty_tables(Store *self, const char *class, GError **error)
{
	g_auto(GStrv) names = store_tables(self, class);

	g_assert(self->turn.writing);
	for (guint i = g_strv_length(names); i > 0; i--) {
		g_autofree char *sql = g_strdup_printf("DELETE FROM \"%s\"", names[i - 1]);

		if (!store_exec(self->writer, sql, error))
			return false;
	}
	return true;
}
