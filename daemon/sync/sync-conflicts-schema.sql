-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Where two ends changed the same without knowing of each other. Places of this log alone: words
-- and names stand in the events and go with them.

-- What an event is about, of those that may be contested and are few.
CREATE TABLE sync_contested ( -- class: derived
	key TEXT NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_conflict ( -- class: derived
	won INTEGER NOT NULL,
	lost INTEGER NOT NULL,
	how TEXT NOT NULL,
	hlc INTEGER NOT NULL, -- of the later one
	PRIMARY KEY (won, lost, how)
) STRICT, WITHOUT ROWID;

CREATE INDEX sync_conflict_by_time ON sync_conflict (hlc);
