-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What a school says of itself beyond its name: for its papers, its Help page, its sign.
ALTER TABLE school ADD COLUMN full_name TEXT;
ALTER TABLE school ADD COLUMN address TEXT;
ALTER TABLE school ADD COLUMN support_phone TEXT;
ALTER TABLE school ADD COLUMN languages TEXT NOT NULL DEFAULT '["ru","en"]';

-- The logo, as addresses of files/. A stamp as in school.
CREATE TABLE school_logo ( -- class: projection
	only INTEGER PRIMARY KEY CHECK (only = 1),
	large TEXT,
	small TEXT,
	stamp TEXT NOT NULL
) STRICT;
