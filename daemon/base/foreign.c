/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Reads what another program wrote, and nothing that it points to. */
#include "base/foreign.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static ssize_t read_all(int fd, char *bytes, size_t size)
{
	size_t done = 0;
	ssize_t got = 1;

	while (done < size && got > 0) {
		got = read(fd, bytes + done, size - done);
		if (got > 0)
			done += (size_t)got;
	}
	return got < 0 ? -1 : (ssize_t)done;
}

GBytes *foreign_read(const char *path, size_t most)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	g_autofree char *bytes = NULL;
	ssize_t size = -1;
	struct stat status;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (size_t)status.st_size <= most) {
		bytes = g_malloc((size_t)status.st_size);
		size = read_all(fd, bytes, (size_t)status.st_size);
	}
	close(fd);
	return size < 0 ? NULL : g_bytes_new_take(g_steal_pointer(&bytes), (size_t)size);
}
