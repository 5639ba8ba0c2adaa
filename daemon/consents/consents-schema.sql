-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What a school asks consent for, in which words, and who has given it for whom.

-- A kind that is not here yet is as consents-defaults.c has it.
CREATE TABLE consent_kind ( -- class: projection
	id TEXT PRIMARY KEY,
	purpose TEXT NOT NULL,
	for_pupils INTEGER NOT NULL, -- a parent gives it; else adults for themselves
	required INTEGER NOT NULL,
	enabled INTEGER NOT NULL,
	version INTEGER NOT NULL,
	counts_from INTEGER NOT NULL, -- the oldest version that is still a yes
	title TEXT NOT NULL,
	text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What somebody agreed to stays readable.
CREATE TABLE consent_text ( -- class: projection
	kind_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	title TEXT NOT NULL,
	text TEXT NOT NULL,
	hlc INTEGER NOT NULL,
	PRIMARY KEY (kind_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent ( -- class: projection
	event_id TEXT PRIMARY KEY,
	kind_id TEXT NOT NULL,
	subject_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	given_by TEXT NOT NULL, -- a person's id, "console" or "system"
	on_paper INTEGER NOT NULL,
	given_hlc INTEGER NOT NULL,
	withdrawn_by TEXT,
	withdrawn_hlc INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX consent_by_subject ON consent (subject_id, kind_id, given_hlc);
CREATE INDEX consent_given ON consent (kind_id, subject_id) WHERE withdrawn_hlc IS NULL;
CREATE INDEX consent_by_giver ON consent (given_by, given_hlc);
