-- SPDX-License-Identifier: LGPL-2.1-or-later
-- A class of the year before that goes on as this one; and years that were removed, whose row stays for classes that were.
ALTER TABLE school_year ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE class ADD COLUMN from_key INTEGER REFERENCES class (key);
CREATE INDEX class_by_from ON class (from_key);
