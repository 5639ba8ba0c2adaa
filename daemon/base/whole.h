/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A descriptor takes all of something, or it fails. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* To a file: false with errno, and what came before the failure is written. */
bool whole_write(int fd, const void *data, size_t size);
