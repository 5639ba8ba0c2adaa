/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A body as a file without a name: it is there as long as somebody holds it, and no longer. */
#include "http/spool-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SPOOLS_MAX 24 /* at once: so many times the largest body may lie on the disk */

bool request_spools(const Request *self)
{
	return self->entry && (self->entry->route.flags & ROUTE_SPOOLS);
}

static int open_unlinked(const char *directory)
{
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	g_autofree char *name = NULL;

	if (fd >= 0 || errno != EOPNOTSUPP)
		return fd;
	/* A file system that cannot make one without a name. */
	name = g_build_filename(directory, ".spool-XXXXXX", NULL);
	fd = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlink(name);
	return fd;
}

bool spool_open(Request *self, GError **error)
{
	if (!body_is_announced(self))
		return true;
	if (self->http->spools >= SPOOLS_MAX)
		return error_reason(error, ERROR_UNAVAILABLE, "jobs-full", NULL,
		                    "Too much is being sent already; try again in a moment");
	self->spool = open_unlinked(self->http->spool_directory);
	if (self->spool < 0)
		return error_set(error, errno == ENOSPC ? ERROR_NO_SPACE : ERROR_INTERNAL,
		                 "There is no file for a body: %s", g_strerror(errno));
	self->http->spools++;
	return true;
}

void spool_close(Request *self)
{
	if (self->spool < 0)
		return;
	close(self->spool);
	self->spool = -1;
	self->http->spools--;
}

void spool_write(Request *self, const char *data, size_t size)
{
	g_autoptr(GError) error = NULL;

	while (size > 0) {
		ssize_t written = write(self->spool, data, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			error_set(&error, errno == ENOSPC ? ERROR_NO_SPACE : ERROR_INTERNAL,
			          "A body could not be written: %s", g_strerror(errno));
			request_fail(self, error);
			return;
		}
		data += written;
		size -= (size_t)written;
		self->spooled += (size_t)written;
	}
}
