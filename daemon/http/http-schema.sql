-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What was answered to an Idempotency-Key, for a day.

CREATE TABLE stored_reply (
	-- class: local
	actor TEXT NOT NULL,   -- a person's id or "console"
	key TEXT NOT NULL,
	digest BLOB NOT NULL,  -- of path and body
	status INTEGER NOT NULL,
	body TEXT,             -- NULL: there was none
	made_ms INTEGER NOT NULL,
	PRIMARY KEY (actor, key)
) STRICT;

CREATE INDEX stored_reply_by_age ON stored_reply (made_ms);
