/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A copy of the school as it is now: the database in one step, then what the copy before it lacks. */
#include "commands.h"

#include "app/schema.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/place.h"
#include "base/sum.h"
#include "ctl/phrase.h"
#include "events/events.h"
#include "limit.h"
#include "mounts.h"
#include "pieces.h"
#include "reasons.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEFORE_MOST 3 /* of the newest copies are looked at */
#define SMALL_MAX (1 << 20) /* of a file of keys or settings */

typedef struct {
	Work *work;
	Night *night;
	char *scratch;
	char *copy;     /* of the database */
	SignPair *pair; /* who makes it */
	unsigned skipped;
} Making;

/* --- The database --- */

static json_t *school_of(Store *store, GError **error)
{
	g_autoptr(Query) query = store_query(store, "find_school");
	bool row;

	if (!query_next(query, &row, error))
		return NULL;
	if (!row) {
		error_reason(error, ERROR_CONFLICT, REASON_NO_SCHOOL, NULL,
		             "There is no school here yet: finish its first start, then back it up");
		return NULL;
	}
	return json_pack("{ss ss}", "id", query_text(query, 0), "name", query_text(query, 1));
}

json_t *copy_tables(Store *store, GError **error)
{
	static const char *const CLASSES[] = {"log", "projection", "secret", "register", NULL};
	g_autoptr(json_t) tables = json_object();

	for (int i = 0; CLASSES[i]; i++) {
		g_auto(GStrv) names = store_tables(store, CLASSES[i]);

		for (char **name = names; *name; name++) {
			char digest[STORE_DIGEST_SIZE];
			int64_t rows;

			if (!store_digest_table(store, *name, &rows, digest, error))
				return NULL;
			json_object_set_new(tables, *name, json_pack("{sI ss}", "rows", (json_int_t)rows,
			                                             "digest", digest));
		}
	}
	return g_steal_pointer(&tables);
}

/* What the copy holds, for who restores it and for the proof. */
static bool describe(Making *self, GError **error)
{
	g_autoptr(Store) store = schema_open(self->copy, 0, error);
	g_autofree char *heads = store ? events_render_heads(store, error) : NULL;
	json_t *school = heads ? school_of(store, error) : NULL;
	json_t *tables = school ? copy_tables(store, error) : NULL;
	json_t *head = self->night->head;
	char at[TIME_TEXT_SIZE];

	if (!tables || !space_limit_load(store, "backups", &self->work->limit, error)) {
		json_decref(school);
		json_decref(tables);
		return false;
	}
	clock_format(clock_wall_ms(), at);
	json_object_set_new(head, "format", json_integer(NIGHT_FORMAT));
	json_object_set_new(head, "made_at", json_string(at));
	json_object_set_new(head, "version", json_string(UROK_VERSION));
	json_object_set_new(head, "schema", json_integer(store_schema(store)));
	json_object_set_new(head, "school", school);
	json_object_set_new(head, "heads", json_parse(heads, strlen(heads), NULL));
	json_object_set_new(head, "tables", tables);
	return true;
}

static bool list_chunks(Making *self, GError **error)
{
	int fd = open(self->copy, O_RDONLY | O_CLOEXEC);
	g_autoptr(Sum) sum = sum_new();
	char digits[SUM_SIZE];
	char bytes[NIGHT_CHUNK];
	int64_t all = 0;
	ssize_t got = fd < 0 ? -1 : 0;

	while (fd >= 0 && (got = read(fd, bytes, sizeof bytes)) > 0) {
		Blob blob = {.size = got};

		hash_of(bytes, (size_t)got, blob.hash);
		sum_add(sum, bytes, (size_t)got);
		g_array_append_val(self->night->chunks, blob);
		all += got;
	}
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return work_fail("read", self->copy, error);
	sum_end(sum, digits);
	json_object_set_new(self->night->head, "database",
	                    json_pack("{sI ss}", "bytes", (json_int_t)all, "sha256", digits));
	return true;
}

static bool on_copied(void *data, int64_t done_bytes, int64_t all_bytes, GError **error)
{
	Work *work = data;

	work->total = all_bytes;
	work_step(work, done_bytes - work->done);
	return work_goes_on(work, error);
}

static bool take_database(Making *self, GError **error)
{
	struct stat info;

	if (stat(self->work->database, &info) != 0)
		return work_fail("found", self->work->database, error);
	if (!work_check_space(self->scratch, info.st_size, error))
		return false;
	work_begin(self->work, "database", 0);
	return store_copy(self->work->database, self->copy, on_copied, self->work, error) && describe(self, error) &&
	       list_chunks(self, error) && work_goes_on(self->work, error);
}

/* --- Files --- */

static char *file_path(const Making *self, const char *hash)
{
	return place_of_sum(self->work->config->files_directory, hash);
}

/* By its name and size: what it holds is seen when it is written. One that was erased since is none. */
static bool list_file(Making *self, const char *folder, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	Blob blob = {0};
	struct stat info;

	if (!hash_is_valid(name))
		return true;
	if (stat(path, &info) != 0)
		return errno == ENOENT || work_fail("read", path, error);
	g_strlcpy(blob.hash, name, HASH_SIZE);
	blob.size = info.st_size;
	g_array_append_val(self->night->files, blob);
	return true;
}

/* What cannot be read is not empty: a copy without files would be proven, and take the older ones' place. */
static bool list_folder(Making *self, const char *folder, GError **error)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry = NULL;
	bool done = true;

	if (!directory)
		return errno == ENOENT || work_fail("read", folder, error);
	for (errno = 0; done && (entry = readdir(directory)); errno = 0)
		done = list_file(self, folder, entry->d_name, error);
	if (done && errno)
		done = work_fail("read", folder, error);
	closedir(directory);
	return done && work_goes_on(self->work, error);
}

static bool list_files(Making *self, GError **error)
{
	const char *all = self->work->config->files_directory;

	/* urokd makes it at its first start: one that is not there is another one. */
	if (!g_file_test(all, G_FILE_TEST_IS_DIR))
		return error_reason(error, ERROR_UNAVAILABLE, REASON_UNMOUNTED, NULL,
		                    "The school's files are not in %s: nothing was written. Mount their disk, or "
		                    "mend [paths] files",
		                    all);
	work_begin(self->work, "files", 0);
	for (unsigned i = 0; i < 256; i++) {
		g_autofree char *folder = g_strdup_printf("%s/%02x", all, i);

		if (!list_folder(self, folder, error))
			return false;
	}
	return true;
}

static void count_files(Making *self)
{
	const GArray *files = self->night->files;
	int64_t all = 0;

	for (guint i = 0; i < files->len; i++)
		all += g_array_index(files, Blob, i).size;
	json_object_set_new(self->night->head, "files",
	                    json_pack("{si sI}", "count", (int)files->len, "bytes", (json_int_t)all));
}

/* --- What is small --- */

static bool is_small_enough(const char *path, mode_t *ret_mode)
{
	struct stat info;

	if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > SMALL_MAX)
		return false;
	*ret_mode = info.st_mode & 0777;
	return true;
}

/* Settings, keys and ledgers: whole files, but for the database. */
static void take_small(Making *self, const char *folder, const char *group, const char *suffix)
{
	g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *part = g_strconcat(group, name, NULL);
		char *bytes = NULL;
		gsize size = 0;
		mode_t mode = 0;

		if (!name_is_plain(part) || g_str_has_prefix(name, "urok.db") || g_str_has_suffix(name, ".half") ||
		    (suffix && !g_str_has_suffix(name, suffix)) || !is_small_enough(path, &mode) ||
		    !g_file_get_contents(path, &bytes, &size, NULL))
			continue;
		g_hash_table_insert(self->night->modes, g_strdup(part), GINT_TO_POINTER((int)mode));
		g_hash_table_insert(self->night->small, g_steal_pointer(&part),
		                    g_bytes_new_take(bytes, size));
	}
}

static void take_settings(Making *self)
{
	const Config *config = self->work->config;
	g_autofree char *folder = config->path ? g_path_get_dirname(config->path) : NULL;
	g_autofree char *certificates = g_build_filename(self->work->certificates, "current", NULL);
	g_autofree char *cloud = g_build_filename(config->data_directory, "cloud", NULL);
	g_autofree char *more = folder ? g_build_filename(folder, "conf.d", NULL) : NULL;

	take_small(self, config->data_directory, "data/", NULL);
	take_small(self, cloud, "data/cloud/", NULL);
	take_small(self, certificates, "tls/", NULL);
	if (!folder)
		return;
	take_small(self, folder, "etc/", "urok.conf");
	take_small(self, more, "etc/conf.d/", ".conf");
}

/* --- Writing --- */

static int64_t bytes_to_write(const Packer *packer, const GArray *blobs, GHashTable *seen)
{
	int64_t all = 0;

	for (guint i = 0; i < blobs->len; i++) {
		Blob *blob = &g_array_index(blobs, Blob, i);

		if (!packer_has(packer, blob->hash) && g_hash_table_add(seen, blob->hash))
			all += blob->size;
	}
	return all;
}

typedef struct {
	int fd;
	int64_t from;
	bool packed;
} Source;

/* ret_found: what was read, which is in the pack whatever was said of it. */
static bool write_piece(Making *self, Packer *packer, const Blob *said, const Source *source,
                        Blob *ret_found, GError **error)
{
	g_autoptr(Sum) sum = sum_new();
	Blob found = {0};
	char bytes[NIGHT_CHUNK];

	if (!packer_begin(packer, said, source->packed, error))
		return false;
	while (found.size < said->size) {
		size_t size = (size_t)MIN(said->size - found.size, NIGHT_CHUNK);
		ssize_t got = pread(source->fd, bytes, size, source->from + found.size);

		if (got <= 0)
			break;
		sum_add(sum, bytes, (size_t)got);
		found.size += got;
		if (!packer_write(packer, bytes, (size_t)got, error) ||
		    !work_goes_on(self->work, error))
			return false;
	}
	sum_end(sum, found.hash);
	if (strcmp(found.hash, said->hash) != 0)
		packer_correct(packer, &found);
	*ret_found = found;
	return true;
}

static bool write_chunks(Making *self, Packer *packer, GError **error)
{
	Source source = {.fd = open(self->copy, O_RDONLY | O_CLOEXEC), .packed = true};
	bool done = source.fd >= 0 || work_fail("read", self->copy, error);

	for (guint i = 0; done && i < self->night->chunks->len; i++) {
		const Blob *blob = &g_array_index(self->night->chunks, Blob, i);
		Blob found;

		source.from = (int64_t)i * NIGHT_CHUNK;
		if (packer_has(packer, blob->hash))
			continue;
		done = write_piece(self, packer, blob, &source, &found, error) &&
		       (strcmp(found.hash, blob->hash) == 0 ||
		        error_set(error, ERROR_CONFLICT, "%s changed while it was read", self->copy));
	}
	if (source.fd >= 0)
		close(source.fd);
	return done;
}

/* ret_whole: it is what its name says; else it is none of the copy's files. */
static bool write_file(Making *self, Packer *packer, const Blob *blob, bool *ret_whole, GError **error)
{
	g_autofree char *path = file_path(self, blob->hash);
	const Source source = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
	Blob found = {0};
	bool done = true;

	if (source.fd >= 0) {
		done = write_piece(self, packer, blob, &source, &found, error);
		close(source.fd);
	}
	*ret_whole = strcmp(found.hash, blob->hash) == 0;
	return done;
}

/* One that was erased since it was listed is left out, and so is one that its disk has damaged. */
static bool write_files(Making *self, Packer *packer, GError **error)
{
	GArray *files = self->night->files;

	for (guint i = 0; i < files->len; i++) {
		const Blob blob = g_array_index(files, Blob, i);
		g_autofree char *path = file_path(self, blob.hash);
		bool is_whole;

		if (packer_has(packer, blob.hash))
			continue;
		if (!write_file(self, packer, &blob, &is_whole, error))
			return false;
		if (is_whole)
			continue;
		self->skipped += access(path, F_OK) == 0;
		g_array_remove_index(files, i--);
	}
	count_files(self);
	return true;
}

static bool write_all(Making *self, Packer *packer, int key_fd, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	int64_t needed = bytes_to_write(packer, self->night->chunks, seen) +
	                 bytes_to_write(packer, self->night->files, seen);

	if (!work_check_space(self->work->folder, needed, error) ||
	    !limit_check(self->work, key_fd, needed, error))
		return false;
	work_begin(self->work, "copy", needed);
	json_object_set_new(self->night->head, "new_bytes", json_integer(needed));
	return write_chunks(self, packer, error) && write_files(self, packer, error) &&
	       packer_end(packer, error);
}

static bool is_same_school(const Night *before, const Night *night)
{
	return strcmp(night_text(before->head, "school", "id"), night_text(night->head, "school", "id")) == 0;
}

/* The newest copy that this server made and can read: what it holds is not written again. Or that of
 * another school: then this is not the folder. */
static Night *find_before(const Making *self, int key_fd)
{
	Work *work = self->work;
	g_auto(GStrv) names = shelf_list(work->folder, NULL);

	for (guint i = 0; names && names[i] && i < BEFORE_MOST; i++) {
		g_autofree char *path = g_build_filename(work->folder, names[i], NULL);
		g_autoptr(GError) failure = NULL;
		Night *before = shelf_read(path, key_fd, &failure);

		if (before && (!is_same_school(before, self->night) ||
		               (shelf_check_maker(work, before, NULL, true, &failure) &&
		                shelf_check_packs(work->folder, before, &failure))))
			return before;
		log_failure(LOG_WARNING, failure, "%s is of no use for the next copy", names[i]);
		night_free(before);
	}
	return NULL;
}

static bool check_same_school(const Night *before, const Night *night, GError **error)
{
	if (!before || is_same_school(before, night))
		return true;
	return error_reason(error, ERROR_CONFLICT, REASON_OTHERS, NULL,
	                    "This folder holds the backups of another school («%s»): choose another one",
	                    night_text(before->head, "school", "name"));
}

/* A pack that was sealed before the recovery key was printed does not open with it: a copy uses only
 * packs of those who may open all of it. */
static void seal_for(Making *self, char **recipients, Night **before)
{
	g_autofree char *all = g_strjoinv(" ", recipients);
	char tag[HASH_SIZE];

	hash_of(all, strlen(all), tag);
	json_object_set_new(self->night->head, "recipients", json_string(tag));
	if (!*before || strcmp(night_text((*before)->head, NULL, "recipients"), tag) == 0)
		return;
	log_write(LOG_NOTICE, "The recovery key is another one than at the last copy: all is written again");
	g_clear_pointer(before, night_free);
}

/* Whom to forget is known beside each copy: an older one is told of erasures after it. */
static bool put_ledger(const Making *self, GError **error)
{
	GBytes *ledger = g_hash_table_lookup(self->night->small, "data/" LEDGER_NAME);
	g_autofree char *path = g_build_filename(self->work->folder, LEDGER_NAME, NULL);
	const void *bytes;
	gsize size;

	if (!ledger)
		return true;
	bytes = g_bytes_get_data(ledger, &size);
	return work_write_file(path, bytes, size, 0600, error);
}

static bool finish(Making *self, const char *const recipients[], char **ret_path, GError **error)
{
	g_autofree char *name = shelf_new_name();
	g_autofree char *path = g_build_filename(self->work->folder, name, NULL);

	take_settings(self);
	json_object_set_new(self->night->head, "name", json_string(name));
	if (!put_ledger(self, error) || !shelf_write(path, self->night, recipients, self->pair, error))
		return false;
	*ret_path = g_steal_pointer(&path);
	return true;
}

static bool make(Making *self, int key_fd, char **ret_path, bool *ret_recovery, GError **error)
{
	g_autofree char *packs = g_build_filename(self->work->folder, "packs", NULL);
	g_auto(GStrv) recipients = shelf_recipients(self->work, key_fd, ret_recovery, error);
	g_autoptr(Night) before = NULL;
	g_autoptr(Packer) packer = NULL;

	if (!recipients || !work_make_folder(packs, 0700, error))
		return false;
	shelf_sweep(self->work->folder);
	if (!take_database(self, error))
		return false;
	before = find_before(self, key_fd);
	if (!check_same_school(before, self->night, error))
		return false;
	seal_for(self, recipients, &before);
	if (!list_files(self, error))
		return false;
	packer = packer_new(self->work, before, self->night, (const char *const *)recipients);
	return write_all(self, packer, key_fd, error) &&
	       finish(self, (const char *const *)recipients, ret_path, error);
}

static void say_made(const Work *work, const Making *self, const char *path, bool recovery)
{
	json_int_t bytes = json_integer_value(json_object_get(self->night->head, "new_bytes"));
	g_autofree char *size = g_format_size((guint64)bytes);

	if (work->json) {
		g_autoptr(json_t) answer = json_pack("{ss sI sb}", "file", path, "new_bytes", bytes,
		                                     "recovery_key", recovery);
		g_autofree char *text = json_format(answer);

		puts(text);
		return;
	}
	printf(phrase("%s is made: %s were new.\n", "Готово: %s, новых данных — %s.\n"), path, size);
	if (!recovery)
		puts(phrase("No recovery key was printed yet, so only this server can open it: urokctl backup "
		         "key",
		         "Ключ восстановления ещё не напечатан, и открыть копию может только этот сервер: "
		         "urokctl backup key"));
	if (self->skipped)
		printf(phrase("%u files are damaged on this disk and were left out.\n",
		           "Повреждены на этом диске и не вошли в копию файлы: %u.\n"),
		       self->skipped);
}

static bool report_made(Work *work, const Making *self, const char *path, bool recovery,
                        GError **error)
{
	g_autofree char *name = g_path_get_basename(path);

	return work_report(
	        work,
	        work_told(json_pack("{ss ss sI sb si}", "made_at", night_text(self->night->head, NULL, "made_at"),
	                  "file", name, "new_bytes",
	                  json_integer_value(json_object_get(self->night->head, "new_bytes")),
	                  "recovery_key", recovery, "damaged_files", (int)self->skipped), NULL),
	        error);
}

bool command_make(Work *work, const Wishes *wishes, GError **error)
{
	g_autoptr(Night) night = night_new();
	g_autofree char *scratch = NULL;
	g_autofree char *path = NULL;
	Making making = {.work = work, .night = night};
	const char *files = work->config->files_directory;
	bool recovery = false;
	bool done = false;
	int key_fd;

	if (!mounts_check(work, work->folder, error) || !mounts_check(work, files, error) ||
	    !work_make_folder(work->folder, 0700, error))
		return false;
	making.pair = shelf_pair(work, error);
	key_fd = making.pair ? shelf_box_key(work, true, error) : -1;
	scratch = key_fd >= 0 ? work_scratch(work, "copy", error) : NULL;
	if (scratch) {
		making.scratch = scratch;
		making.copy = g_build_filename(scratch, "urok.db", NULL);
		done = make(&making, key_fd, &path, &recovery, error);
		g_free(making.copy);
		work_remove(scratch);
	}
	if (!done)
		shelf_sweep(work->folder);
	done = done && mounts_remember(work, work->folder, error) && mounts_remember(work, files, error) &&
	       shelf_prune(work, key_fd, error) &&
	       (wishes->away || report_made(work, &making, path, recovery, error));
	if (done) {
		list_report(work, key_fd);
		say_made(work, &making, path, recovery);
	}
	pair_free(making.pair);
	if (key_fd >= 0)
		close(key_fd);
	return done;
}

bool command_tidy(Work *work, const Wishes *wishes, GError **error)
{
	int key_fd = shelf_box_key(work, false, error);
	bool done = key_fd >= 0 && shelf_prune(work, key_fd, error) && limit_keep(work, key_fd, error);

	if (done)
		list_report(work, key_fd);
	if (key_fd >= 0)
		close(key_fd);
	return done;
}
