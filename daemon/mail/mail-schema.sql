-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Letters that wait for the school's mail server, and those that it did not take. A letter may hold a link that lets
-- somebody in: nothing of it is in the log, and it goes when the server has taken it.
CREATE TABLE letter ( -- class: secret
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	recipient TEXT NOT NULL,
	subject TEXT NOT NULL,
	text TEXT NOT NULL,
	purpose TEXT NOT NULL,
	about TEXT, -- a person's id, as the author: whom it tells of
	author TEXT,
	posted_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL,
	next_ms INTEGER NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	is_over INTEGER NOT NULL DEFAULT 0, -- 1: it is not tried again by itself
	reason TEXT, -- of the last try
	server_code INTEGER
) STRICT;

CREATE INDEX letter_by_turn ON letter (is_over, next_ms, key);
CREATE INDEX letter_by_about ON letter (about);
CREATE INDEX letter_by_author ON letter (author);
