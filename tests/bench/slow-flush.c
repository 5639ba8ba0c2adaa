/* SPDX-License-Identifier: LGPL-2.1-or-later
 * LD_PRELOAD: a disk whose flush takes UROK_FLUSH_MS, as a school's may, and that counts the
 * flushes of a write-ahead log in the first eight bytes of the file UROK_FLUSH_COUNT. */
#include <dlfcn.h>
#include <fcntl.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static uint64_t *counter_of(const char *path)
{
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *memory =
		fd < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	return memory == MAP_FAILED ? NULL : memory;
}

static bool is_log(int fd)
{
	char link[64], path[4096];
	ssize_t length;

	g_snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path);
	return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int flush(const char *name, int fd)
{
	static uint64_t *counter;
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
	const char *wait_ms = getenv("UROK_FLUSH_MS");

	if (!counter)
		counter = counter_of(getenv("UROK_FLUSH_COUNT"));
	if (counter && is_log(fd))
		__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
	if (wait_ms) {
		struct timespec time = {0, atol(wait_ms) * 1000000};

		clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
	}
	return real(fd);
}

__attribute__((visibility("default"))) int fsync(int fd)
{
	return flush("fsync", fd);
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
	return flush("fdatasync", fd);
}
