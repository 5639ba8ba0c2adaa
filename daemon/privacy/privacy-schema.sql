-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Which erasures of the ledger were carried out on this database.

CREATE TABLE erasure ( -- class: local
	person_id TEXT PRIMARY KEY,
	begun_ms INTEGER NOT NULL,
	done_ms INTEGER
) STRICT, WITHOUT ROWID;
