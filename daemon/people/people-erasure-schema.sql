-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Who became somebody else, and who is here no more.

CREATE TABLE person_merged ( -- class: projection
	person_key INTEGER PRIMARY KEY REFERENCES person (key),
	into_key INTEGER NOT NULL REFERENCES person (key)
) STRICT;

CREATE INDEX person_merged_by_into ON person_merged (into_key);

CREATE TABLE person_erased ( -- class: projection
	person_key INTEGER PRIMARY KEY REFERENCES person (key),
	hlc INTEGER NOT NULL
) STRICT;
