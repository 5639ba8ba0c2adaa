-- SPDX-License-Identifier: LGPL-2.1-or-later
-- A room of the tests: notes by name.

CREATE TABLE note ( -- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	text TEXT,
	hlc INTEGER NOT NULL
) STRICT;

CREATE TABLE note_count ( -- class: derived
	one INTEGER PRIMARY KEY CHECK (one = 1),
	notes INTEGER NOT NULL
) STRICT;

CREATE TABLE note_key ( -- class: secret
	note_id TEXT NOT NULL,
	part INTEGER NOT NULL,
	bytes BLOB,
	hint TEXT,
	PRIMARY KEY (note_id, part)
) STRICT, WITHOUT ROWID;
