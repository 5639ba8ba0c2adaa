-- SPDX-License-Identifier: LGPL-2.1-or-later
-- For how long the school keeps what, and what a legal hold keeps longer.

-- A kind without a row is kept for good.
CREATE TABLE retention ( -- class: projection
	kind TEXT PRIMARY KEY,
	days INTEGER, -- NULL: for good
	changed_by TEXT NOT NULL,
	changed_hlc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Of a chat or of a person. Ids, because both may be of a room above.
CREATE TABLE legal_hold ( -- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	chat_id TEXT,
	person_id TEXT,
	reason TEXT NOT NULL,
	placed_by TEXT NOT NULL,
	placed_hlc INTEGER NOT NULL,
	placed_event TEXT NOT NULL,
	lifted_by TEXT,
	lifted_hlc INTEGER
) STRICT;

CREATE INDEX legal_hold_by_chat ON legal_hold (chat_id) WHERE lifted_hlc IS NULL;
CREATE INDEX legal_hold_by_person ON legal_hold (person_id);

-- The nights on which something was removed.
CREATE TABLE retention_run ( -- class: local
	at_ms INTEGER PRIMARY KEY,
	took_ms INTEGER NOT NULL,
	removed INTEGER NOT NULL
) STRICT;

-- Whose words stay: those under a hold, and the accounts that became theirs.
CREATE VIEW held_author (person_key) AS
SELECT p.key FROM legal_hold h JOIN person p ON p.id = h.person_id WHERE h.lifted_hlc IS NULL
UNION ALL
SELECT m.person_key FROM legal_hold h JOIN person p ON p.id = h.person_id
JOIN person_merged m ON m.into_key = p.key WHERE h.lifted_hlc IS NULL;
