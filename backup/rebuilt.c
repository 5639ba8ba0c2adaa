/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From pieces to a database and files, held against the description of the copy. */
#include "rebuilt.h"

#include "app/schema.h"
#include "base/trickle.h"
#include "base/whole.h"
#include "events/events.h"
#include "pieces.h"
#include "reasons.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	GHashTable *places; /* hash → GArray of int64_t: where its chunk stands */
	GHashTable *files;  /* hashes of files */
	const char *folder; /* of files; NULL: kept nowhere */
	int database;
	Trickle trickle;    /* of the database: it is read in whole after this */
	int file;           /* that is written; -1: none */
} Building;

/* What an empty school of this program has. */
static int newest_schema(Work *work, GError **error)
{
	g_autofree char *scratch = work_scratch(work, "empty", error);
	g_autofree char *path = scratch ? g_build_filename(scratch, "urok.db", NULL) : NULL;
	Store *store = path ? schema_open(path, 0, error) : NULL;
	int newest = store ? store_schema(store) : -1;

	store_close(store);
	if (scratch)
		work_remove(scratch);
	return newest;
}

bool rebuilt_check_version(Work *work, const Night *night, GError **error)
{
	json_int_t schema = json_integer_value(json_object_get(night->head, "schema"));
	int newest = newest_schema(work, error);

	if (newest < 0)
		return false;
	if (schema >= 1 && schema <= newest)
		return true;
	return error_reason(error, ERROR_CONFLICT, REASON_NEWER, NULL,
	                    "This backup was made by Urok %s, which is newer than this one (%s): install "
	                    "that version first",
	                    night_text(night->head, NULL, "version"), UROK_VERSION);
}

/* --- Pieces to their places --- */

static bool write_chunk(Building *self, const GArray *places, const void *bytes, size_t size,
                        GError **error)
{
	for (guint i = 0; i < places->len; i++)
		if (pwrite(self->database, bytes, size, g_array_index(places, int64_t, i)) !=
		    (ssize_t)size)
			return work_fail("written", "The restored database", error);
	trickle_add(&self->trickle, self->database, (int64_t)(places->len * size));
	return true;
}

static bool write_file(Building *self, const Blob *blob, int64_t at, const void *bytes, size_t size,
                       GError **error)
{
	g_autofree char *folder = g_strdup_printf("%s/%.2s", self->folder, blob->hash);
	g_autofree char *path = g_build_filename(folder, blob->hash, NULL);

	if (at == 0) {
		if (!work_make_folder(folder, 0750, error))
			return false;
		self->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	}
	if (self->file < 0 || !whole_write(self->file, bytes, size))
		return work_fail("written", path, error);
	if (at + (int64_t)size < blob->size)
		return true;
	close(self->file);
	self->file = -1;
	return true;
}

static bool take(void *data, const Blob *blob, int64_t at, const void *bytes, size_t size,
                 GError **error)
{
	Building *self = data;
	const GArray *places = g_hash_table_lookup(self->places, blob->hash);

	if (places && (at != 0 || blob->size > NIGHT_CHUNK))
		return error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
		                    "A piece of the database is too large");
	if (places && !write_chunk(self, places, bytes, size, error))
		return false;
	return !self->folder || !g_hash_table_contains(self->files, blob->hash) ||
	       write_file(self, blob, at, bytes, size, error);
}

static void list_places(const Night *night, Building *building)
{
	int64_t at = 0;

	for (guint i = 0; i < night->chunks->len; i++) {
		const Blob *blob = &g_array_index(night->chunks, Blob, i);
		GArray *places = g_hash_table_lookup(building->places, blob->hash);

		if (!places) {
			places = g_array_new(FALSE, FALSE, sizeof(int64_t));
			g_hash_table_insert(building->places, (char *)blob->hash, places);
		}
		g_array_append_val(places, at);
		at += blob->size;
	}
	for (guint i = 0; i < night->files->len; i++)
		g_hash_table_add(building->files, g_array_index(night->files, Blob, i).hash);
}

static bool read_pieces(Work *work, const char *shelf, const Night *night, int key_fd,
                        const char *database, const char *files, GError **error)
{
	g_autoptr(GHashTable) places =
	        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);
	g_autoptr(GHashTable) addresses = g_hash_table_new(g_str_hash, g_str_equal);
	Building building = {places, addresses, files, -1, {.is_read_soon = true}, -1};
	const Taker taker = {take, &building};
	bool done;

	building.database = open(database, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (building.database < 0)
		return work_fail("made", database, error);
	list_places(night, &building);
	done = pieces_read(work, shelf, night, key_fd, &taker, error);
	if (done && fsync(building.database) != 0)
		done = work_fail("written", database, error);
	close(building.database);
	if (building.file >= 0)
		close(building.file);
	return done;
}

/* --- What stands beside the database --- */

static bool write_small(const Night *night, const char *data, GError **error)
{
	GHashTableIter walk;
	void *name;
	void *content;

	g_hash_table_iter_init(&walk, night->small);
	while (g_hash_table_iter_next(&walk, &name, &content)) {
		g_autofree char *path = NULL;
		g_autofree char *folder = NULL;
		gsize size;
		const void *bytes = g_bytes_get_data(content, &size);

		if (!g_str_has_prefix(name, "data/"))
			continue;
		path = g_build_filename(data, (const char *)name + strlen("data/"), NULL);
		folder = g_path_get_dirname(path);
		if (!work_make_folder(folder, 0700, error) || !work_write_file(path, bytes, size, 0600, error))
			return false;
	}
	return true;
}

/* --- Is it the school that was copied? --- */

const char *copy_difference(const json_t *a, const json_t *b)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)a, name, value)
		if (!json_equal(value, json_object_get(b, name)))
			return name;
	json_object_foreach((json_t *)b, name, value)
		if (!json_object_get(a, name))
			return name;
	return NULL;
}

/* An older urokd's tables are compared before they become a newer one's: only whole bytes tell. */
static bool check_tables(const Night *night, Store *store, GError **error)
{
	const json_t *said = json_object_get(night->head, "tables");
	g_autoptr(json_t) found = NULL;
	const char *name;

	if (json_integer_value(json_object_get(night->head, "schema")) != store_schema(store))
		return true;
	found = copy_tables(store, error);
	if (!found)
		return false;
	name = copy_difference(said, found);
	return !name || error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
	                             "The restored table %s is not what was copied", name);
}

static bool check_heads(const Night *night, Store *store, GError **error)
{
	g_autofree char *text = events_render_heads(store, error);
	g_autoptr(json_t) heads = text ? json_parse(text, strlen(text), error) : NULL;

	if (!heads)
		return false;
	return json_equal(heads, json_object_get(night->head, "heads")) ||
	       error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
	                    "The restored log does not end where it ended when it was copied");
}

static bool check_database(Work *work, const Night *night, const char *database, GError **error)
{
	g_autoptr(Store) store = NULL;

	work_begin(work, "check", 0);
	store = schema_open(database, 0, error);
	return store && check_tables(night, store, error) && check_heads(night, store, error);
}

bool rebuilt_make(Work *work, const char *shelf, const Night *night, int key_fd, const char *data,
                  const char *files, GError **error)
{
	g_autofree char *database = g_build_filename(data, "urok.db", NULL);

	/* Thousands of files are flushed in one call. */
	return read_pieces(work, shelf, night, key_fd, database, files, error) &&
	       (!files || work_flush_disk(files, error)) && write_small(night, data, error) && check_database(work, night, database, error) &&
	       work_goes_on(work, error);
}
