/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How much a kind may take. A part of the door, which urok-backup asks too: it has a copy of the
 * database and no daemon. */
#pragma once

#include "store/store.h"

typedef struct {
	int64_t most_bytes; /* 0: no limit */
	bool oldest_go;     /* the oldest make room; else what is new is refused */
} SpaceLimit;

bool space_limit_load(Store *store, const char *kind, SpaceLimit *ret_limit, GError **error);

/* --- Copies, as urok-backup reports them --- */
typedef struct {
	int64_t bytes;  /* that go with it when all older ones are gone */
	bool may_go;    /* neither the newest nor the newest that was proven */
} SpaceCopy;

/* Of copies, the oldest first: how many of the first that may go have to, so that `needed_bytes`
 * more fit into the limit; -1: all of them would not be enough. */
int space_copies_to_go(const SpaceCopy copies[], unsigned n_copies, int64_t used_bytes,
                       int64_t needed_bytes, int64_t most_bytes);
