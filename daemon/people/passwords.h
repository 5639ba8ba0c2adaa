/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Passwords: which are too weak, and hashing off the loop, one at a time. */
#pragma once

#include "base/crypto.h"
#include "base/error.h"

#define PASSWORD_BYTES_MIN 8
#define PASSWORD_QUEUE_MAX 512 /* about ten seconds of work */

typedef struct Passwords Passwords;

Passwords *passwords_new(void);
/* Whoever waits still is told no: every callback comes once. */
void passwords_free(Passwords *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Passwords, passwords_free)

/* From the loop. right: the answer of a check; hash: of a hashing, NULL if memory was short. */
typedef void (*PasswordDone)(void *data, bool right, const char *hash);

/* Both copy what they need. ERROR_BUSY when too many wait. hash NULL: nobody has that login; it
 * costs the same and says no. */
bool passwords_check(Passwords *self, const char *password, const char *hash, PasswordDone done,
		     void *data, GError **error);
bool passwords_hash(Passwords *self, const char *password, PasswordDone done, void *data,
		    GError **error);

/* INVALID weak-password with field `password`-like `field`: too short or long, on the list, a run
 * of the keyboard, or made of one of the words (NULL-ended; each may be blank). */
bool passwords_check_strength(const char *field, const char *password, const char *const words[],
			      GError **error);
