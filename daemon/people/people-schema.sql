-- SPDX-License-Identifier: LGPL-2.1-or-later
-- People, who is whose parent; their secrets, keyed by public ids; their settings.

-- A stamp is the hybrid time and the origin of the event that wrote last, so that two origins'
-- changes end alike in any order.
CREATE TABLE person ( -- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	family_name TEXT NOT NULL,
	given_name TEXT NOT NULL,
	patronymic TEXT,
	display_name TEXT NOT NULL,
	short_name TEXT NOT NULL,
	sort_name TEXT NOT NULL,
	roles INTEGER NOT NULL,
	login TEXT,
	login_folded TEXT UNIQUE,
	birth_date TEXT,
	about TEXT NOT NULL DEFAULT '',
	json TEXT NOT NULL,
	names_stamp TEXT NOT NULL,
	roles_stamp TEXT NOT NULL
) STRICT;

CREATE INDEX person_by_name ON person (sort_name, id);
CREATE INDEX person_administrators ON person (id) WHERE roles & 1;

-- The texts that a search may begin with: family name first, given name first, login; folded.
CREATE TABLE person_search ( -- class: projection
	person_key INTEGER NOT NULL REFERENCES person (key),
	what INTEGER NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (person_key, what)
) STRICT, WITHOUT ROWID;

CREATE INDEX person_search_by_text ON person_search (text, person_key);

CREATE TABLE parent_child ( -- class: projection
	child_key INTEGER NOT NULL REFERENCES person (key),
	parent_key INTEGER NOT NULL REFERENCES person (key),
	PRIMARY KEY (child_key, parent_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX parent_child_by_parent ON parent_child (parent_key, child_key);

-- What other rooms put into their answers: `Person` of the contract, rendered when it changes.
CREATE VIEW person_json (key, json) AS SELECT key, json FROM person;

CREATE TABLE password ( -- class: secret
	person_id TEXT PRIMARY KEY,
	hash TEXT NOT NULL,
	changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session ( -- class: secret
	id TEXT PRIMARY KEY,
	digest BLOB NOT NULL UNIQUE,
	person_id TEXT NOT NULL,
	own_device INTEGER NOT NULL,
	device TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	last_seen_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_person ON session (person_id, last_seen_ms);
CREATE INDEX session_by_end ON session (expires_ms);

CREATE TABLE sign_in_code ( -- class: secret
	digest BLOB PRIMARY KEY,
	person_id TEXT NOT NULL,
	expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_code_by_person ON sign_in_code (person_id, expires_ms);
CREATE INDEX sign_in_code_by_end ON sign_in_code (expires_ms);

CREATE TABLE person_setting ( -- class: register
	person_id TEXT PRIMARY KEY,
	language TEXT,
	theme TEXT NOT NULL,
	changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whether and when somebody was here: written every few minutes at most.
CREATE TABLE person_seen ( -- class: local
	person_id TEXT PRIMARY KEY,
	last_seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
