/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The schema's steps, each in a transaction of its own; a newer or foreign file is refused. */
#include "store/store-private.h"

#include <gio/gio.h>

static bool read_number(sqlite3 *db, const char *pragma, bool *ret_row, int *ret_number,
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

/* A file that another program made must not be changed. An empty one becomes ours; so does one of
 * a urokd that did not sign its files yet, known by its log. */
static bool sign(Store *self, GError **error)
{
	g_autofree char *mark = g_strdup_printf("PRAGMA application_id=%d", APPLICATION_ID);
	int application = 0;
	int schema = 0;
	int column = 0;
	bool has_log = false;
	bool row;

	if (!read_number(self->writer, "PRAGMA application_id", &row, &application, error) ||
	    !read_number(self->writer, "PRAGMA schema_version", &row, &schema, error) ||
	    !read_number(self->writer, "PRAGMA table_info(log_origin)", &has_log, &column, error))
		return false;
	if (application == APPLICATION_ID || (has_log && self->damage))
		return true;
	if (application == 0 && (schema == 0 || has_log))
		return store_exec(self->writer, mark, error);
	return error_reason(error, ERROR_INTERNAL, STORE_FOREIGN, NULL,
	                    "it belongs to another program; [paths] data in the configuration must "
	                    "name a folder of urokd's own");
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
	bool row;

	while (migrations[newest].resource)
		newest++;
	if (!sign(self, error) ||
	    !read_number(self->writer, "PRAGMA user_version", &row, &version, error))
		return false;
	if (version > newest)
		return error_reason(error, ERROR_INTERNAL, STORE_NEWER, NULL,
		                    "it has schema %d, this program knows %d: it was written by a "
		                    "newer urokd; install that version again",
		                    version, newest);
	if (version < newest && self->damage)
		return error_reason(error, ERROR_INTERNAL, STORE_DAMAGED, NULL,
		                    "it is damaged and of an older urokd. %s", self->damage);
	for (; version < newest; version++)
		if (!step(self->writer, &migrations[version], version + 1, error))
			return false;
	return true;
}
