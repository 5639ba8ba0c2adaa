/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A new release takes over a copy of the school's data before it takes over the school. */
#include "app/rehearsal.h"

#include "app/schema.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "events/events.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SPARE_BYTES (64 << 20) /* that the school may go on to write meanwhile */
#define COPIES	    3          /* the one that is kept, and one that is rewritten: at worst twice as large */

static const char *const COMPANIONS[] = {"", "-wal", "-shm", ".lock", NULL};

/* What SQLite lays beside a file. */
static void wipe_companions(const char *path)
{
	for (int i = 1; COMPANIONS[i]; i++) {
		g_autofree char *file = g_strconcat(path, COMPANIONS[i], NULL);

		g_unlink(file);
	}
}

static void wipe(const char *path)
{
	g_unlink(path);
	wipe_companions(path);
}

static int64_t size_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? info.st_size : 0;
}

static bool check_room(const char *database, const char *folder, GError **error)
{
	g_autofree char *wal = g_strconcat(database, "-wal", NULL);
	int64_t wanted = COPIES * (size_of(database) + size_of(wal)) + SPARE_BYTES;
	struct statvfs disk;
	g_autofree char *text = g_format_size((guint64)wanted);

	if (statvfs(folder, &disk) != 0)
		return error_set(error, ERROR_INTERNAL, "Cannot look at %s: %s", folder,
		                 g_strerror(errno));
	return (int64_t)(disk.f_bavail * disk.f_frsize) >= wanted ||
	       error_set(error, ERROR_NO_SPACE,
	                 "The disk has too little room for a copy of the school's data: make %s free",
	                 text);
}

/* A file and its name are on the disk. */
static bool flush(const char *path, const char *folder, GError **error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = file >= 0 && place >= 0 && fsync(file) == 0 && fsync(place) == 0;
	int code = errno;

	if (file >= 0)
		close(file);
	if (place >= 0)
		close(place);
	return done || error_set(error, ERROR_INTERNAL, "Cannot flush %s: %s", path,
	                         g_strerror(code));
}

static bool move(const char *from, const char *to, GError **error)
{
	return g_rename(from, to) == 0 ||
	       error_set(error, ERROR_INTERNAL, "Cannot move %s: %s", from, g_strerror(errno));
}

/* Whole or not there under its name. */
static bool keep_copy(const char *database, const char *folder, const char *kept, GError **error)
{
	g_autofree char *fresh = g_strconcat(kept, ".new", NULL);

	wipe(fresh);
	if (store_copy(database, fresh, NULL, NULL, error) && flush(fresh, folder, error) &&
	    move(fresh, kept, error))
		return flush(kept, folder, error);
	wipe(fresh); /* what is half takes the room that is wanted */
	return false;
}

/* As the daemon would open it. */
static bool rewrite(const char *kept, const char *folder, int *ret_schema, GError **error)
{
	g_autofree char *scratch = g_build_filename(folder, "rehearsal.db", NULL);
	g_autoptr(Store) store = NULL;
	bool done;

	wipe(scratch);
	if (!store_copy(kept, scratch, NULL, NULL, error)) {
		wipe(scratch);
		return false;
	}
	store = schema_open(scratch, 0, error);
	done = store != NULL;
	if (done)
		*ret_schema = store_schema(store);
	g_clear_pointer(&store, store_close);
	wipe(scratch);
	return done;
}

static bool tell(const char *folder, int from, int to, int64_t took_ms, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "copy.json", NULL);
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *at = g_date_time_format_iso8601(now);
	g_autoptr(json_t) told = json_pack("{ss si si sI}", "at", at, "schema", from, "next_schema", to,
	                                   "took_ms", (json_int_t)took_ms);
	g_autofree char *text = json_format(told);

	return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

bool rehearsal_run(const Config *config, const char *folder, GError **error)
{
	g_autofree char *database = g_build_filename(config->data_directory, "urok.db", NULL);
	g_autofree char *kept = g_build_filename(folder, "urok.db", NULL);
	int64_t begun_ms = clock_boot_ms();
	int schema = 0;
	int next = 0;
	bool done;

	if (size_of(database) == 0)
		return true;
	if (!check_room(database, folder, error) || !keep_copy(database, folder, kept, error))
		return false;
	done = store_read_schema(kept, &schema, error) && rewrite(kept, folder, &next, error);
	wipe_companions(kept);
	if (!done || !tell(folder, schema, next, clock_boot_ms() - begun_ms, error))
		return false;
	log_write(LOG_NOTICE, "A copy of the database was taken over: schema %d, here %d, in %d ms",
	          schema, next, (int)(clock_boot_ms() - begun_ms));
	return true;
}

/* --- The way back --- */

/* Events that were written after the copy may be on their way somewhere: what follows is another
 * chain. */
static bool begin_epoch(const char *path, GError **error)
{
	g_autofree char *lock = g_strconcat(path, ".lock", NULL);
	g_autoptr(Store) store = schema_open(path, 0, error);
	bool done = store && events_begin_epoch(store, error);

	g_clear_pointer(&store, store_close);
	g_unlink(lock);
	return done;
}

/* The file goes first: while it is there, nothing of an earlier way back has to be kept. Its log goes before another
 * file gets its name. */
static bool set_aside(const char *database, const char *folder, GError **error)
{
	g_autofree char *undone = g_build_filename(folder, "urok.db", NULL);

	if (g_mkdir_with_parents(folder, 0700) != 0)
		return error_set(error, ERROR_INTERNAL, "Cannot make %s: %s", folder,
		                 g_strerror(errno));
	if (g_file_test(database, G_FILE_TEST_EXISTS)) {
		wipe(undone);
		if (!move(database, undone, error))
			return false;
	}
	for (int i = 1; i <= 2; i++) {
		g_autofree char *from = g_strconcat(database, COMPANIONS[i], NULL);
		g_autofree char *to = g_strconcat(undone, COMPANIONS[i], NULL);

		if (g_file_test(from, G_FILE_TEST_EXISTS) && !move(from, to, error))
			return false;
	}
	return true;
}

bool rehearsal_take_back(const Config *config, GError **error)
{
	g_autofree char *database = g_build_filename(config->data_directory, "urok.db", NULL);
	g_autofree char *back = g_strconcat(database, ".back", NULL);
	g_autofree char *undone = g_build_filename(config->data_directory, "undone", NULL);
	int lock;
	bool done;

	if (!g_file_test(back, G_FILE_TEST_EXISTS))
		return true;
	lock = store_lock(database, error);
	if (lock < 0)
		return false;
	done = begin_epoch(back, error) && set_aside(database, undone, error) &&
	       move(back, database, error) && flush(database, config->data_directory, error);
	close(lock);
	if (done)
		log_write(LOG_NOTICE, "The database is the kept copy again; the one before is in %s",
		          undone);
	return done;
}
