-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Complaints about messages, and the openings of a chat that two people agreed on.

CREATE TABLE complaint ( -- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	chat_key INTEGER NOT NULL REFERENCES chat (key),
	message_id TEXT NOT NULL,
	reporter_key INTEGER NOT NULL REFERENCES person (key),
	reason TEXT NOT NULL,
	words TEXT NOT NULL,
	made_hlc INTEGER NOT NULL,
	made_event TEXT NOT NULL,
	decision TEXT, -- kept or removed; NULL: open
	decision_words TEXT,
	decided_by_key INTEGER REFERENCES person (key),
	decided_hlc INTEGER
) STRICT;

CREATE INDEX complaint_by_time ON complaint (made_hlc);
CREATE INDEX complaint_by_reporter ON complaint (reporter_key, message_id);
CREATE INDEX complaint_by_chat ON complaint (chat_key);

-- One person asks with a reason, another confirms. Whoever is in the chat sees that it happened.
CREATE TABLE complaint_opening ( -- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	complaint_key INTEGER NOT NULL REFERENCES complaint (key),
	asked_by_key INTEGER NOT NULL REFERENCES person (key),
	reason TEXT NOT NULL,
	asked_hlc INTEGER NOT NULL,
	confirmed_by_key INTEGER REFERENCES person (key),
	confirmed_hlc INTEGER
) STRICT;

CREATE INDEX complaint_opening_by_complaint ON complaint_opening (complaint_key);
