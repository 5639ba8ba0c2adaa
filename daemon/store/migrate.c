/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The schema's steps, each in a transaction of its own; a newer file is refused. */
#include "store/store-private.h"

#include <gio/gio.h>

static bool read_version(sqlite3 *db, int *ret_version, GError **error)
{
	sqlite3_stmt *statement = NULL;
	bool read = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) ==
	                    SQLITE_OK &&
	            sqlite3_step(statement) == SQLITE_ROW;

	if (read)
		*ret_version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return read || store_fail(db, "Reading the schema's version", error);
}

static bool step(sqlite3 *db, const Migration *migration, int version, GError **error)
{
	g_autoptr(GBytes) sql = g_resources_lookup_data(migration->resource, 0, error);
	g_autofree char *mark = g_strdup_printf("PRAGMA user_version=%d", version);

	if (!sql)
		return false;
	if (store_exec(db, "BEGIN EXCLUSIVE", error) &&
	    store_exec(db, g_bytes_get_data(sql, NULL), error) && store_exec(db, mark, error) &&
	    store_exec(db, "COMMIT", error))
		return true;
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	g_prefix_error(error, "%s: ", migration->resource);
	return false;
}

bool migrate(Store *self, const Migration migrations[], GError **error)
{
	int newest = 0;
	int version = 0;

	while (migrations[newest].resource)
		newest++;
	if (!read_version(self->writer, &version, error))
		return false;
	if (version > newest)
		return error_set(error, ERROR_INTERNAL,
		                 "The database has schema %d, this program knows %d: it was "
		                 "written by a newer urokd; install that version again",
		                 version, newest);
	for (; version < newest; version++)
		if (!step(self->writer, &migrations[version], version + 1, error))
			return false;
	return true;
}
