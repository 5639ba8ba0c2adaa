-- SPDX-License-Identifier: LGPL-2.1-or-later
-- As long as the log is: a step that takes its time and may be cut off anywhere.
CREATE TABLE next_copy ( -- class: derived
	seq INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	body BLOB
);
INSERT INTO next_copy (seq, kind, body) SELECT seq, kind, body FROM event;
CREATE INDEX next_copy_by_kind ON next_copy (kind, seq);
