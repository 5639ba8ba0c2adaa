-- SPDX-License-Identifier: LGPL-2.1-or-later
-- How people are reached, corrections that wait, who is blocked, roles that end, who was helped in.
-- The person's own box has the authority over all of it, so the log's order is theirs.

CREATE TABLE person_contact ( -- class: projection
	person_key INTEGER NOT NULL REFERENCES person (key),
	kind INTEGER NOT NULL CHECK (kind IN (1, 2)), -- as ContactKind
	value TEXT NOT NULL,
	shown INTEGER NOT NULL, -- as Visibility
	event_id TEXT NOT NULL, -- whose body is blanked by the next one
	PRIMARY KEY (person_key, kind)
) STRICT, WITHOUT ROWID;

-- One a person: what is proposed while it waits is added to it. NULL: as it is; '': taken away.
CREATE TABLE person_correction ( -- class: projection
	person_key INTEGER PRIMARY KEY REFERENCES person (key),
	event_id TEXT NOT NULL UNIQUE,
	by_name TEXT NOT NULL, -- a person's id or "console"
	proposed_ms INTEGER NOT NULL,
	family_name TEXT,
	given_name TEXT,
	patronymic TEXT,
	birth_date TEXT
) STRICT;

CREATE INDEX person_correction_by_time ON person_correction (proposed_ms, person_key);

CREATE TABLE person_block ( -- class: projection
	person_key INTEGER PRIMARY KEY REFERENCES person (key),
	since_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE person_role_end ( -- class: projection
	person_key INTEGER NOT NULL REFERENCES person (key),
	role INTEGER NOT NULL, -- as Role
	ends_on TEXT NOT NULL, -- the last day
	PRIMARY KEY (person_key, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX person_role_end_by_day ON person_role_end (ends_on, person_key);

-- Whom somebody else let in again, last: the person is told until they say that they read it.
CREATE TABLE person_recovery ( -- class: projection
	person_key INTEGER PRIMARY KEY REFERENCES person (key),
	by_name TEXT NOT NULL,
	recovered_ms INTEGER NOT NULL
) STRICT;

-- A sign-in code as it is read aloud: the same link, a second key to it.
CREATE TABLE sign_in_words ( -- class: secret
	digest BLOB PRIMARY KEY,
	code_digest BLOB NOT NULL,
	expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_words_by_end ON sign_in_words (expires_ms);

ALTER TABLE person_setting ADD COLUMN birthday_shown INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person_setting ADD COLUMN quiet_from INTEGER; -- minutes after midnight; NULL: never
ALTER TABLE person_setting ADD COLUMN quiet_to INTEGER;
ALTER TABLE person_setting ADD COLUMN recovery_read_ms INTEGER NOT NULL DEFAULT 0;
