/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A run that is interrupted anywhere leaves a pair that nginx can load, and the next one is whole.
 * The linker leads each call that changes the disk through here; a child ends at the Nth. */
#include "played-box.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#define SURVIVED 7

static int steps_left = -1; /* -1: for ever */

static void step(void)
{
	if (steps_left == 0)
		_exit(0);
	if (steps_left > 0)
		steps_left--;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode = 0;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
		step();
	}
	return __real_open(path, flags, mode);
}

/* A power cut may leave half of what was written. */
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	if (steps_left == 0)
		__real_write(fd, data, size / 2);
	step();
	return __real_write(fd, data, size);
}

#define WRAP_1(name, type)                                                                         \
	int __real_##name(type a);                                                                 \
	int __wrap_##name(type a);                                                                 \
	int __wrap_##name(type a)                                                                  \
	{                                                                                          \
		step();                                                                            \
		return __real_##name(a);                                                           \
	}
#define WRAP_2(name, type_a, type_b)                                                               \
	int __real_##name(type_a a, type_b b);                                                     \
	int __wrap_##name(type_a a, type_b b);                                                     \
	int __wrap_##name(type_a a, type_b b)                                                      \
	{                                                                                          \
		step();                                                                            \
		return __real_##name(a, b);                                                        \
	}

WRAP_1(fsync, int)
WRAP_1(unlink, const char *)
WRAP_1(rmdir, const char *)
WRAP_2(fchmod, int, mode_t)
WRAP_2(chmod, const char *, mode_t)
WRAP_2(mkdir, const char *, mode_t)
WRAP_2(rename, const char *, const char *)
WRAP_2(symlink, const char *, const char *)

/* False: the run ended by itself before that step. */
static bool interrupt(Played *box, int steps)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		steps_left = steps;
		box_ensure(&box->box, NULL);
		_exit(SURVIVED);
	}
	g_assert_cmpint(waitpid(child, &status, 0), ==, child);
	g_assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) != SURVIVED;
}

/* The very first run may leave nothing; never half a pair. */
static void test_first(void)
{
	bool was_interrupted = true;

	for (int steps = 0; was_interrupted; steps++) {
		g_auto(Played) box;
		g_autoptr(Pair) server = NULL;
		g_autofree char *chain = NULL;

		played_init(&box, "shkola17", "10.0.0.5");
		was_interrupted = interrupt(&box, steps);
		chain = g_build_filename(box.folder, "server.crt", NULL);
		if (g_file_test(chain, G_FILE_TEST_EXISTS))
			pair_free(played_load(&box, "server"));
		played_ensure(&box);
		server = played_load(&box, "server");
		g_assert_cmpint(steps, <, 1000);
	}
}

/* Later the old pair or the new one is there at each moment, and never without its key. */
static void test_later(void)
{
	bool was_interrupted = true;

	for (int steps = 0; was_interrupted; steps++) {
		g_auto(Played) box;
		g_autoptr(Pair) left = NULL;
		g_autoptr(Pair) authority = NULL;
		g_autoptr(Pair) server = NULL;
		g_autofree char *before = NULL;
		g_autofree char *after = NULL;
		g_autofree char *announced = NULL;
		g_autofree char *current = NULL;
		g_autofree char *link = NULL;

		played_init(&box, "shkola17", "10.0.0.5");
		played_ensure(&box);
		before = played_fingerprint(&box, "ca");
		played_rename(&box, "shkola17", NULL, "10.0.0.6");
		was_interrupted = interrupt(&box, steps);
		left = played_load(&box, "server");
		played_ensure(&box);
		authority = played_load(&box, "ca");
		server = played_load(&box, "server");
		after = played_fingerprint(&box, "ca");
		g_assert_cmpstr(before, ==, after);
		g_assert_true(certificate_is_for(pair_own(server), "10.0.0.6"));
		announced = played_read(&box, "changed");
		link = g_build_filename(box.folder, "current", NULL);
		current = g_file_read_link(link, NULL);
		g_assert_cmpstr(announced, ==, current);
		g_assert_cmpint(steps, <, 1000);
	}
}

/* A disk that takes nothing: a sentence, and all is as it was. */
static void test_read_only(void)
{
	g_auto(Played) box;
	g_autoptr(GError) error = NULL;

	played_init(&box, "shkola17", "10.0.0.5");
	box.box.folder = "/proc/urok-tls";
	g_assert_false(box_ensure(&box.box, &error));
	g_assert_cmpint((int)error_code(error), ==, ERROR_UNAVAILABLE);
	g_assert_nonnull(g_strstr_len(error->message, -1, "/proc/urok-tls cannot be made"));
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/kept/first", test_first);
	g_test_add_func("/kept/later", test_later);
	g_test_add_func("/kept/read-only", test_read_only);
	return g_test_run();
}
