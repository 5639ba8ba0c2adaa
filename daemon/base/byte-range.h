/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which bytes of how many a message holds: Content-Range (RFC 9110 §14.4), written out in full. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define BYTE_RANGE_MOST (INT64_C(1) << 53)

typedef struct {
	int64_t first;
	int64_t size;  /* of this part; at least 1 */
	int64_t total; /* of all; at most BYTE_RANGE_MOST */
} ByteRange;

/* "bytes 0-99/1000". False, and *ret as it was: it is not exactly that; a total that is not known
 * ("*") says too little here. */
bool byte_range_parse(const char *text, ByteRange *ret);
char *byte_range_format(const ByteRange *self); /* owned */
