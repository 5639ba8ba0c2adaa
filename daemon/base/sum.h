/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SHA-256 of what comes in parts and is large: a processor's own instructions for it are used. What is
 * small has digest_of() of crypto.h. */
#pragma once

#include <glib.h>
#include <stddef.h>

#define SUM_SIZE 65 /* hexadecimal digits, and the end */

typedef struct Sum Sum;

Sum *sum_new(void);
void sum_free(Sum *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sum, sum_free)

void sum_add(Sum *self, const void *data, size_t size);
/* Once; nothing is added after it. */
void sum_end(Sum *self, char ret_digits[SUM_SIZE]);
