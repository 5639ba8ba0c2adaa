/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The schema's steps, each in a transaction of its own; a newer or foreign file is refused. */
#include "store/store-private.h"

#include <gio/gio.h>

bool migrate_read_number(sqlite3 *db, const char *pragma, bool *ret_row, int *ret_number,
                         GError **error)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db, pragma, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	*ret_row = code == SQLITE_ROW;
	if (*ret_row)
		*ret_number = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE || store_fail(db, pragma, error);
}

int migrate_count(const Migration migrations[])
{
	int newest = 0;

	while (migrations[newest].resource)
		newest++;
	return newest;
}

/* An empty file becomes ours; so does one of a urokd that did not sign its files yet, known by its
 * log. */
static bool check_owner(Store *self, GError **error)
{
	int application = 0;
	int schema = 0;
	int column = 0;
	bool has_log = false;
	bool row;

	if (!migrate_read_number(self->writer, "PRAGMA application_id", &row, &application, error) ||
	    !migrate_read_number(self->writer, "PRAGMA schema_version", &row, &schema, error) ||
	    !migrate_read_number(self->writer, "PRAGMA table_info(log_origin)", &has_log, &column, error))
		return false;
	self->is_signed = application == APPLICATION_ID;
	self->is_empty = schema == 0;
	if (self->is_signed || (application == 0 && (schema == 0 || has_log)))
		return true;
	return error_reason(error, ERROR_INTERNAL, STORE_FOREIGN, NULL,
	                    "it belongs to another program; [paths] data in the configuration must "
	                    "name a folder of urokd's own");
}

bool migrate_check(Store *self, const Migration migrations[], GError **error)
{
	int newest = migrate_count(migrations);
	bool row;

	if (!check_owner(self, error) || !migrate_read_number(self->writer, "PRAGMA user_version", &row,
	                                              &self->schema, error))
		return false;
	if (self->schema > newest)
		return error_reason(error, ERROR_INTERNAL, STORE_NEWER, NULL,
		                    "it has schema %d, this program knows %d: it was written by a "
		                    "newer urokd; install that version again",
		                    self->schema, newest);
	if (self->schema < newest && self->damage)
		return error_reason(error, ERROR_INTERNAL, STORE_DAMAGED, NULL,
		                    "it is of an older urokd and marked as damaged (if it is a "
		                    "restored backup, remove the mark %s.damaged beside it). %s",
		                    self->path, self->damage);
	return true;
}

/* An administrator reads what it says: the step's name, not its text. */
static bool run(sqlite3 *db, const Migration *migration, GBytes *sql, GError **error)
{
	return sqlite3_exec(db, g_bytes_get_data(sql, NULL), NULL, NULL, NULL) == SQLITE_OK ||
	       store_fail(db, migration->resource, error);
}

static bool step(sqlite3 *db, const Migration *migration, int version, GError **error)
{
	g_autoptr(GBytes) sql = g_resources_lookup_data(migration->resource, 0, error);
	g_autofree char *mark = g_strdup_printf("PRAGMA user_version=%d", version);

	if (!sql)
		return false;
	if (store_exec(db, "BEGIN EXCLUSIVE", error) && run(db, migration, sql, error) &&
	    store_exec(db, mark, error) && store_exec(db, "COMMIT", error))
		return true;
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

bool migrate(Store *self, const Migration migrations[], GError **error)
{
	int newest = migrate_count(migrations);
	g_autofree char *mark = g_strdup_printf("PRAGMA application_id=%d", APPLICATION_ID);

	if (!self->is_signed && !self->damage && !store_exec(self->writer, mark, error))
		return false;
	for (; self->schema < newest; self->schema++)
		if (!step(self->writer, &migrations[self->schema], self->schema + 1, error))
			return false;
	return true;
}

bool store_read_schema(const char *path, int *ret_schema, GError **error)
{
	sqlite3 *db = NULL;
	bool row = false;
	bool done = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK
	                    ? migrate_read_number(db, "PRAGMA user_version", &row, ret_schema, error)
	                    : error_set(error, ERROR_INTERNAL, "%s cannot be opened", path);

	sqlite3_close(db);
	return done;
}
