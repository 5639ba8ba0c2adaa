/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Places, the lock, cancelling, progress, and what is told to urokd. */
#include "work.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/whole.h"
#include "crypt.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TELL_EVERY_MS 300
#define SPARE_BYTES   (64 << 20) /* a disk is never filled to its last byte */
#define FOLDERS_OPEN  16
#define REPORT_MAX    (1 << 20)

bool work_fail(const char *what, const char *path, GError **error)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return error_set(error, ERROR_NO_SPACE, "The disk of %s is full. Make room and try again",
		                 path);
	return error_reason(error, ERROR_INTERNAL, CRYPT_DISK, NULL, "%s could not be %s: %s", path, what,
	                    g_strerror(errno));
}

/* --- Beginning and end --- */

static int watch_signals(void)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGHUP);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	return signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool take_lock(Work *self, GError **error)
{
	g_autofree char *path = g_build_filename(self->state, "lock", NULL);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	self->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (self->lock < 0)
		return work_fail("opened", path, error);
	/* urokd asks whether it is held, without taking it. */
	if (fchmod(self->lock, 0644) == 0 && fcntl(self->lock, F_OFD_SETLK, &lock) == 0)
		return true;
	return error_set(error, ERROR_CONFLICT,
	                 "Another backup, restore or proof is at work. Wait for its end, or stop it: "
	                 "systemctl stop urok-backup");
}

/* A run that was killed may have left a school in the clear. */
static void sweep(const Work *self)
{
	static const char *const SCRATCHES[] = {"copy", "empty", "living", "proof"};

	for (size_t i = 0; i < G_N_ELEMENTS(SCRATCHES); i++) {
		g_autofree char *path = g_build_filename(self->state, SCRATCHES[i], NULL);

		work_remove(path);
	}
}

Work *work_new(const Config *config, const char *folder, GError **error)
{
	g_autoptr(Work) self = g_new0(Work, 1);

	self->config = config;
	self->lock = -1;
	self->signals = watch_signals();
	self->folder = g_strdup(folder ? folder : config->backup_folder);
	self->state = g_strdup(config->backup_state);
	self->certificates = g_strdup(config->backup_certificates);
	self->database = g_build_filename(config->data_directory, "urok.db", NULL);
	self->doing = "start";
	if (!work_make_folder(self->state, 0755, error) || !take_lock(self, error))
		return NULL;
	sweep(self);
	return g_steal_pointer(&self);
}

static char *progress_path(const Work *self)
{
	return g_build_filename(self->state, "progress.json", NULL);
}

void work_free(Work *self)
{
	g_autofree char *progress = NULL;

	if (!self)
		return;
	progress = progress_path(self);
	if (self->lock >= 0) {
		/* urokd hears of the file's end, and asks then whether somebody is at work. */
		close(self->lock);
		unlink(progress);
	}
	if (self->shown)
		fprintf(stderr, "\r%*s\r", 50, "");
	if (self->signals >= 0)
		close(self->signals);
	g_free(self->folder);
	g_free(self->state);
	g_free(self->certificates);
	g_free(self->database);
	g_free(self);
}

bool work_goes_on(Work *self, GError **error)
{
	struct signalfd_siginfo told;

	if (read(self->signals, &told, sizeof told) != sizeof told)
		return true;
	return error_reason(error, ERROR_CONFLICT, WORK_CANCELLED, NULL,
	                    "Stopped as asked; nothing is left half done");
}

/* --- Progress --- */

static void tell(Work *self)
{
	g_autofree char *path = progress_path(self);
	g_autoptr(json_t) progress =
	        json_pack("{ss sI sI}", "doing", self->doing, "done", (json_int_t)self->done, "total",
	                  (json_int_t)self->total);
	g_autofree char *text = json_format(progress);

	self->told_ms = clock_boot_ms();
	/* Nobody is worse off without it. */
	(void)work_write_file(path, text, strlen(text), 0644, NULL);
	if (self->json || !isatty(STDERR_FILENO) || !self->total)
		return;
	self->shown = true;
	fprintf(stderr, "\r%-12s %3d %%", self->doing, (int)(self->done * 100 / self->total));
}

void work_begin(Work *self, const char *doing, int64_t total)
{
	self->doing = doing;
	self->total = total;
	self->done = 0;
	tell(self);
}

void work_step(Work *self, int64_t bytes)
{
	self->done = MIN(self->done + bytes, self->total);
	if (clock_boot_ms() - self->told_ms >= TELL_EVERY_MS)
		tell(self);
}

/* --- Files and folders --- */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
	return remove(path);
}

bool work_remove(const char *path)
{
	if (nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0)
		return true;
	return errno == ENOENT;
}

char *work_scratch(Work *self, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(self->state, name, NULL);

	if (!work_remove(path)) {
		work_fail("removed", path, error);
		return NULL;
	}
	return work_make_folder(path, 0700, error) ? g_steal_pointer(&path) : NULL;
}

bool work_check_space(const char *path, int64_t bytes, GError **error)
{
	struct statvfs disk;
	g_autofree char *needed = g_format_size((guint64)bytes);
	g_autofree char *free_text = NULL;
	int64_t free_bytes;

	if (statvfs(path, &disk) != 0)
		return work_fail("read", path, error);
	free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
	if (free_bytes >= bytes + MIN(SPARE_BYTES, bytes / 4 + 65536))
		return true;
	free_text = g_format_size((guint64)free_bytes);
	return error_set(error, ERROR_NO_SPACE,
	                 "The disk of %s has %s free, and up to %s are needed: nothing was written. "
	                 "Make room, or choose another disk",
	                 path, free_text, needed);
}

bool work_make_folder(const char *path, mode_t mode, GError **error)
{
	if (g_mkdir_with_parents(path, (int)mode) == 0)
		return true;
	return work_fail("made", path, error);
}

static bool flush(const char *path, int (*call)(int fd), GError **error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool flushed = fd >= 0 && call(fd) == 0;

	if (!flushed)
		work_fail("flushed", path, error);
	if (fd >= 0)
		close(fd);
	return flushed;
}

bool work_flush_folder(const char *path, GError **error)
{
	return flush(path, fsync, error);
}

bool work_flush_disk(const char *path, GError **error)
{
	return flush(path, syncfs, error);
}

bool work_write_file(const char *path, const void *data, size_t size, mode_t mode, GError **error)
{
	g_autofree char *half = g_strconcat(path, ".half", NULL);
	int fd = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool written;

	if (fd < 0)
		return work_fail("made", path, error);
	/* A stick's FAT knows no modes. */
	written = (fchmod(fd, mode) == 0 || errno == EPERM) && whole_write(fd, data, size) && fsync(fd) == 0 &&
	          rename(half, path) == 0;
	if (!written) {
		work_fail("written", path, error);
		unlink(half);
	}
	close(fd);
	return written;
}

/* --- The report --- */

json_t *work_told(json_t *told, const GError *failure)
{
	json_object_set_new(told, "failure", json_text_or_null(failure ? failure->message : NULL));
	json_object_set_new(told, "reason", json_text_or_null(failure ? error_reason_of(failure) : NULL));
	return told;
}

bool work_report(Work *self, json_t *news, GError **error)
{
	g_autofree char *path = g_build_filename(self->state, "report.json", NULL);
	g_autofree char *old = NULL;
	g_autofree char *text = NULL;
	g_autoptr(json_t) given = news;
	g_autoptr(json_t) report = NULL;
	gsize size = 0;

	if (g_file_get_contents(path, &old, &size, NULL) && size <= REPORT_MAX)
		report = json_parse(old, size, NULL);
	if (!json_is_object(report)) {
		json_decref(report);
		report = json_object();
	}
	json_object_update(report, given);
	text = json_format(report);
	return work_write_file(path, text, strlen(text), 0644, error);
}
