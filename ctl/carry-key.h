/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The key that two boxes of a school share, as age(1) reads it. */
#pragma once

#include <glib.h>
#include <stdint.h>

#define CARRY_KEY_SIZE 32

/* "AGE-SECRET-KEY-1...": Bech32 (BIP 173). Owned, for secret_free(). */
char *carry_key_format(const uint8_t key[CARRY_KEY_SIZE]);
