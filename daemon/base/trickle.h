/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Large writes that go to the disk as they come. What gathers in memory would leave it all at once, and
 * whoever flushes a few pages in that moment (a message's commit) would wait for all of it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	bool is_read_soon; /* else what is on the disk leaves the memory too */
	int64_t waiting;   /* bytes that were not sent on yet */
} Trickle;

/* So many bytes more were written to the file: a few megabytes at a time are sent to the disk, in this
 * thread's priority, each after those before it have arrived. */
void trickle_add(Trickle *self, int fd, int64_t bytes);
