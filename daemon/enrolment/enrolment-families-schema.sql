-- SPDX-License-Identifier: LGPL-2.1-or-later
-- How many parents a child may have where two are not enough, and whom was linked lately.

CREATE TABLE parents_allowed ( -- class: projection
	child_key INTEGER PRIMARY KEY REFERENCES person (key),
	most INTEGER NOT NULL
) STRICT;

-- What people pressed, not what a list brought: the class teacher sees it, and may undo it.
CREATE TABLE parent_news ( -- class: projection
	event_id TEXT PRIMARY KEY,
	child_key INTEGER NOT NULL REFERENCES person (key),
	parent_key INTEGER NOT NULL REFERENCES person (key),
	at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX parent_news_by_child ON parent_news (child_key, at_ms);
CREATE INDEX parent_news_by_parent ON parent_news (parent_key);
