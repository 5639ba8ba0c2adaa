/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Packs: pieces one behind the other, encrypted together, at most some hundred megabytes each, so
 * that one whose pieces are no longer needed can go. */
#include "pieces.h"

#include "base/sum.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACK_BYTES ((int64_t)256 << 20)
#define RUN_BYTES  65536

struct Packer {
	Work *work;
	Night *night;
	const char *const *recipients;
	GHashTable *known; /* hash → Pack of the night before, borrowed */
	GHashTable *here;  /* hashes that this night wrote */
	GHashTable *used;  /* Pack of the night before → itself */
	Pack *pack;        /* that is written; NULL: none */
	Sealed *sealed;
	char *half;
	int64_t filled;
};

/* A pack of which most is not needed any more is written anew, so that it can go with the last
 * copy that needs it. */
static bool is_worth_keeping(const Pack *pack, GHashTable *wanted)
{
	int64_t all = 0;
	int64_t needed = 0;

	for (guint i = 0; i < pack->blobs->len; i++) {
		const Blob *blob = &g_array_index(pack->blobs, Blob, i);

		all += blob->size;
		if (g_hash_table_contains(wanted, blob->hash))
			needed += blob->size;
	}
	return needed * 2 >= all;
}

static void add_wanted(GHashTable *wanted, const GArray *blobs)
{
	for (guint i = 0; i < blobs->len; i++)
		g_hash_table_add(wanted, g_array_index(blobs, Blob, i).hash);
}

static void learn(Packer *self, const Night *before)
{
	g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);

	add_wanted(wanted, self->night->chunks);
	add_wanted(wanted, self->night->files);
	for (guint i = 0; i < before->packs->len; i++) {
		Pack *pack = before->packs->pdata[i];

		if (!is_worth_keeping(pack, wanted))
			continue;
		for (guint j = 0; j < pack->blobs->len; j++)
			g_hash_table_insert(self->known, g_array_index(pack->blobs, Blob, j).hash, pack);
	}
}

Packer *packer_new(Work *work, const Night *before, Night *night, const char *const recipients[])
{
	Packer *self = g_new0(Packer, 1);

	self->work = work;
	self->night = night;
	self->recipients = recipients;
	self->known = g_hash_table_new(g_str_hash, g_str_equal);
	self->here = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->used = g_hash_table_new(NULL, NULL);
	if (before)
		learn(self, before);
	return self;
}

void packer_free(Packer *self)
{
	if (!self)
		return;
	sealed_free(self->sealed);
	pack_free(self->pack);
	g_hash_table_unref(self->known);
	g_hash_table_unref(self->here);
	g_hash_table_unref(self->used);
	g_free(self->half);
	g_free(self);
}

bool packer_has(const Packer *self, const char *hash)
{
	return g_hash_table_contains(self->here, hash) || g_hash_table_contains(self->known, hash);
}

static bool begin_pack(Packer *self, bool packed, GError **error)
{
	self->pack = pack_new();
	self->pack->packed = packed;
	self->filled = 0;
	g_free(self->half);
	self->half = g_strdup_printf("%s/packs/" HALF_PREFIX "%s", self->work->folder,
	                             self->pack->id.text);
	self->sealed = sealed_new(self->half, self->recipients, packed ? PACKING_ZSTD : PACKING_NONE, error);
	return self->sealed != NULL;
}

static bool end_pack(Packer *self, GError **error)
{
	g_autofree char *path = NULL;
	struct stat info;

	if (!self->pack)
		return true;
	path = shelf_pack_path(self->work->folder, self->pack);
	if (!sealed_end(self->sealed, error))
		return false;
	if (stat(self->half, &info) != 0 || rename(self->half, path) != 0)
		return work_fail("named", path, error);
	g_clear_pointer(&self->sealed, sealed_free);
	self->pack->bytes = info.st_size;
	g_ptr_array_add(self->night->packs, g_steal_pointer(&self->pack));
	return true;
}

bool packer_begin(Packer *self, const Blob *blob, bool packed, GError **error)
{
	if (self->pack && (self->pack->packed != packed || self->filled + blob->size > PACK_BYTES) &&
	    !end_pack(self, error))
		return false;
	if (!self->pack && !begin_pack(self, packed, error))
		return false;
	g_array_append_val(self->pack->blobs, *blob);
	g_hash_table_add(self->here, g_strdup(blob->hash));
	return true;
}

bool packer_write(Packer *self, const void *data, size_t size, GError **error)
{
	self->filled += (int64_t)size;
	work_step(self->work, (int64_t)size);
	return sealed_write(self->sealed, data, size, error);
}

void packer_correct(Packer *self, const Blob *found)
{
	Blob *last = &g_array_index(self->pack->blobs, Blob, self->pack->blobs->len - 1);

	g_hash_table_remove(self->here, last->hash);
	*last = *found;
	g_hash_table_add(self->here, g_strdup(found->hash));
}

/* The night's own list of a pack that an earlier night wrote. */
static void use(Packer *self, const char *hash)
{
	Pack *old = g_hash_table_contains(self->here, hash) ? NULL
	                                                    : g_hash_table_lookup(self->known, hash);
	Pack *copy;

	if (!old || !g_hash_table_add(self->used, old))
		return;
	copy = pack_new();
	copy->id = old->id;
	copy->bytes = old->bytes;
	copy->packed = old->packed;
	g_array_append_vals(copy->blobs, old->blobs->data, old->blobs->len);
	g_ptr_array_add(self->night->packs, copy);
}

bool packer_end(Packer *self, GError **error)
{
	g_autofree char *folder = g_build_filename(self->work->folder, "packs", NULL);

	if (!end_pack(self, error))
		return false;
	for (guint i = 0; i < self->night->chunks->len; i++)
		use(self, g_array_index(self->night->chunks, Blob, i).hash);
	for (guint i = 0; i < self->night->files->len; i++)
		use(self, g_array_index(self->night->files, Blob, i).hash);
	return work_flush_folder(folder, error);
}

/* --- Reading --- */

typedef struct {
	Work *work;
	const Taker *taker;
	GHashTable *missing; /* hashes that are still to come */
	char run[RUN_BYTES];
} Reader;

static bool read_blob(Reader *self, Opened *opened, const Blob *blob, GError **error)
{
	g_autoptr(Sum) sum = sum_new();
	char digits[SUM_SIZE];
	bool wanted = g_hash_table_contains(self->missing, blob->hash);
	int64_t at = 0;

	do {
		size_t size = (size_t)MIN(blob->size - at, RUN_BYTES);
		int64_t got = opened_read(opened, self->run, size, error);

		if (got < 0)
			return false;
		if ((size_t)got < size)
			return error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
			                    "A part of this backup is shorter than it should be");
		sum_add(sum, self->run, size);
		if (wanted &&
		    !self->taker->on_piece(self->taker->data, blob, at, self->run, size, error))
			return false;
		at += got;
		work_step(self->work, got);
	} while (at < blob->size);
	sum_end(sum, digits);
	if (strcmp(digits, blob->hash) != 0)
		return error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
		                    "A part of this backup is not what its name says");
	g_hash_table_remove(self->missing, blob->hash);
	return work_goes_on(self->work, error);
}

static bool read_pack(Reader *self, const char *folder, const Pack *pack, int key_fd, GError **error)
{
	g_autofree char *path = shelf_pack_path(folder, pack);
	g_autoptr(Opened) opened = opened_new(path, key_fd, pack->packed, error);

	if (!opened)
		return false;
	for (guint i = 0; i < pack->blobs->len; i++)
		if (!read_blob(self, opened, &g_array_index(pack->blobs, Blob, i), error))
			return false;
	return opened_end(opened, error);
}

static int64_t bytes_of(const Night *night)
{
	int64_t all = 0;

	for (guint i = 0; i < night->packs->len; i++) {
		const Pack *pack = night->packs->pdata[i];

		for (guint j = 0; j < pack->blobs->len; j++)
			all += g_array_index(pack->blobs, Blob, j).size;
	}
	return all;
}

bool pieces_read(Work *work, const char *folder, const Night *night, int key_fd,
                 const Taker *taker, GError **error)
{
	g_autoptr(GHashTable) missing = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree Reader *reader = g_new0(Reader, 1);

	add_wanted(missing, night->chunks);
	add_wanted(missing, night->files);
	reader->work = work;
	reader->taker = taker;
	reader->missing = missing;
	work_begin(work, "read", bytes_of(night));
	for (guint i = 0; i < night->packs->len; i++)
		if (!read_pack(reader, folder, night->packs->pdata[i], key_fd, error))
			return false;
	return g_hash_table_size(missing) == 0 ||
	       error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
	                    "%u pieces of this backup are in none of its parts",
	                    g_hash_table_size(missing));
}
