/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A disk whose power can be cut. */
#include "power.h"

#include <sqlite3.h>
#include <string.h>

#define SECTOR 512

/* One call that is not on the disk yet. */
typedef struct {
	GBytes *bytes; /* NULL: the file is cut at the offset */
	gsize offset;
} Pending;

/* A file as an inode: its name may be given to another while it is not sure which of them a
 * power cut would leave. */
typedef struct Inode Inode;
struct Inode {
	Inode *before; /* what had the name, if the name's change may yet be lost */
	GByteArray *synced;
	GPtrArray *pending;
	bool is_log;
	bool is_gone;
	bool is_named; /* for sure */
};

struct Power {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	GMutex mutex;
	GRand *chance;
	GHashTable *inodes; /* path → Inode */
	PowerMode mode;
	PowerKind kind;
	guint left; /* calls of the kind until it goes; 0: it is not planned */
	bool off;
	guint cuts[POWER_KINDS];
};

typedef struct {
	sqlite3_file file;
	Power *power;
	Inode *inode; /* NULL: a temporary file */
	sqlite3_file *real;
} File;

/* --- Inodes --- */

static void pending_free(void *data)
{
	Pending *pending = data;

	g_clear_pointer(&pending->bytes, g_bytes_unref);
	g_free(pending);
}

static Inode *inode_new(void)
{
	Inode *inode = g_new0(Inode, 1);

	inode->synced = g_byte_array_new();
	inode->pending = g_ptr_array_new_with_free_func(pending_free);
	return inode;
}

static void inode_free(void *data)
{
	Inode *inode = data;

	if (!inode)
		return;
	inode_free(inode->before);
	g_byte_array_unref(inode->synced);
	g_ptr_array_unref(inode->pending);
	g_free(inode);
}

static void apply_part(GByteArray *to, gsize offset, const guint8 *bytes, gsize size)
{
	if (to->len < offset + size) {
		gsize before = to->len;

		g_byte_array_set_size(to, (guint)(offset + size));
		memset(to->data + before, 0, to->len - before);
	}
	memcpy(to->data + offset, bytes, size);
}

static void apply(GByteArray *to, const Pending *pending)
{
	gsize size;
	const guint8 *bytes;

	if (!pending->bytes) {
		if (to->len > pending->offset)
			g_byte_array_set_size(to, (guint)pending->offset);
		return;
	}
	bytes = g_bytes_get_data(pending->bytes, &size);
	apply_part(to, pending->offset, bytes, size);
}

static void sync_inode(Inode *inode)
{
	for (guint i = 0; i < inode->pending->len; i++)
		apply(inode->synced, inode->pending->pdata[i]);
	g_ptr_array_set_size(inode->pending, 0);
}

/* From now on every name is sure. */
static void sync_names(Power *self)
{
	GHashTableIter iter;
	Inode *inode;

	g_hash_table_iter_init(&iter, self->inodes);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&inode)) {
		g_clear_pointer(&inode->before, inode_free);
		inode->is_named = true;
	}
}

/* --- The cut --- */

static void go_off(Power *self, PowerKind kind)
{
	self->off = true;
	self->cuts[kind]++;
}

/* True when there is no power for this call. Called locked. */
static bool fails(Power *self, PowerKind kind)
{
	if (!self->off && self->left > 0 && kind == self->kind && --self->left == 0)
		go_off(self, kind);
	return self->off;
}

static bool is_out(Power *self)
{
	g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&self->mutex);

	return self->off;
}

/* What the disk was told, and holds to be done. */
static void note(File *file, const void *bytes, int size, sqlite3_int64 offset)
{
	Pending *pending = g_new0(Pending, 1);

	pending->offset = (gsize)offset;
	if (bytes)
		pending->bytes = g_bytes_new(bytes, (gsize)size);
	g_ptr_array_add(file->inode->pending, pending);
}

static void shuffle(Power *self, GPtrArray *calls)
{
	for (guint i = calls->len; i > 1; i--) {
		guint other = (guint)g_rand_int_range(self->chance, 0, (gint32)i);
		void *kept = calls->pdata[i - 1];

		calls->pdata[i - 1] = calls->pdata[other];
		calls->pdata[other] = kept;
	}
}

static void apply_torn(Power *self, GByteArray *to, const Pending *pending, double share)
{
	gsize size;
	const guint8 *bytes;

	if (!pending->bytes) {
		if (g_rand_double(self->chance) < share)
			apply(to, pending);
		return;
	}
	bytes = g_bytes_get_data(pending->bytes, &size);
	for (gsize at = 0, part; at < size; at += part) {
		part = MIN(SECTOR - (pending->offset + at) % SECTOR, size - at);
		if (g_rand_double(self->chance) < share)
			apply_part(to, pending->offset + at, bytes + at, part);
	}
}

/* The inode that has the name after the cut; NULL: none. */
static Inode *survivor(Power *self, Inode *inode)
{
	for (; inode && !inode->is_named; inode = inode->before)
		if (g_rand_boolean(self->chance))
			break;
	return inode && !inode->is_gone ? inode : NULL;
}

static void write_left(Power *self, Inode *inode, const char *path)
{
	/* From nothing to everything: both ends are likely in life. */
	double share = CLAMP(g_rand_double_range(self->chance, -0.25, 1.25), 0, 1);
	GError *error = NULL;

	if (g_rand_boolean(self->chance))
		shuffle(self, inode->pending);
	for (guint i = 0; i < inode->pending->len; i++)
		apply_torn(self, inode->synced, inode->pending->pdata[i], share);
	g_file_set_contents(path, (const char *)inode->synced->data, inode->synced->len, &error);
	g_assert_no_error(error);
}

void power_return(Power *self, const char *directory)
{
	GHashTableIter iter;
	const char *path;
	Inode *inode;

	g_hash_table_iter_init(&iter, self->inodes);
	while (g_hash_table_iter_next(&iter, (void **)&path, (void **)&inode)) {
		Inode *left = survivor(self, inode);
		g_autofree char *name = g_path_get_basename(path);
		g_autofree char *to = g_build_filename(directory, name, NULL);

		if (left)
			write_left(self, left, to);
	}
	g_hash_table_remove_all(self->inodes);
	self->off = false;
	self->left = 0;
}

/* --- A file's calls --- */

static int file_close(sqlite3_file *base)
{
	File *file = (File *)base;

	return file->real->pMethods ? file->real->pMethods->xClose(file->real) : SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *bytes, int size, sqlite3_int64 offset)
{
	File *file = (File *)base;

	return is_out(file->power) ? SQLITE_IOERR_READ
	                           : file->real->pMethods->xRead(file->real, bytes, size, offset);
}

static int file_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset)
{
	File *file = (File *)base;
	Power *power = file->power;
	g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&power->mutex);

	if (!file->inode)
		return file->real->pMethods->xWrite(file->real, bytes, size, offset);
	if (power->off)
		return SQLITE_IOERR_WRITE;
	note(file, bytes, size, offset);
	if (fails(power, file->inode->is_log ? POWER_LOG_WRITE : POWER_FILE_WRITE))
		return SQLITE_IOERR_WRITE;
	return file->real->pMethods->xWrite(file->real, bytes, size, offset);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	File *file = (File *)base;
	Power *power = file->power;
	g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&power->mutex);

	if (!file->inode)
		return file->real->pMethods->xTruncate(file->real, size);
	if (power->off)
		return SQLITE_IOERR_TRUNCATE;
	note(file, NULL, 0, size);
	if (fails(power, file->inode->is_log ? POWER_LOG_TRUNCATE : POWER_FILE_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	return file->real->pMethods->xTruncate(file->real, size);
}

static bool obeys(const Power *self, const Inode *inode)
{
	return self->mode == POWER_HONEST || (self->mode == POWER_DEAF_LOG && !inode->is_log);
}

/* The real one is spared: what this machine's own disk holds does not count. */
static int file_sync(sqlite3_file *base, int flags)
{
	File *file = (File *)base;
	Power *power = file->power;
	g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&power->mutex);

	if (!file->inode)
		return SQLITE_OK;
	if (fails(power, file->inode->is_log ? POWER_LOG_SYNC : POWER_FILE_SYNC))
		return SQLITE_IOERR_FSYNC;
	if (!obeys(power, file->inode))
		return SQLITE_OK;
	sync_inode(file->inode);
	if (file->inode->is_log && !file->inode->is_named)
		sync_names(power);
	return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
	File *file = (File *)base;

	return file->real->pMethods->xFileSize(file->real, ret_size);
}

static int file_lock(sqlite3_file *base, int lock)
{
	return ((File *)base)->real->pMethods->xLock(((File *)base)->real, lock);
}

static int file_unlock(sqlite3_file *base, int lock)
{
	return ((File *)base)->real->pMethods->xUnlock(((File *)base)->real, lock);
}

static int file_is_reserved(sqlite3_file *base, int *ret_reserved)
{
	sqlite3_file *real = ((File *)base)->real;

	return real->pMethods->xCheckReservedLock(real, ret_reserved);
}

static int file_control(sqlite3_file *base, int op, void *value)
{
	return ((File *)base)->real->pMethods->xFileControl(((File *)base)->real, op, value);
}

static int file_sector_size(sqlite3_file *base)
{
	return ((File *)base)->real->pMethods->xSectorSize(((File *)base)->real);
}

static int file_characteristics(sqlite3_file *base)
{
	return ((File *)base)->real->pMethods->xDeviceCharacteristics(((File *)base)->real);
}

static int shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret_at)
{
	sqlite3_file *real = ((File *)base)->real;

	return real->pMethods->xShmMap(real, page, size, extend, ret_at);
}

static int shm_lock(sqlite3_file *base, int offset, int n, int flags)
{
	return ((File *)base)->real->pMethods->xShmLock(((File *)base)->real, offset, n, flags);
}

static void shm_barrier(sqlite3_file *base)
{
	((File *)base)->real->pMethods->xShmBarrier(((File *)base)->real);
}

static int shm_unmap(sqlite3_file *base, int remove)
{
	return ((File *)base)->real->pMethods->xShmUnmap(((File *)base)->real, remove);
}

static const sqlite3_io_methods METHODS = {
        2,            file_close,      file_read,     file_write,           file_truncate,
        file_sync,    file_size,       file_lock,     file_unlock,          file_is_reserved,
        file_control, file_sector_size, file_characteristics, shm_map, shm_lock,
        shm_barrier,  shm_unmap,
};

/* --- The disk's calls --- */

static Inode *load(Power *self, const char *path)
{
	Inode *inode = inode_new();
	g_autofree char *bytes = NULL;
	gsize size = 0;

	inode->is_named = g_file_get_contents(path, &bytes, &size, NULL);
	if (inode->is_named)
		g_byte_array_append(inode->synced, (const guint8 *)bytes, (guint)size);
	return inode;
}

/* The name is another's now; whose it was comes back if the change is lost. */
static void rename_to(Power *self, const char *path, Inode *inode)
{
	void *key = NULL;
	void *before = NULL;

	g_hash_table_steal_extended(self->inodes, path, &key, &before);
	g_free(key);
	inode->before = before;
	g_hash_table_insert(self->inodes, g_strdup(path), inode);
}

/* Before the real file is opened, which may make it. */
static Inode *ensure(Power *self, const char *path, bool is_log)
{
	Inode *before = g_hash_table_lookup(self->inodes, path);
	Inode *inode;

	if (before && !before->is_gone)
		return before;
	inode = load(self, path);
	inode->is_log = is_log;
	rename_to(self, path, inode);
	return inode;
}

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
                     int *ret_flags)
{
	Power *self = vfs->pAppData;
	g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&self->mutex);
	const int logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
	File *file = (File *)base;
	int code;

	*file = (File){.power = self, .real = (sqlite3_file *)(file + 1)};
	if (self->off)
		return SQLITE_CANTOPEN;
	if (path && (flags & (logs | SQLITE_OPEN_MAIN_DB)))
		file->inode = ensure(self, path, (flags & logs) != 0);
	code = self->real->xOpen(self->real, path, file->real, flags, ret_flags);
	if (file->real->pMethods)
		file->file.pMethods = &METHODS;
	return code;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	Power *self = vfs->pAppData;
	g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&self->mutex);
	Inode *inode = g_hash_table_lookup(self->inodes, path);

	if (fails(self, POWER_DELETE))
		return SQLITE_IOERR_DELETE;
	if (inode && !inode->is_gone) {
		Inode *gone = inode_new();

		gone->is_gone = true;
		rename_to(self, path, gone);
	}
	if (sync)
		sync_names(self);
	return self->real->xDelete(self->real, path, sync);
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret_found)
{
	Power *self = vfs->pAppData;

	return is_out(self) ? SQLITE_IOERR_ACCESS
	                    : self->real->xAccess(self->real, path, flags, ret_found);
}

Power *power_new(guint32 seed)
{
	Power *self = g_new0(Power, 1);

	self->real = sqlite3_vfs_find(NULL);
	self->chance = g_rand_new_with_seed(seed);
	self->inodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, inode_free);
	g_mutex_init(&self->mutex);
	/* What is not asked of a file (time, chance) is the real one's. */
	self->vfs = *self->real;
	self->vfs.zName = "power";
	self->vfs.pAppData = self;
	self->vfs.szOsFile = (int)sizeof(File) + self->real->szOsFile;
	self->vfs.xOpen = disk_open;
	self->vfs.xDelete = disk_delete;
	self->vfs.xAccess = disk_access;
	g_assert_cmpint(sqlite3_vfs_register(&self->vfs, 1), ==, SQLITE_OK);
	return self;
}

void power_free(Power *self)
{
	if (!self)
		return;
	sqlite3_vfs_unregister(&self->vfs);
	g_hash_table_unref(self->inodes);
	g_rand_free(self->chance);
	g_mutex_clear(&self->mutex);
	g_free(self);
}

void power_set_mode(Power *self, PowerMode mode)
{
	self->mode = mode;
}

void power_plan(Power *self, PowerKind kind, guint nth)
{
	g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&self->mutex);

	self->kind = kind;
	self->left = nth;
}

void power_cut(Power *self)
{
	g_autoptr(GMutexLocker) lock = g_mutex_locker_new(&self->mutex);

	self->off = true;
}

bool power_is_off(Power *self)
{
	return is_out(self);
}

guint power_cuts_at(const Power *self, PowerKind kind)
{
	return self->cuts[kind];
}
