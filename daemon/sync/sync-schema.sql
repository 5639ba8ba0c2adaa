-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What is known of other ends, and what an administrator lets leave.

CREATE TABLE sync_choice ( -- class: projection
	kind TEXT PRIMARY KEY,
	allowed INTEGER NOT NULL,
	words TEXT NOT NULL,
	set_by TEXT NOT NULL,
	at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- authority: the origin of the school's own box. filled: content came for what was held.
CREATE TABLE sync_state ( -- class: local
	key INTEGER PRIMARY KEY CHECK (key = 1),
	authority TEXT NOT NULL DEFAULT '',
	filled INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO sync_state (key) VALUES (1);

-- Our older epoch's events that have to come back before ours go on.
CREATE TABLE sync_heal ( -- class: local
	epoch TEXT PRIMARY KEY,
	up_to INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Of another end: what it had when it spoke last (JSON), up to where held content was sent (null:
-- nothing is to be sent).
CREATE TABLE sync_peer ( -- class: local
	name TEXT PRIMARY KEY,
	fill_after INTEGER,
	heard_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_register ( -- class: local
	peer TEXT NOT NULL,
	name TEXT NOT NULL,
	up_to INTEGER NOT NULL,
	PRIMARY KEY (peer, name)
) STRICT, WITHOUT ROWID;
