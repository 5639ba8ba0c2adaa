/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Folders change places in one step of the file system (renameat2(2), RENAME_EXCHANGE). A mark in
 * the new folder tells a later run on which side of that step an earlier one was cut off. */
#include "place.h"

#include "base/clock.h"
#include "base/log.h"
#include "ctl/phrase.h"
#include "mounts.h"
#include "tls/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK	     ".restoring"

/* Where a link leads; owned. */
static char *real_of(const char *folder)
{
	char *path = realpath(folder, NULL);

	return path ? path : g_canonicalize_filename(folder, "/");
}

/* On the same disk: nothing that is mounted at the folder reaches the one above it. */
static char *beside(const char *folder, const char *ending)
{
	g_autofree char *real = real_of(folder);

	return mounts_begins(real) ? g_build_filename(real, ending, NULL) : g_strconcat(real, ending, NULL);
}

static char *stamp(void)
{
	char at[TIME_TEXT_SIZE];
	g_autoptr(GString) text = g_string_new(".before-");

	clock_format(clock_wall_ms(), at);
	for (const char *c = at; *c; c++)
		if (g_ascii_isdigit(*c) || *c == 'T')
			g_string_append_c(text, *c);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Ours from now on is what was its neighbour's. */
static bool give_to_owner_of(const char *path, const char *model)
{
	struct stat info;

	return geteuid() != 0 || stat(model, &info) != 0 ||
	       lchown(path, info.st_uid, info.st_gid) == 0;
}

typedef bool (*FileFunc)(const char *from, const char *name, void *data, GError **error);

/* Each file of ab/abcdef... */
static bool each_file(const char *folder, FileFunc call, void *data, GError **error)
{
	for (unsigned i = 0; i < 256; i++) {
		g_autofree char *path = g_strdup_printf("%s/%02x", folder, i);
		g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
		const char *name;

		while (directory && (name = g_dir_read_name(directory))) {
			g_autofree char *file = g_build_filename(path, name, NULL);

			if (hash_is_valid(name) && !call(file, name, data, error))
				return false;
		}
	}
	return true;
}

static char *place_in(const char *folder, const char *name, const char *owner)
{
	g_autofree char *sub = g_strdup_printf("%s/%.2s", folder, name);

	if (g_mkdir(sub, 0750) == 0)
		(void)give_to_owner_of(sub, owner);
	return g_build_filename(sub, name, NULL);
}

/* --- The beginning --- */

static bool check_disks(const char *data, int64_t database, const char *files_folder, int64_t files, GError **error)
{
	struct stat of_data;
	struct stat of_files;

	if (stat(data, &of_data) != 0)
		return work_fail("read", data, error);
	if (stat(files_folder, &of_files) != 0)
		return work_fail("read", files_folder, error);
	if (of_data.st_dev == of_files.st_dev)
		return work_check_space(data, database + files, error);
	return work_check_space(data, database, error) && work_check_space(files_folder, files, error);
}

bool staging_check(Work *work, int64_t database, int64_t files, GError **error)
{
	const Config *config = work->config;
	g_autofree char *data = real_of(config->data_directory);
	g_autofree char *above = g_path_get_dirname(data);
	g_autofree char *files_folder = NULL;

	if (!mounts_check(work, data, error) || !mounts_check(work, config->files_directory, error))
		return false;
	/* What is mounted cannot change places with another folder. */
	if (mounts_begins(data))
		return error_set(error, ERROR_CONFLICT,
		                 phrase("%s is a disk of its own, and a restored school cannot take the place of a "
		                        "mounted folder: nothing was done. Mount the disk one folder higher, or "
		                        "unmount it",
		                        "Папка %s — отдельный диск, а место подключённой папки восстановленная школа "
		                        "занять не может: ничего не сделано. Подключите диск на папку выше или "
		                        "отключите его"),
		                 data);
	if (!work_make_folder(above, 0711, error))
		return false;
	files_folder = mounts_existing(config->files_directory);
	return check_disks(above, database, files_folder, files, error);
}

/* The step was done, and what is here is the school that was there before. */
static bool keep_old(const char *data, const char *left, GError **error)
{
	g_autofree char *ending = stamp();
	g_autofree char *aside = beside(data, ending);

	if (g_rename(left, aside) != 0)
		return work_fail("named", left, error);
	log_write(LOG_NOTICE, "An earlier restore was cut off at its end; the school before it is in %s",
	          aside);
	return true;
}

static bool settle_earlier(const char *data, const char *left, GError **error)
{
	g_autofree char *mark = g_build_filename(left, MARK, NULL);
	g_autofree char *done = g_build_filename(data, MARK, NULL);
	g_autofree char *database = g_build_filename(left, "urok.db", NULL);

	if (!g_file_test(mark, G_FILE_TEST_EXISTS) && g_file_test(database, G_FILE_TEST_EXISTS) &&
	    g_file_test(done, G_FILE_TEST_EXISTS) && !keep_old(data, left, error))
		return false;
	unlink(done);
	return work_remove(left) || work_fail("removed", left, error);
}

bool staging_begin(Work *work, Staging *ret_staging, GError **error)
{
	const Config *config = work->config;
	g_autofree char *data = real_of(config->data_directory);
	g_autofree char *mark = NULL;

	ret_staging->data = beside(config->data_directory, ".restoring");
	ret_staging->files = beside(config->files_directory, ".restoring");
	mark = g_build_filename(ret_staging->data, MARK, NULL);
	if (!settle_earlier(data, ret_staging->data, error))
		return false;
	if (!work_remove(ret_staging->files))
		return work_fail("removed", ret_staging->files, error);
	/* The mark comes first: a folder without it is somebody's school. */
	return work_make_folder(ret_staging->data, 0700, error) &&
	       work_write_file(mark, "", 0, 0600, error) &&
	       work_make_folder(ret_staging->files, 0750, error);
}

void staging_clear(Staging *self)
{
	g_autofree char *mark = self->data ? g_build_filename(self->data, MARK, NULL) : NULL;

	if (mark && g_file_test(mark, G_FILE_TEST_EXISTS))
		work_remove(self->data);
	if (self->files)
		work_remove(self->files);
	g_clear_pointer(&self->data, g_free);
	g_clear_pointer(&self->files, g_free);
}

/* --- The step --- */

/* Of a file that both schools have there is one on the disk. */
static bool link_one(const char *from, const char *name, void *data, GError **error)
{
	g_autofree char *to = place_in(data, name, from);

	return link(from, to) == 0 || errno == EEXIST || work_fail("kept", from, error);
}

/* urokd throws away files that its database does not know: those of the old school are held by
 * other names. */
static bool keep_files(const char *files, const char *aside, GError **error)
{
	return work_make_folder(aside, 0750, error) && each_file(files, link_one, (void *)aside, error);
}

static bool move_one(const char *from, const char *name, void *data, GError **error)
{
	const char *folder = data;
	g_autofree char *to = place_in(folder, name, folder);

	if (!give_to_owner_of(from, folder))
		return work_fail("given to its owner", from, error);
	return g_rename(from, to) == 0 || work_fail("moved", from, error);
}

static bool give_all(const char *folder, const char *model, GError **error)
{
	g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		/* One floor of folders: data/cloud. */
		if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)
		            ? !give_all(path, model, error)
		            : !give_to_owner_of(path, model))
			return work_fail("given to its owner", path, error);
	}
	return give_to_owner_of(folder, model) || work_fail("given to its owner", folder, error);
}

static bool exchange(const char *a, const char *b, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(b);

	if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) != 0)
		return work_fail("put in its place", a, error);
	return work_flush_folder(parent, error);
}

static bool put_aside(const char *old, const char *to, GError **error)
{
	return g_rename(old, to) == 0 || work_fail("kept", old, error);
}

bool staging_put(Work *work, Staging *staging, bool aside, char **ret_aside, GError **error)
{
	const Config *config = work->config;
	g_autofree char *ending = stamp();
	g_autofree char *old_data = beside(config->data_directory, ending);
	g_autofree char *old_files = beside(config->files_directory, ending);
	g_autofree char *data = real_of(config->data_directory);
	g_autofree char *mark = g_build_filename(data, MARK, NULL);

	work_begin(work, "exchange", 0);
	if (!work_make_folder(data, 0700, error) ||
	    !work_make_folder(config->files_directory, 0750, error) ||
	    !give_all(staging->data, data, error) ||
	    (aside && !keep_files(config->files_directory, old_files, error)) ||
	    !each_file(staging->files, move_one, config->files_directory, error) ||
	    /* A power cut after the step must not leave names without what they held. */
	    !work_flush_disk(config->files_directory, error) || !work_flush_disk(staging->data, error) ||
	    !work_goes_on(work, error) ||
	    !exchange(staging->data, data, error))
		return false;
	/* From here on it is the restored school; what follows may be cut off and is done later. */
	if (aside ? !put_aside(staging->data, old_data, error) : !work_remove(staging->data))
		return false;
	unlink(mark);
	*ret_aside = aside ? g_steal_pointer(&old_data) : NULL;
	return true;
}

/* --- Settings --- */

/* What was not for everybody is not now: urokd reads it by its group, whoever owned it before. */
static bool close_to_others(const char *path, const char *data, GError **error)
{
	struct stat info;

	return geteuid() != 0 ||
	       (stat(data, &info) == 0 && lchown(path, (uid_t)-1, info.st_gid) == 0) ||
	       work_fail("given to urokd", path, error);
}

static bool place_one(const char *path, GBytes *content, bool is_open, const char *data, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *old = NULL;
	g_autofree char *other = NULL;
	gsize size;
	gsize old_size = 0;
	const void *bytes = g_bytes_get_data(content, &size);
	bool there = g_file_get_contents(path, &old, &old_size, NULL);

	if (there && old_size == size && memcmp(old, bytes, size) == 0)
		return true;
	other = there ? g_strconcat(path, ".from-backup", NULL) : g_strdup(path);
	return work_make_folder(folder, 0755, error) &&
	       work_write_file(other, bytes, size, is_open ? 0644 : 0640, error) &&
	       (is_open || close_to_others(other, data, error));
}

/* Those who trusted the school's own authority go on trusting it: the set comes back as one, and
 * urok-tls makes what the machine's new name needs. */
static bool place_certificates(Work *work, const Night *night, GError **error)
{
	g_autoptr(GArray) files = g_array_new(TRUE, TRUE, sizeof(FolderFile));
	g_autoptr(Folder) folder = NULL;
	GHashTableIter walk;
	void *name;
	void *content;

	g_hash_table_iter_init(&walk, night->small);
	while (g_hash_table_iter_next(&walk, &name, &content)) {
		FolderFile file = {.bytes = content};

		if (!g_str_has_prefix(name, "tls/") || strchr((char *)name + strlen("tls/"), '/'))
			continue;
		file.name = (char *)name + strlen("tls/");
		file.mode = g_str_has_suffix(name, ".key") ? 0600 : 0644;
		g_array_append_val(files, file);
	}
	if (!files->len)
		return true;
	folder = folder_open(work->certificates, error);
	return folder && folder_replace(folder, (const FolderFile *)files->data, false, error) &&
	       folder_announce(folder, error);
}

bool place_settings(Work *work, const Night *night, GError **error)
{
	g_autofree char *folder = work->config->path ? g_path_get_dirname(work->config->path) : NULL;
	GHashTableIter walk;
	void *name;
	void *content;

	g_hash_table_iter_init(&walk, night->small);
	while (folder && g_hash_table_iter_next(&walk, &name, &content)) {
		g_autofree char *path = NULL;
		void *mode = NULL;
		bool is_open;

		if (!g_str_has_prefix(name, "etc/"))
			continue;
		is_open = !g_hash_table_lookup_extended(night->modes, name, NULL, &mode) ||
		          GPOINTER_TO_INT(mode) & S_IROTH;
		path = g_build_filename(folder, (char *)name + strlen("etc/"), NULL);
		if (!place_one(path, content, is_open, work->config->data_directory, error))
			return false;
	}
	return place_certificates(work, night, error);
}
