-- SPDX-License-Identifier: LGPL-2.1-or-later
-- How much of this server's disk a kind of things may take at most.

-- A kind without a row has no limit.
CREATE TABLE space_limit ( -- class: projection
	kind TEXT PRIMARY KEY,
	most_bytes INTEGER, -- NULL: none
	oldest_go INTEGER NOT NULL CHECK (oldest_go IN (0, 1)),
	changed_by TEXT NOT NULL,
	changed_hlc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
