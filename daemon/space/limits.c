/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a limit asks for: nothing here removes anything. */
#include "space/limits.h"

bool space_limit_load(Store *store, const char *kind, SpaceLimit *ret_limit, GError **error)
{
	g_autoptr(Query) query = store_query(store, "find_space_limit");
	bool row;

	query_bind_text(query, ":kind", kind);
	if (!query_next(query, &row, error))
		return false;
	ret_limit->most_bytes = row ? query_int(query, 0) : 0;
	ret_limit->oldest_go = row && query_int(query, 1) != 0;
	return true;
}

int space_copies_to_go(const SpaceCopy copies[], unsigned n_copies, int64_t used_bytes,
                       int64_t needed_bytes, int64_t most_bytes)
{
	int64_t over_bytes = used_bytes + needed_bytes - most_bytes;
	int count = 0;

	for (unsigned i = 0; i < n_copies && over_bytes > 0; i++) {
		if (!copies[i].may_go)
			continue;
		over_bytes -= copies[i].bytes;
		count++;
	}
	return over_bytes > 0 ? -1 : count;
}
