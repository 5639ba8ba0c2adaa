/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Named statements: read from the rooms' .sql files, tried at start where the schema is not known,
 * one user a time. Each is prepared for good where it is first used: all of them on two connections
 * are megabytes. */
#include "store/statements-private.h"

#include <gio/gio.h>
#include <string.h>

#define NAME_MARK "-- name: "

/* The schema is of this program's version, so what is missing in it was there. */
static bool fail_prepare(sqlite3 *db, const char *name, GError **error)
{
	if (sqlite3_errcode(db) != SQLITE_ERROR)
		return store_fail(db, name, error);
	return error_reason(error, ERROR_INTERNAL, STORE_DAMAGED, NULL,
	                    "its tables are not what they were (%s: %s)", name,
	                    sqlite3_errmsg(db));
}

static bool prepare_on(sqlite3 *db, const Query *query, sqlite3_stmt **ret, GError **error)
{
	const char *rest = NULL;
	const char *end = query->sql + query->length;

	if (sqlite3_prepare_v3(db, query->sql, query->length, SQLITE_PREPARE_PERSISTENT, ret, &rest) !=
	            SQLITE_OK ||
	    !*ret)
		return fail_prepare(db, query->name, error);
	while (rest && rest < end && g_ascii_isspace(*rest))
		rest++;
	if (rest && rest < end)
		return error_set(error, ERROR_INTERNAL, "%s holds more than one statement",
		                 query->name);
	return true;
}

/* A block is "NAME\nSQL;", and what follows the last semicolon is the next one's comment. Its name is
 * its first line: a text that ends there as well as at its end. */
static guint name_hash(const void *name)
{
	guint hash = 5381;

	for (const char *at = name; *at && *at != '\n'; at++)
		hash = hash * 33 + (guchar)*at;
	return hash;
}

static gboolean name_equal(const void *one, const void *other)
{
	size_t length = strcspn(one, "\n");

	return strcspn(other, "\n") == length && memcmp(one, other, length) == 0;
}

GHashTable *statements_blocks_new(void)
{
	return g_hash_table_new(name_hash, name_equal);
}

static Query *query_new(Store *self, const char *block)
{
	size_t length = strcspn(block, "\n");
	const char *sql = block + length + (block[length] ? 1 : 0);
	const char *next = strstr(sql, NAME_MARK);
	gssize size = next ? next - sql : (gssize)strlen(sql);
	const char *last = g_strrstr_len(sql, size, ";");
	Query *query = g_new0(Query, 1);

	query->store = self;
	query->name = g_strndup(block, length);
	query->sql = sql;
	query->length = (int)(last ? last + 1 - sql : size);
	return query;
}

/* Does it fit the tables? */
static bool try(Store *self, const char *block, GError **error)
{
	Query *query = query_new(self, block);
	sqlite3_stmt *statement = NULL;
	bool fits = prepare_on(self->writer, query, &statement, error);

	sqlite3_finalize(statement);
	query_free(query);
	return fits;
}

static bool take_block(Store *self, const char *block, GError **error)
{
	if (!g_hash_table_add(self->blocks, (char *)(uintptr_t)block))
		return error_set(error, ERROR_INTERNAL, "There are two statements %.*s",
		                 (int)strcspn(block, "\n"), block);
	return self->is_known || try(self, block, error);
}

bool statements_prepare_resource(Store *self, const char *resource, GError **error)
{
	GBytes *bytes = g_resources_lookup_data(resource, 0, error);
	const char *text, *end, *block, *next;
	gsize size;

	if (!bytes)
		return false;
	g_ptr_array_add(self->sql, bytes);
	text = g_bytes_get_data(bytes, &size);
	end = text + size;
	for (block = g_strstr_len(text, (gssize)size, NAME_MARK); block; block = next) {
		block += strlen(NAME_MARK);
		next = g_strstr_len(block, end - block, NAME_MARK);
		if (!take_block(self, block, error)) {
			g_prefix_error(error, "%s: ", resource);
			return false;
		}
	}
	return true;
}

bool statements_prepare(Store *self, const char *const resources[], GError **error)
{
	if (!statements_prepare_resource(self, "/urok/store/store.sql", error))
		return false;
	for (guint i = 0; resources[i]; i++)
		if (!statements_prepare_resource(self, resources[i], error))
			return false;
	return true;
}

void query_free(Query *self)
{
	sqlite3_finalize(self->on_writer);
	sqlite3_finalize(self->on_reader);
	g_clear_error(&self->failure);
	g_free(self->name);
	g_free(self);
}

sqlite3_stmt *query_on_writer(Query *self, GError **error)
{
	if (!self->on_writer && !prepare_on(self->store->writer, self, &self->on_writer, error))
		g_clear_pointer(&self->on_writer, sqlite3_finalize);
	return self->on_writer;
}

static sqlite3_stmt *on_reader(Query *self, GError **error)
{
	if (!self->on_reader && (!store_connect_reader(self->store, error) ||
	                         !prepare_on(self->store->reader, self, &self->on_reader, error)))
		g_clear_pointer(&self->on_reader, sqlite3_finalize);
	return self->on_reader;
}

/* A commit drops what the reader has in memory, not what the writer has: who is told of the commit
 * reads what was just written. With the next turn begun, the writer sees more than was committed. */
static bool is_fresh(const Turn *turn)
{
	return turn->fresh && !turn->open;
}

Query *query_find(Store *self, const char *name)
{
	Query *query = g_hash_table_lookup(self->queries, name);
	const char *block = query ? NULL : g_hash_table_lookup(self->blocks, name);

	if (query)
		return query;
	if (!block)
		g_error("There is no statement %s", name);
	query = query_new(self, block);
	g_hash_table_insert(self->queries, query->name, query);
	return query;
}

Query *store_query(Store *self, const char *name)
{
	Query *query = query_find(self, name);

	if (query->active)
		g_error("The statement %s is in use", name);
	g_clear_error(&query->failure);
	if (self->turn.writing || is_fresh(&self->turn))
		query->active = query_on_writer(query, &query->failure);
	else
		query->active = on_reader(query, &query->failure);
	if (query->active && !self->turn.writing && !sqlite3_stmt_readonly(query->active))
		g_error("The statement %s writes and no turn is open", name);
	return query;
}

void store_look(Store *self)
{
	bool row;

	g_assert(!self->turn.writing);
	if (self->looks++ > 0)
		return;
	self->look = store_query(self, "look");
	/* If it fails there is no common state; what follows will say why. */
	(void)query_next(self->look, &row, NULL);
}

void store_look_end(Store *self)
{
	g_assert(self->looks > 0);
	if (--self->looks == 0)
		g_clear_pointer(&self->look, query_end);
}

void query_end(Query *self)
{
	if (!self || !self->active)
		return;
	sqlite3_reset(self->active);
	sqlite3_clear_bindings(self->active);
	self->active = NULL;
}

bool statements_rest(Store *self)
{
	bool all = true;
	GHashTableIter each;
	void *value;

	g_hash_table_iter_init(&each, self->queries);
	while (g_hash_table_iter_next(&each, NULL, &value)) {
		Query *query = value;

		all = all && !query->active;
		if (query->active)
			continue;
		g_clear_pointer(&query->on_writer, sqlite3_finalize);
		g_clear_pointer(&query->on_reader, sqlite3_finalize);
	}
	return all;
}

static int parameter_index(Query *self, const char *parameter)
{
	int index = sqlite3_bind_parameter_index(self->active, parameter);

	if (!index && self->active)
		g_error("The statement %s has no parameter %s", self->name, parameter);
	return index;
}

void query_bind_text(Query *self, const char *parameter, const char *value)
{
	sqlite3_bind_text(self->active, parameter_index(self, parameter), value, -1,
	                  SQLITE_TRANSIENT);
}

void query_bind_int(Query *self, const char *parameter, int64_t value)
{
	sqlite3_bind_int64(self->active, parameter_index(self, parameter), value);
}

void query_bind_null(Query *self, const char *parameter)
{
	sqlite3_bind_null(self->active, parameter_index(self, parameter));
}

void query_bind_blob(Query *self, const char *parameter, const void *data, size_t size)
{
	sqlite3_bind_blob64(self->active, parameter_index(self, parameter), data, size,
	                    SQLITE_TRANSIENT);
}

bool query_next(Query *self, bool *ret_row, GError **error)
{
	sqlite3 *db;
	bool on_writer;
	int code;

	*ret_row = false;
	if (!self->active) {
		g_propagate_error(error, g_error_copy(self->failure));
		return false;
	}
	db = sqlite3_db_handle(self->active);
	on_writer = self->active == self->on_writer;
	if (on_writer && self->store->turn.dead) {
		g_propagate_error(error, g_error_copy(self->store->turn.dead));
		return false;
	}
	code = sqlite3_step(self->active);
	if (code == SQLITE_ROW) {
		*ret_row = true;
		return true;
	}
	if (code != SQLITE_DONE) {
		g_autoptr(GError) failure = NULL;

		store_fail(db, self->name, &failure);
		sqlite3_reset(self->active);
		if (on_writer)
			turn_check(self->store, failure);
		damage_look_at(self->store, failure);
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	sqlite3_reset(self->active);
	return true;
}

bool query_run(Query *self, GError **error)
{
	bool row = true;

	while (row)
		if (!query_next(self, &row, error))
			return false;
	return true;
}

bool query_one(Query *self, GError **error)
{
	bool row;

	if (!query_next(self, &row, error))
		return false;
	return row || error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

GPtrArray *query_list_texts(Query *self, GError **error)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	bool row;

	for (;;) {
		if (!query_next(self, &row, error))
			return NULL;
		if (!row)
			return g_steal_pointer(&texts);
		g_ptr_array_add(texts, g_strdup(query_text(self, 0)));
	}
}

const char *query_text(Query *self, int column)
{
	return (const char *)sqlite3_column_text(self->active, column);
}

int64_t query_int(Query *self, int column)
{
	return sqlite3_column_int64(self->active, column);
}

bool query_is_null(Query *self, int column)
{
	return sqlite3_column_type(self->active, column) == SQLITE_NULL;
}

const void *query_blob(Query *self, int column, size_t *ret_size)
{
	const void *blob = sqlite3_column_blob(self->active, column);

	*ret_size = (size_t)sqlite3_column_bytes(self->active, column);
	return blob;
}

int64_t store_changes(Store *self)
{
	return sqlite3_changes64(self->writer);
}

int64_t store_last_rowid(Store *self)
{
	return sqlite3_last_insert_rowid(self->writer);
}
