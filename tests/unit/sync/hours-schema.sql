-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The room of tests/unit/sync/hours.c: words that anybody writes, which an erasure empties, and marks.

CREATE TABLE word ( -- class: projection
	id TEXT PRIMARY KEY,
	text TEXT,
	hlc INTEGER NOT NULL,
	event TEXT NOT NULL
) STRICT;

CREATE TABLE gone ( -- class: projection
	id TEXT PRIMARY KEY
) STRICT;

CREATE TABLE mark ( -- class: register
	name TEXT PRIMARY KEY,
	value INTEGER NOT NULL,
	changed INTEGER NOT NULL
) STRICT;
