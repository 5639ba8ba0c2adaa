/* SPDX-License-Identifier: LGPL-2.1-or-later
 * age(1) at the other end of a pipe. Keys go to it over a descriptor, never as an argument. */
#include "crypt.h"

#include "base/crypto.h"
#include "base/trickle.h"
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <zstd.h>

#define KEY_FD	   3
#define PIPE_BYTES (1 << 20)
#define SAID_MAX   4096
#define PACK_LEVEL 1
#define RUN_BYTES  65536

struct Sealed {
	char *path;
	int fd; /* the file's, which age writes */
	Trickle trickle;
	GSubprocess *age;
	GOutputStream *into; /* age's, or what packs in front of it */
	ZSTD_CCtx *squeezer; /* NULL: it is not packed so */
	bool ended;
};

struct Opened {
	char *name;
	GSubprocess *age;
	GInputStream *from;
	char *failure; /* what age said when it ended */
	bool packed;
	bool ended;
	ZSTD_DCtx *swell; /* NULL: it is not packed so */
	ZSTD_inBuffer held; /* of `run`: what was read, and how much of it is used */
	bool is_drained;    /* all that was read has come out */
	bool is_whole;      /* and ends where a frame does */
	char run[RUN_BYTES];
};

/* Whoever is killed leaves nobody behind; signals are for us to judge. */
static void prepare_child(void *data)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *start(GSubprocessFlags flags, int key_fd, int out_fd, const char *const words[],
                          GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(flags);
	g_autoptr(GError) failure = NULL;
	GSubprocess *age;

	g_subprocess_launcher_set_child_setup(launcher, prepare_child, NULL, NULL);
	if (key_fd >= 0)
		g_subprocess_launcher_take_fd(launcher, key_fd, KEY_FD);
	if (out_fd >= 0)
		g_subprocess_launcher_take_stdout_fd(launcher, out_fd);
	age = g_subprocess_launcher_spawnv(launcher, words, &failure);
	if (!age)
		error_reason(error, ERROR_UNAVAILABLE, CRYPT_PROGRAM, NULL,
		             "The program %s, which encrypts backups, could not be started: %s. Is the package "
		             "age installed?",
		             words[0], failure->message);
	return age;
}

/* Fewer turns of two programs. Without it they are as right. */
static void widen(int pipe)
{
	(void)fcntl(pipe, F_SETPIPE_SZ, PIPE_BYTES);
}

/* What it said when it ended; NULL: it was content. Owned. */
static char *end_of(GSubprocess *age)
{
	GInputStream *errors = g_subprocess_get_stderr_pipe(age);
	char said[SAID_MAX] = "";
	gsize size = 0;

	g_input_stream_read_all(errors, said, sizeof said - 1, &size, NULL, NULL);
	g_subprocess_wait(age, NULL, NULL);
	if (g_subprocess_get_successful(age))
		return NULL;
	return g_strdup(size ? g_strstrip(said) : "it was killed");
}

static void kill_child(GSubprocess *age)
{
	if (!age)
		return;
	g_subprocess_force_exit(age);
	g_subprocess_wait(age, NULL, NULL);
	g_object_unref(age);
}

static GOutputStream *pack(GOutputStream *into)
{
	g_autoptr(GZlibCompressor) packer =
	        g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, PACK_LEVEL);

	return g_converter_output_stream_new(into, G_CONVERTER(packer));
}

static GInputStream *unpack(GInputStream *from)
{
	g_autoptr(GZlibDecompressor) packer =
	        g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);

	return g_converter_input_stream_new(from, G_CONVERTER(packer));
}

/* --- Writing --- */

/* By errno. */
static void fail_file(const char *what, const char *path, GError **error)
{
	bool full = errno == ENOSPC;

	error_reason(error, full ? ERROR_NO_SPACE : ERROR_INTERNAL, full ? NULL : CRYPT_DISK, NULL,
	             "%s could not be %s: %s", path, what, g_strerror(errno));
}

Sealed *sealed_new(const char *path, const char *const recipients[], Packing packing, GError **error)
{
	g_autoptr(Sealed) self = g_new0(Sealed, 1);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	GOutputStream *input;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	self->path = g_strdup(path);
	self->fd = -1;
	if (fd < 0) {
		fail_file("made", path, error);
		self->ended = true; /* whatever is there is not ours to remove */
		return NULL;
	}
	g_ptr_array_add(words, (char *)"age");
	for (; *recipients; recipients++) {
		g_ptr_array_add(words, (char *)"-r");
		g_ptr_array_add(words, (char *)*recipients);
	}
	g_ptr_array_add(words, NULL);
	self->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	self->age = start(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, -1, fd,
	                  (const char *const *)words->pdata, error);
	if (!self->age)
		return NULL;
	input = g_subprocess_get_stdin_pipe(self->age);
	widen(g_unix_output_stream_get_fd(G_UNIX_OUTPUT_STREAM(input)));
	self->into = packing == PACKING_GZIP ? pack(input) : g_object_ref(input);
	if (packing == PACKING_ZSTD) {
		self->squeezer = ZSTD_createCCtx();
		g_assert(self->squeezer);
		ZSTD_CCtx_setParameter(self->squeezer, ZSTD_c_compressionLevel, PACK_LEVEL);
		ZSTD_CCtx_setParameter(self->squeezer, ZSTD_c_checksumFlag, 1);
	}
	return g_steal_pointer(&self);
}

/* ended: what age has said already; taken. NULL: it is asked. */
static bool fail_sealing(Sealed *self, char *ended, GError **error)
{
	g_autofree char *said = ended;
	bool full;

	g_output_stream_close(g_subprocess_get_stdin_pipe(self->age), NULL, NULL);
	if (!said)
		said = end_of(self->age);
	full = said && strstr(said, "no space left");
	if (said && strstr(said, "input/output error"))
		return error_reason(error, ERROR_INTERNAL, CRYPT_DISK, NULL,
		                    "%s could not be written: the disk or stick fails, or was pulled out",
		                    self->path);
	return error_set(error, full ? ERROR_NO_SPACE : ERROR_INTERNAL, "%s could not be written: %s",
	                 self->path, full ? "the disk is full" : said ? said : "age ended early");
}

static bool squeeze(Sealed *self, const void *data, size_t size, ZSTD_EndDirective end)
{
	char bytes[RUN_BYTES];
	ZSTD_inBuffer in = {data, size, 0};
	size_t left;

	do {
		ZSTD_outBuffer out = {bytes, sizeof bytes, 0};

		left = ZSTD_compressStream2(self->squeezer, &out, &in, end);
		if (ZSTD_isError(left) ||
		    !g_output_stream_write_all(self->into, bytes, out.pos, NULL, NULL, NULL))
			return false;
	} while (end == ZSTD_e_end ? left > 0 : in.pos < in.size);
	return true;
}

bool sealed_write(Sealed *self, const void *data, size_t size, GError **error)
{
	if (self->squeezer ? !squeeze(self, data, size, ZSTD_e_continue)
	                   : !g_output_stream_write_all(self->into, data, size, NULL, NULL, NULL))
		return fail_sealing(self, NULL, error);
	trickle_add(&self->trickle, self->fd, (int64_t)size);
	return true;
}

bool sealed_end(Sealed *self, GError **error)
{
	g_autofree char *said = NULL;

	if ((self->squeezer && !squeeze(self, NULL, 0, ZSTD_e_end)) ||
	    !g_output_stream_close(self->into, NULL, NULL) ||
	    !g_output_stream_close(g_subprocess_get_stdin_pipe(self->age), NULL, NULL))
		return fail_sealing(self, NULL, error);
	said = end_of(self->age);
	if (said)
		return fail_sealing(self, g_steal_pointer(&said), error);
	self->ended = fsync(self->fd) == 0;
	if (!self->ended)
		fail_file("written", self->path, error);
	return self->ended;
}

void sealed_free(Sealed *self)
{
	if (!self)
		return;
	kill_child(self->age);
	g_clear_object(&self->into);
	ZSTD_freeCCtx(self->squeezer);
	if (!self->ended)
		unlink(self->path);
	if (self->fd >= 0)
		close(self->fd);
	g_free(self->path);
	g_free(self);
}

/* --- Reading --- */

/* The same key for several readers, each from its beginning. */
static int reopen(int fd)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);

	return open(path, O_RDONLY | O_CLOEXEC);
}

/* By its first bytes: zstd, or gzip as all was packed before. */
static void find_packing(Opened *self, GInputStream *output)
{
	static const uint8_t MAGIC[] = {0x28, 0xb5, 0x2f, 0xfd};
	GInputStream *buffered = g_buffered_input_stream_new_sized(output, RUN_BYTES);
	GBufferedInputStream *begin = G_BUFFERED_INPUT_STREAM(buffered);
	uint8_t first[sizeof MAGIC] = {0};

	while (g_buffered_input_stream_get_available(begin) < sizeof MAGIC &&
	       g_buffered_input_stream_fill(begin, -1, NULL, NULL) > 0)
		continue;
	g_buffered_input_stream_peek(begin, first, 0, sizeof first);
	self->from = buffered;
	if (memcmp(first, MAGIC, sizeof MAGIC) == 0) {
		self->swell = ZSTD_createDCtx();
		g_assert(self->swell);
		self->is_drained = true;
		return;
	}
	self->from = unpack(buffered);
	g_object_unref(buffered);
}

Opened *opened_new(const char *path, int key_fd, bool packed, GError **error)
{
	static const char *const WORDS[] = {"age", "-d", "-i", "/dev/fd/3", NULL};
	g_autoptr(Opened) self = g_new0(Opened, 1);
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
	        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int key = reopen(key_fd);
	GInputStream *output;

	self->name = g_path_get_basename(path);
	self->packed = packed;
	if (file < 0 || key < 0) {
		error_reason(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_INTERNAL, CRYPT_DISK, NULL,
		             "%s cannot be read: %s", path, g_strerror(errno));
		if (file >= 0)
			close(file);
		if (key >= 0)
			close(key);
		return NULL;
	}
	g_subprocess_launcher_set_child_setup(launcher, prepare_child, NULL, NULL);
	g_subprocess_launcher_take_stdin_fd(launcher, file);
	g_subprocess_launcher_take_fd(launcher, key, KEY_FD);
	self->age = g_subprocess_launcher_spawnv(launcher, WORDS, NULL);
	if (!self->age) {
		error_reason(error, ERROR_UNAVAILABLE, CRYPT_PROGRAM, NULL,
		             "The program age, which opens backups, could not be started. Is the "
		             "package age installed?");
		return NULL;
	}
	output = g_subprocess_get_stdout_pipe(self->age);
	widen(g_unix_input_stream_get_fd(G_UNIX_INPUT_STREAM(output)));
	if (packed)
		find_packing(self, output);
	else
		self->from = g_object_ref(output);
	return g_steal_pointer(&self);
}

/* A stream that broke off has its reason in what age says. */
static bool fail_opening(Opened *self, GError **error)
{
	if (!self->ended)
		self->failure = end_of(self->age);
	self->ended = true;
	if (self->failure && strstr(self->failure, "no identity matched"))
		return error_reason(error, ERROR_FORBIDDEN, CRYPT_NO_KEY, NULL,
		                    "%s is not encrypted for this key", self->name);
	if (self->failure && strstr(self->failure, "input/output error"))
		return error_reason(error, ERROR_INTERNAL, CRYPT_DISK, NULL,
		                    "%s cannot be read to its end: the disk or stick fails, or was pulled out",
		                    self->name);
	return error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
	                    "%s is damaged: it was changed or cut short since it was written (%s)",
	                    self->name, self->failure ? self->failure : "it does not unpack");
}

/* As g_input_stream_read_all(). */
static bool swell(Opened *self, void *ret, size_t size, gsize *ret_got)
{
	ZSTD_outBuffer out = {ret, size, 0};

	while (out.pos < size) {
		size_t left;

		if (self->is_drained && self->held.pos == self->held.size) {
			gssize got = g_input_stream_read(self->from, self->run, sizeof self->run, NULL, NULL);

			if (got <= 0) {
				*ret_got = out.pos;
				return got == 0 && self->is_whole;
			}
			self->held = (ZSTD_inBuffer){self->run, (size_t)got, 0};
		}
		left = ZSTD_decompressStream(self->swell, &out, &self->held);
		if (ZSTD_isError(left))
			return false;
		self->is_whole = left == 0;
		self->is_drained = left == 0 || out.pos < size;
	}
	*ret_got = out.pos;
	return true;
}

int64_t opened_read(Opened *self, void *ret, size_t size, GError **error)
{
	gsize got = 0;

	if (self->swell ? !swell(self, ret, size, &got)
	                : !g_input_stream_read_all(self->from, ret, size, &got, NULL, NULL)) {
		/* What unpacks may have given up while age still has something to say. */
		if (self->packed)
			g_input_stream_close(g_subprocess_get_stdout_pipe(self->age), NULL, NULL);
		fail_opening(self, error);
		return -1;
	}
	if (got == size)
		return (int64_t)got;
	if (!self->ended) {
		self->failure = end_of(self->age);
		self->ended = true;
	}
	if (self->failure) {
		fail_opening(self, error);
		return -1;
	}
	return (int64_t)got;
}

bool opened_end(Opened *self, GError **error)
{
	char more;
	int64_t got = opened_read(self, &more, 1, error);

	if (got < 0)
		return false;
	return got == 0 || error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
	                                "%s is damaged: it is longer than it says", self->name);
}

void opened_free(Opened *self)
{
	if (!self)
		return;
	kill_child(self->age);
	g_clear_object(&self->from);
	ZSTD_freeDCtx(self->swell);
	g_free(self->failure);
	g_free(self->name);
	g_free(self);
}

/* --- Keys --- */

int key_hold(const char *secret, GError **error)
{
	int fd = memfd_create("key", MFD_CLOEXEC);

	if (fd >= 0 && whole_write(fd, secret, strlen(secret)))
		return fd;
	error_set(error, ERROR_INTERNAL, "A key could not be kept in memory: %s", g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* A program's answer of one text. */
static char *ask(int key_fd, const char *const words[], GError **error)
{
	g_autoptr(GSubprocess) age =
	        start(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, key_fd, -1, words,
	              error);
	g_autofree char *failure = NULL;
	char said[SAID_MAX] = "";
	gsize size = 0;

	if (!age)
		return NULL;
	g_input_stream_read_all(g_subprocess_get_stdout_pipe(age), said, sizeof said - 1, &size, NULL,
	                        NULL);
	failure = end_of(age);
	if (failure)
		return error_null(error, ERROR_INVALID, "This is no key: %s", failure);
	return g_strdup(said);
}

char *key_public(int key_fd, GError **error)
{
	static const char *const WORDS[] = {"age-keygen", "-y", "/dev/fd/3", NULL};
	g_autofree char *said = ask(reopen(key_fd), WORDS, error);

	return said ? g_strdup(g_strstrip(said)) : NULL;
}

bool key_new(char **ret_secret, char **ret_public, GError **error)
{
	static const char *const WORDS[] = {"age-keygen", NULL};
	char *said = ask(-1, WORDS, error);
	g_auto(GStrv) lines = said ? g_strsplit(said, "\n", -1) : NULL;

	for (char **line = lines; line && *line; line++) {
		if (g_str_has_prefix(*line, "AGE-SECRET-KEY-"))
			*ret_secret = g_strdup(*line);
		if (g_str_has_prefix(*line, "# public key: "))
			*ret_public = g_strdup(*line + strlen("# public key: "));
	}
	if (!said)
		return false;
	secret_free(said);
	return (*ret_secret && *ret_public) ||
	       error_set(error, ERROR_INTERNAL, "age-keygen made no key");
}
