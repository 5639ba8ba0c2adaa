-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What a box keeps of its people's other schools. No event makes these rows: they are the directory's
-- last words, and go with the account, with its link to the other school, and by themselves.

CREATE TABLE other_schools ( -- class: local
	person TEXT PRIMARY KEY,
	said_ms INTEGER NOT NULL,
	schools TEXT NOT NULL -- JSON as the directory said it
) STRICT, WITHOUT ROWID;

CREATE INDEX other_schools_by_time ON other_schools (said_ms);

-- Whose links to other schools have ended here, and the directory was not reached yet.
CREATE TABLE school_leaving ( -- class: local
	person TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
