/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who made a copy of a school: a signature by the box's own key, and the mark by which people compare it. */
#pragma once

#include "base/crypto.h"
#include "base/error.h"

#define MAKER_MARK_SIZE 25 /* "3F2A-9C01-77D0-4B1E-A802" and the end */

/* From a school's box.key, 32 bytes. NOT_FOUND: there is none; INTERNAL: it is no key. */
bool maker_load(const char *path, SignPair *ret_pair, GError **error);
bool maker_read(const void *key, size_t size, SignPair *ret_pair, GError **error);

/* The first 80 bits of the public half's digest, for paper. */
void maker_mark(const uint8_t public[SIGN_PUBLIC_SIZE], char ret_mark[MAKER_MARK_SIZE]);
