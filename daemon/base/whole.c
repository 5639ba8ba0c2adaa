/* SPDX-License-Identifier: LGPL-2.1-or-later
 * write(2) until nothing is left. */
#include "base/whole.h"

#include <errno.h>
#include <unistd.h>

bool whole_write(int fd, const void *data, size_t size)
{
	const char *left = data;

	while (size > 0) {
		ssize_t written = write(fd, left, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		left += written;
		size -= (size_t)written;
	}
	return true;
}
