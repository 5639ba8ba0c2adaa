/* SPDX-License-Identifier: LGPL-2.1-or-later
 * sync_file_range(2), a few megabytes behind whoever writes. */
#include "base/trickle.h"

#include <fcntl.h>

#define AT_ONCE (4 << 20) /* twice of it at most is on its way: some tens of milliseconds of a slow disk */

void trickle_add(Trickle *self, int fd, int64_t bytes)
{
	self->waiting += bytes;
	if (self->waiting < AT_ONCE)
		return;
	self->waiting = 0;
	/* Whoever wants to be sure of it flushes in the end: what fails here fails there. */
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE);
	if (!self->is_read_soon)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}
