/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How often somebody may try: in memory, bounded, on a clock that the caller reads. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define THROTTLE_KEYS_MAX 8192

typedef struct Throttle Throttle;

typedef struct {
	unsigned free_tries;	/* failures before the first delay */
	int64_t first_delay_ms; /* then doubled with each */
	int64_t longest_ms;	/* never longer: nobody is locked out for ever */
	int64_t forget_ms;	/* after so long without a try all is forgiven */
	int64_t leak_ms;	/* one try is forgiven each so many; 0: none */
} ThrottleLimits;

Throttle *throttle_new(const ThrottleLimits *limits);
void throttle_free(Throttle *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Throttle, throttle_free)

/* Counts a try, before its outcome is known, so that many at once gain nothing. False: not now,
 * and not counted; ret_wait_ms says when. */
bool throttle_try(Throttle *self, const char *key, int64_t now_ms, int64_t *ret_wait_ms);

/* The key of a client's address: all of an IPv6 /64, which a single household owns, is one. */
char *throttle_address(const char *address);

/* The try was right: the key starts anew. */
void throttle_forgive(Throttle *self, const char *key);

/* The try had no outcome (the queue was full): takes it back. */
void throttle_take_back(Throttle *self, const char *key);
