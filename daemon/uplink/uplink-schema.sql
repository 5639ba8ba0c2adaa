-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Files that rows name, and where they are: at both ends, or on their way to the cloud (going) or from it.
CREATE TABLE file_journey ( -- class: local
	address TEXT PRIMARY KEY,
	way TEXT NOT NULL CHECK (way IN ('up', 'down', 'over')),
	rank INTEGER NOT NULL, -- 0: small, which goes first
	size INTEGER NOT NULL, -- bytes; 0: not known yet
	named_ms INTEGER NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	due_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX file_journey_by_way ON file_journey (way, rank, named_ms);
