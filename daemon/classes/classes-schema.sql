-- SPDX-License-Identifier: LGPL-2.1-or-later
-- School years, their classes, who sits in them and who teaches them.

CREATE TABLE school_year ( -- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	title TEXT NOT NULL,
	from_date TEXT NOT NULL,
	to_date TEXT NOT NULL
) STRICT;

CREATE INDEX school_year_by_date ON school_year (from_date, id);

CREATE TABLE class ( -- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	year_key INTEGER NOT NULL REFERENCES school_year (key),
	grade INTEGER NOT NULL,
	letter TEXT NOT NULL,
	title TEXT NOT NULL,
	UNIQUE (year_key, grade, letter)
) STRICT;

CREATE TABLE class_member ( -- class: projection
	class_key INTEGER NOT NULL REFERENCES class (key),
	person_key INTEGER NOT NULL REFERENCES person (key),
	member_as INTEGER NOT NULL CHECK (member_as IN (1, 2, 3)), -- as MemberAs
	PRIMARY KEY (class_key, person_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX class_member_by_person ON class_member (person_key, class_key);
