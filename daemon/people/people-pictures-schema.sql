-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Profile pictures, as addresses of files/. A stamp as in person.
CREATE TABLE person_picture ( -- class: projection
	person_key INTEGER PRIMARY KEY REFERENCES person (key),
	large TEXT,
	small TEXT,
	stamp TEXT NOT NULL
) STRICT;

CREATE INDEX person_picture_by_large ON person_picture (large);
CREATE INDEX person_picture_by_small ON person_picture (small);
