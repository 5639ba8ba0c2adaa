-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The last journey of each way, for whoever looks at a page and not at the console.

CREATE TABLE carry_journey ( -- class: local
	way TEXT PRIMARY KEY, -- "export" or "import"
	begun_ms INTEGER NOT NULL,
	ended_ms INTEGER, -- NULL: it is under way, or broke off
	events INTEGER NOT NULL,
	files INTEGER NOT NULL,
	aside INTEGER NOT NULL -- events in quarantine when it ended
) STRICT, WITHOUT ROWID;
