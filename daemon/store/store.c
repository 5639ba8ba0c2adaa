/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Opening and closing the file: two connections of the loop's thread, a writer and a reader. */
#include "store/statements-private.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DISK_IS_FULL  "The school's disk is full (%s)"
#define OPENING_MS    2000 /* another program's short work at start; later no loop waits that long */
#define CACHE_KIB     2000 /* SQLite's own choice */
#define PAGE_BYTES    4096
#define MARK          "urok\n"

static bool is_full(int code)
{
	return code == ENOSPC || code == EDQUOT;
}

bool store_fail(sqlite3 *db, const char *what, GError **error)
{
	int code = sqlite3_extended_errcode(db);
	const char *text = sqlite3_errmsg(db);

	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		return error_set(error, ERROR_CONFLICT, "%s: %s", what, text);
	case SQLITE_FULL:
		return error_set(error, ERROR_NO_SPACE, DISK_IS_FULL, what);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(error, ERROR_UNAVAILABLE,
		                 "The database is locked by another program");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_reason(error, ERROR_INTERNAL, STORE_DAMAGED, NULL, "%s: %s (%d)", what,
		                    text, code);
	case SQLITE_IOERR:
		if (is_full(sqlite3_system_errno(db)))
			return error_set(error, ERROR_NO_SPACE, DISK_IS_FULL, what);
		return error_set(error, ERROR_INTERNAL, "%s: the disk failed (%s, %s, %d)", what,
		                 text, sqlite3_system_errno(db)
		                               ? g_strerror(sqlite3_system_errno(db))
		                               : "no reason given", code);
	default:
		break;
	}
	return error_set(error, ERROR_INTERNAL, "%s: %s (%d)", what, text, code);
}

bool store_fail_errno(int code, const char *what, const char *path, GError **error)
{
	if (is_full(code))
		return error_set(error, ERROR_NO_SPACE, DISK_IS_FULL, path);
	if (code == EACCES || code == EPERM || code == EROFS)
		return error_reason(error, ERROR_INTERNAL, STORE_FORBIDDEN, NULL, "%s %s: %s", what,
		                    path, g_strerror(code));
	return error_set(error, ERROR_INTERNAL, "%s %s: %s", what, path, g_strerror(code));
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
		return db ? store_fail_errno(sqlite3_system_errno(db), "Cannot open the database",
		                             path, error)
		          : error_set(error, ERROR_INTERNAL, "Cannot open the database %s: %s", path,
		                      sqlite3_errstr(code));
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_busy_timeout(db, OPENING_MS);
	return store_exec(db, settings, error);
}

/* Two daemons on one file would each believe to be the only writer. */
static bool lock_file(Store *self, GError **error)
{
	g_autofree char *path = g_strconcat(self->path, ".lock", NULL);

	self->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (self->lock_fd < 0)
		return store_fail_errno(errno, "Cannot open", path, error);
	if (flock(self->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return error_set(error, ERROR_UNAVAILABLE,
		                 "The database %s is in use by another urokd", self->path);
	return true;
}

/* A file that was emptied by a fault would look like a new school's: the lock file remembers that
 * there was a database. */
static bool check_still_there(const Store *self, GError **error)
{
	struct stat lock;
	struct stat database;

	if (fstat(self->lock_fd, &lock) != 0 || lock.st_size == 0 ||
	    (stat(self->path, &database) == 0 && database.st_size > 0))
		return true;
	return error_reason(error, ERROR_INTERNAL, STORE_DAMAGED, NULL,
	                    "There was a database here and it is gone or empty (to begin a new "
	                    "school, remove %s.lock as well)",
	                    self->path);
}

bool store_connect_reader(Store *self, GError **error)
{
	static const char READER[] = "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;"
	                             "PRAGMA trusted_schema=OFF; PRAGMA cache_size=-%d";
	g_autofree char *reader = NULL;

	if (self->reader)
		return true;
	reader = g_strdup_printf(READER, self->reader_kib);
	if (!connect_file(self->path, SQLITE_OPEN_READWRITE, reader, &self->reader, error)) {
		g_clear_pointer(&self->reader, sqlite3_close);
		return false;
	}
	if (self->working)
		sqlite3_busy_timeout(self->reader, 0);
	return true;
}

/* Before it is known whose the file is nothing in it is changed. */
static bool connect_all(Store *self, const StoreOptions *options, GError **error)
{
	/* A view that begins has nothing to lose yet. */
	static const char WRITER[] =
	        "PRAGMA synchronous=%s; PRAGMA journal_mode=WAL; PRAGMA synchronous=%s;"
	        "PRAGMA foreign_keys=ON;"
	        "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864;"
	        "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;"
	        "PRAGMA cache_size=-%d";
	int cache_kib = options->cache_kib ? options->cache_kib : CACHE_KIB;
	g_autofree char *writer =
	        options->is_view ? g_strdup_printf(WRITER, "OFF", "NORMAL", cache_kib)
	                         : g_strdup_printf(WRITER, "FULL", "FULL", cache_kib);

	self->reader_kib = options->is_view ? cache_kib : CACHE_KIB;
	return connect_file(self->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
	                    "PRAGMA trusted_schema=OFF", &self->writer, error) &&
	       migrate_check(self, options->migrations, error) &&
	       store_exec(self->writer, writer, error) &&
	       image_begin(self, options->image, migrate_count(options->migrations), error) &&
	       store_connect_reader(self, error);
}

static int on_wal(void *data, sqlite3 *db, const char *name, int pages)
{
	Store *self = data;

	checkpoint_consider(self->checkpoint, pages);
	return SQLITE_OK;
}

static bool open_all(Store *self, const StoreOptions *options, GError **error)
{
	if (!lock_file(self, error) || !check_still_there(self, error))
		return false;
	damage_load(self);
	return connect_all(self, options, error) &&
	       migrate(self, options->migrations, error) &&
	       image_compare(self, options->image, error) &&
	       statements_prepare(self, options->statements, error);
}

/* The sentence of a failed start: what it is about, and what to do. */
static void explain(const Store *self, GError **error)
{
	g_autofree char *advice = NULL;

	if (!error || !*error)
		return;
	if (g_str_equal(error_reason_of(*error), STORE_DAMAGED))
		advice = g_strdup(". Keep a copy of the folder as it is and restore a backup");
	else if (error_is(*error, ERROR_UNAVAILABLE))
		advice = g_strdup_printf(". End that program (lsof %s names it) and start again",
		                         self->path);
	g_prefix_error(error, "The database %s cannot be used: ", self->path);
	if (advice) {
		g_autofree char *sentence = g_steal_pointer(&(*error)->message);

		(*error)->message = g_strconcat(sentence, advice, NULL);
	}
}

/* From now on nobody waits for another program; a WAL that a crash left is moved at once. */
static void begin_work(Store *self)
{
	if (pwrite(self->lock_fd, MARK, strlen(MARK), 0) < 0)
		log_write(LOG_WARNING, "Cannot write into %s.lock: %s", self->path,
		          g_strerror(errno));
	self->working = true;
	sqlite3_busy_timeout(self->writer, 0);
	sqlite3_busy_timeout(self->reader, 0);
	self->checkpoint = checkpoint_new(self->path);
	checkpoint_hold(self->checkpoint, self->damage != NULL);
	sqlite3_wal_hook(self->writer, on_wal, self);
	checkpoint_consider(self->checkpoint, (int)(store_wal_bytes(self) / PAGE_BYTES));
}

Store *store_open(const StoreOptions *options, GError **error)
{
	g_autoptr(Store) self = g_new0(Store, 1);
	mode_t before = umask(0077);
	bool ready;

	/* Counting its memory costs SQLite a mutex for each piece of it, and nobody asks for the sum.
	 * It listens before its first use alone. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	/* Nor are pages taken twenty at a time, which a school at the cloud may never need. */
	(void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
	self->path = g_strdup(options->path);
	self->lock_fd = -1;
	self->sql = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	self->blocks = statements_blocks_new();
	self->queries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	                                      (GDestroyNotify)query_free);
	turn_init(self);
	ready = open_all(self, options, error);
	umask(before);
	if (!ready) {
		explain(self, error);
		return NULL;
	}
	begin_work(self);
	return g_steal_pointer(&self);
}

/* The last connection to close checkpoints and removes the WAL, unless there is damage or the file
 * was refused. */
static void disconnect(const Store *self, sqlite3 *db)
{
	if (db && (self->damage || !self->working))
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(db);
}

void store_close(Store *self)
{
	if (!self)
		return;
	if (self->turn.open)
		(void)store_commit(self, NULL);
	check_free(self->check);
	checkpoint_free(self->checkpoint);
	turn_clear(self);
	g_hash_table_unref(self->queries);
	g_hash_table_unref(self->blocks);
	g_ptr_array_unref(self->sql);
	capture_free(self->outer.capture);
	disconnect(self, self->reader);
	disconnect(self, self->writer);
	if (self->lock_fd >= 0)
		close(self->lock_fd);
	if (self->keepers)
		g_ptr_array_unref(self->keepers);
	g_free(self->damage);
	g_free(self->path);
	g_free(self);
}

void store_rest(Store *self)
{
	if (self->turn.open || self->outer.settling)
		return;
	if (self->outer.capture)
		capture_rest(self->outer.capture);
	if (statements_rest(self))
		g_clear_pointer(&self->reader, sqlite3_close);
	sqlite3_db_release_memory(self->writer);
}

int64_t store_wal_bytes(const Store *self)
{
	g_autofree char *path = g_strconcat(self->path, "-wal", NULL);
	struct stat info;

	return stat(path, &info) == 0 ? info.st_size : 0;
}

StoreCounts store_counts(const Store *self)
{
	StoreCounts counts = self->turn.counts;

	counts.checkpoints = checkpoint_count(self->checkpoint);
	return counts;
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

void store_empty_wal(Store *self, Emptied done, void *data)
{
	g_assert(!self->turn.writing && self->checkpoint);
	checkpoint_empty(self->checkpoint, done, data);
}
