-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The log: what happened, in the order in which this box learned of it.

CREATE TABLE log_origin ( -- class: log
	key INTEGER PRIMARY KEY,
	origin TEXT NOT NULL,
	epoch TEXT NOT NULL,
	ours INTEGER NOT NULL,
	last_seq INTEGER NOT NULL,
	last_hash BLOB NOT NULL,
	UNIQUE (origin, epoch)
) STRICT;

CREATE TABLE event ( -- class: log
	seq INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	origin_key INTEGER NOT NULL REFERENCES log_origin (key),
	origin_seq INTEGER NOT NULL,
	hlc INTEGER NOT NULL,
	seen TEXT NOT NULL,
	actor TEXT NOT NULL,
	kind TEXT NOT NULL,
	version INTEGER NOT NULL,
	scope TEXT NOT NULL,
	subject TEXT NOT NULL,
	salt BLOB,
	body TEXT,
	body_mac BLOB NOT NULL,
	hash BLOB NOT NULL,
	UNIQUE (origin_key, origin_seq)
) STRICT;
