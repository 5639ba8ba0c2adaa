-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the school's other boxes said of themselves when their stick was here last.

-- clock: of the other box when it said so; greeting: JSON, as it came, with `heard`:
-- of which box it had heard, in which epoch of that box.
CREATE TABLE carry_box ( -- class: local
	origin TEXT PRIMARY KEY,
	clock INTEGER NOT NULL,
	heard_ms INTEGER NOT NULL,
	greeting TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Files that a box has, by their content.
CREATE TABLE carry_file ( -- class: local
	origin TEXT NOT NULL,
	address TEXT NOT NULL,
	PRIMARY KEY (address, origin)
) STRICT, WITHOUT ROWID;
