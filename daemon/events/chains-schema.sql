-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The log beside another end's.

-- Only the digests are here: salt is the skeleton's, the other fields are empty.
ALTER TABLE event ADD COLUMN held INTEGER NOT NULL DEFAULT 0;

-- In the log and not in the rows. why: 0 refused or failed, 1 discarded, 2 from a newer program.
CREATE TABLE event_aside ( -- class: log
	event TEXT PRIMARY KEY,
	why INTEGER NOT NULL,
	words TEXT NOT NULL,
	at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an erasure or retention blanked, so that it is blanked everywhere.
CREATE TABLE event_blanked ( -- class: log
	place INTEGER PRIMARY KEY,
	event TEXT NOT NULL UNIQUE
) STRICT;
