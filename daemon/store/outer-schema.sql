-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Only in a file that is a view of a truth that lies elsewhere: the last turn of that truth.

CREATE TABLE IF NOT EXISTS outer_turn ( -- class: local
	one INTEGER PRIMARY KEY CHECK (one = 1),
	number INTEGER NOT NULL
) STRICT;
