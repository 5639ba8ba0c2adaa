/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a turn changed, as SQLite's session extension saw it; and rows put back as they were.
 *
 * Projections are left out: events make them. A session compares with the tables when it is asked,
 * so requests that were undone leave nothing in it. It sees tables by their primary keys alone. */
#define SQLITE_ENABLE_SESSION        1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include "store/store-private.h"

#include "base/crypto.h"

#include <string.h>

static const char *const CLASSES[] = {"log", "secret", "register", "local"};

#define OUR_TABLE "outer_turn"

typedef struct {
	GPtrArray *columns; /* names */
	GArray *is_key;     /* of bool */
	sqlite3_stmt *find; /* by key */
	sqlite3_stmt *put;
	sqlite3_stmt *remove;
} Table;

struct Capture {
	sqlite3 *db;
	GHashTable *tables; /* name → Table */
	sqlite3_session *session;
};

void row_change_free(RowChange *self)
{
	if (!self)
		return;
	g_free(self->table);
	json_decref(self->key);
	json_decref(self->row);
	g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RowChange, row_change_free)

/* --- Tables --- */

static void table_rest(Table *self)
{
	g_clear_pointer(&self->find, sqlite3_finalize);
	g_clear_pointer(&self->put, sqlite3_finalize);
	g_clear_pointer(&self->remove, sqlite3_finalize);
	g_ptr_array_set_size(self->columns, 0);
	g_array_set_size(self->is_key, 0);
}

static void table_free(void *data)
{
	Table *self = data;

	table_rest(self);
	g_ptr_array_unref(self->columns);
	g_array_unref(self->is_key);
	g_free(self);
}

static bool load_columns(Capture *self, const char *name, Table *table, GError **error)
{
	g_autofree char *sql = g_strdup_printf("PRAGMA table_info(\"%s\")", name);
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL);

	while (code == SQLITE_OK || code == SQLITE_ROW) {
		bool is_key;

		code = sqlite3_step(statement);
		if (code != SQLITE_ROW)
			break;
		is_key = sqlite3_column_int(statement, 5) > 0;
		g_ptr_array_add(table->columns,
		                g_strdup((const char *)sqlite3_column_text(statement, 1)));
		g_array_append_val(table->is_key, is_key);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_DONE || store_fail(self->db, name, error);
}

static bool is_key(const Table *table, guint column)
{
	return g_array_index(table->is_key, bool, column);
}

/* "a" = ?1 AND "b" = ?2, the numbers being those of the columns. */
static char *key_condition(const Table *table)
{
	GString *sql = g_string_new(NULL);

	for (guint i = 0; i < table->columns->len; i++)
		if (is_key(table, i))
			g_string_append_printf(sql, "%s\"%s\" = ?%u", sql->len ? " AND " : "",
			                       (const char *)table->columns->pdata[i], i + 1);
	return g_string_free(sql, FALSE);
}

static char *put_text(const char *name, const Table *table)
{
	g_autoptr(GString) columns = g_string_new(NULL);
	g_autoptr(GString) values = g_string_new(NULL);
	g_autoptr(GString) keys = g_string_new(NULL);
	g_autoptr(GString) updates = g_string_new(NULL);

	for (guint i = 0; i < table->columns->len; i++) {
		const char *column = table->columns->pdata[i];

		g_string_append_printf(columns, "%s\"%s\"", i ? ", " : "", column);
		g_string_append_printf(values, "%s?%u", i ? ", " : "", i + 1);
		if (is_key(table, i))
			g_string_append_printf(keys, "%s\"%s\"", keys->len ? ", " : "", column);
		else
			g_string_append_printf(updates, "%s\"%s\" = ?%u", updates->len ? ", " : "",
			                       column, i + 1);
	}
	return g_strdup_printf("INSERT INTO \"%s\" (%s) VALUES (%s) ON CONFLICT (%s) DO %s%s",
	                       name, columns->str, values->str, keys->str,
	                       updates->len ? "UPDATE SET " : "NOTHING", updates->str);
}

static bool prepare_table(Capture *self, const char *name, Table *table, GError **error)
{
	g_autofree char *condition = key_condition(table);
	g_autofree char *find = g_strdup_printf("SELECT * FROM \"%s\" WHERE %s", name, condition);
	g_autofree char *remove = g_strdup_printf("DELETE FROM \"%s\" WHERE %s", name, condition);
	g_autofree char *put = put_text(name, table);

	if (sqlite3_prepare_v3(self->db, find, -1, SQLITE_PREPARE_PERSISTENT, &table->find,
	                       NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(self->db, put, -1, &table->put, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(self->db, remove, -1, &table->remove, NULL) == SQLITE_OK)
		return true;
	return store_fail(self->db, name, error);
}

/* Prepared when it is first needed: most tables are not touched for days. */
static Table *find_table(Capture *self, const char *name, GError **error)
{
	Table *table = g_hash_table_lookup(self->tables, name);

	if (!table) {
		error_set(error, ERROR_INTERNAL, "There is no table %s to keep rows of", name);
		return NULL;
	}
	if (table->columns->len)
		return table;
	if (!load_columns(self, name, table, error))
		return NULL;
	if (!prepare_table(self, name, table, error)) {
		table_rest(table);
		return NULL;
	}
	return table;
}

static void add_tables(Capture *self, Store *store, const char *class)
{
	g_auto(GStrv) names = store_tables(store, class);

	for (guint i = 0; names[i]; i++) {
		Table *table;

		if (g_str_equal(names[i], OUR_TABLE))
			continue;
		table = g_new0(Table, 1);
		table->columns = g_ptr_array_new_with_free_func(g_free);
		table->is_key = g_array_new(FALSE, FALSE, sizeof(bool));
		g_hash_table_insert(self->tables, g_strdup(names[i]), table);
	}
}

Capture *capture_new(Store *store)
{
	Capture *self = g_new0(Capture, 1);

	self->db = store->writer;
	self->tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, table_free);
	for (guint i = 0; i < G_N_ELEMENTS(CLASSES); i++)
		add_tables(self, store, CLASSES[i]);
	return self;
}

void capture_rest(Capture *self)
{
	GHashTableIter each;
	void *table;

	g_hash_table_iter_init(&each, self->tables);
	while (g_hash_table_iter_next(&each, NULL, &table))
		table_rest(table);
}

void capture_free(Capture *self)
{
	if (!self)
		return;
	capture_stop(self);
	g_hash_table_unref(self->tables);
	g_free(self);
}

/* --- Seeing --- */

void capture_stop(Capture *self)
{
	if (self->session)
		sqlite3session_delete(self->session);
	self->session = NULL;
}

bool capture_start(Capture *self, GError **error)
{
	GHashTableIter tables;
	void *name;

	capture_stop(self);
	if (sqlite3session_create(self->db, "main", &self->session) != SQLITE_OK)
		return store_fail(self->db, "watching the turn", error);
	g_hash_table_iter_init(&tables, self->tables);
	while (g_hash_table_iter_next(&tables, &name, NULL))
		if (sqlite3session_attach(self->session, name) != SQLITE_OK)
			return store_fail(self->db, name, error);
	return true;
}

static json_t *bytes_to_json(const uint8_t *bytes, int size)
{
	g_autofree char *hex = g_malloc((gsize)size * 2 + 1);
	json_t *object = json_object();

	hex_write(bytes, (size_t)size, hex);
	json_object_set_new_nocheck(object, "hex", json_stringn_nocheck(hex, (size_t)size * 2));
	return object;
}

static json_t *value_to_json(sqlite3_value *value)
{
	switch (value ? sqlite3_value_type(value) : SQLITE_NULL) {
	case SQLITE_INTEGER:
		return json_integer(sqlite3_value_int64(value));
	case SQLITE_FLOAT:
		return json_real(sqlite3_value_double(value));
	case SQLITE_TEXT:
		return json_stringn((const char *)sqlite3_value_text(value),
		                    (size_t)sqlite3_value_bytes(value));
	case SQLITE_BLOB:
		return bytes_to_json(sqlite3_value_blob(value), sqlite3_value_bytes(value));
	default:
		return json_null();
	}
}

typedef struct NewRow {
	sqlite3_changeset_iter *at;
	const char *table;
	int columns;
	int operation;
} Operation;

static sqlite3_value *value_of(const Operation *operation, guint column)
{
	sqlite3_value *value = NULL;

	if (operation->operation == SQLITE_INSERT)
		sqlite3changeset_new(operation->at, (int)column, &value);
	else
		sqlite3changeset_old(operation->at, (int)column, &value);
	return value;
}

unsigned new_row_columns(const NewRow *self)
{
	return (unsigned)self->columns;
}

bool new_row_is_null(const NewRow *self, unsigned column)
{
	sqlite3_value *value = value_of(self, column);

	return !value || sqlite3_value_type(value) == SQLITE_NULL;
}

int64_t new_row_int(const NewRow *self, unsigned column)
{
	return sqlite3_value_int64(value_of(self, column));
}

const void *new_row_bytes(const NewRow *self, unsigned column, size_t *ret_size)
{
	sqlite3_value *value = value_of(self, column);
	const void *bytes = sqlite3_value_type(value) == SQLITE_BLOB ? sqlite3_value_blob(value)
	                                                             : sqlite3_value_text(value);

	*ret_size = (size_t)sqlite3_value_bytes(value);
	return bytes;
}

/* A changed row's change names the changed columns alone: the rest is read. */
static json_t *read_row(Capture *self, const Operation *operation, const Table *table,
                        GError **error)
{
	json_t *row = NULL;
	int code;

	for (guint i = 0; i < table->columns->len; i++)
		if (is_key(table, i))
			sqlite3_bind_value(table->find, (int)i + 1, value_of(operation, i));
	code = sqlite3_step(table->find);
	if (code == SQLITE_ROW) {
		row = json_object();
		for (guint i = 0; i < table->columns->len; i++)
			json_object_set_new_nocheck(
			        row, table->columns->pdata[i],
			        value_to_json(sqlite3_column_value(table->find, (int)i)));
	} else {
		store_fail(self->db, operation->table, error);
	}
	sqlite3_reset(table->find);
	sqlite3_clear_bindings(table->find);
	return row;
}

static json_t *new_row(const Operation *operation, const Table *table)
{
	json_t *row = json_object();

	for (guint i = 0; i < table->columns->len; i++)
		json_object_set_new_nocheck(row, table->columns->pdata[i],
		                            value_to_json(value_of(operation, i)));
	return row;
}

static RowChange *change_of(Capture *self, const Operation *operation, GError **error)
{
	g_autoptr(RowChange) change = g_new0(RowChange, 1);
	const Table *table = find_table(self, operation->table, error);

	if (!table)
		return NULL;
	change->table = g_strdup(operation->table);
	change->key = json_array();
	for (guint i = 0; i < table->columns->len; i++)
		if (is_key(table, i))
			json_array_append_new(change->key, value_to_json(value_of(operation, i)));
	if (operation->operation == SQLITE_INSERT)
		change->row = new_row(operation, table);
	else if (operation->operation == SQLITE_UPDATE)
		change->row = read_row(self, operation, table, error);
	if (!change->row && operation->operation != SQLITE_DELETE)
		return NULL;
	return g_steal_pointer(&change);
}

static GPtrArray *list_changes(Capture *self, sqlite3_changeset_iter *at, const Outer *outer,
                               bool *ret_grew, GError **error)
{
	g_autoptr(GPtrArray) changes =
	        g_ptr_array_new_with_free_func((GDestroyNotify)row_change_free);
	int code;

	while ((code = sqlite3changeset_next(at)) == SQLITE_ROW) {
		Operation operation = {.at = at};
		RowChange *change;

		sqlite3changeset_op(at, &operation.table, &operation.columns, &operation.operation,
		                    NULL);
		if (operation.operation == SQLITE_INSERT &&
		    g_strcmp0(operation.table, outer->sink->growing) == 0) {
			if (!outer->sink->put(outer->room, &operation, error))
				return NULL;
			*ret_grew = true;
			continue;
		}
		change = change_of(self, &operation, error);
		if (!change)
			return NULL;
		g_ptr_array_add(changes, change);
	}
	if (code == SQLITE_DONE)
		return g_steal_pointer(&changes);
	return error_null(error, ERROR_INTERNAL, "What the turn changed cannot be read (%d)", code);
}

GPtrArray *capture_take(Capture *self, const Outer *outer, bool *ret_grew, GError **error)
{
	sqlite3_changeset_iter *at = NULL;
	GPtrArray *changes = NULL;
	void *set = NULL;
	int size = 0;
	int code = sqlite3session_changeset(self->session, &size, &set);

	*ret_grew = false;
	if (code == SQLITE_OK)
		code = sqlite3changeset_start(&at, size, set);
	if (code == SQLITE_OK)
		changes = list_changes(self, at, outer, ret_grew, error);
	else
		error_set(error, ERROR_INTERNAL, "What the turn changed is not known (%d)", code);
	sqlite3changeset_finalize(at);
	sqlite3_free(set);
	return changes;
}

/* --- Putting back --- */

static bool bind_bytes(sqlite3_stmt *statement, int index, const char *hex)
{
	size_t size = strlen(hex) / 2;
	g_autofree uint8_t *bytes = g_malloc(size + 1);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
		                     g_ascii_xdigit_value(hex[2 * i + 1]));
	return sqlite3_bind_blob64(statement, index, bytes, size, SQLITE_TRANSIENT) == SQLITE_OK;
}

static bool bind_json(sqlite3_stmt *statement, int index, const json_t *value)
{
	const char *hex = json_string_value(json_object_get(value, "hex"));

	if (json_is_integer(value))
		return sqlite3_bind_int64(statement, index, json_integer_value(value)) == SQLITE_OK;
	if (json_is_real(value))
		return sqlite3_bind_double(statement, index, json_real_value(value)) == SQLITE_OK;
	if (json_is_string(value))
		return sqlite3_bind_text64(statement, index, json_string_value(value),
		                           json_string_length(value), SQLITE_TRANSIENT,
		                           SQLITE_UTF8) == SQLITE_OK;
	if (hex)
		return bind_bytes(statement, index, hex);
	return sqlite3_bind_null(statement, index) == SQLITE_OK;
}

static bool put(Capture *self, const RowChange *change, GError **error)
{
	const Table *table = find_table(self, change->table, error);
	sqlite3_stmt *statement = table && change->row ? table->put : table ? table->remove : NULL;
	size_t key = 0;
	bool done = true;

	if (!table)
		return false;
	for (guint i = 0; done && i < table->columns->len; i++) {
		if (change->row)
			done = bind_json(statement, (int)i + 1,
			                 json_object_get(change->row, table->columns->pdata[i]));
		else if (is_key(table, i))
			done = bind_json(statement, (int)i + 1, json_array_get(change->key, key++));
	}
	done = done && sqlite3_step(statement) == SQLITE_DONE;
	if (!done)
		store_fail(self->db, change->table, error);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return done;
}

bool capture_put(Capture *self, const GPtrArray *changes, GError **error)
{
	if (!store_exec(self->db, "PRAGMA defer_foreign_keys=ON", error))
		return false;
	for (guint i = 0; i < changes->len; i++)
		if (!put(self, changes->pdata[i], error))
			return false;
	return true;
}
