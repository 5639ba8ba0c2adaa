-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Who else stands in a letter's words: it goes with each of them.
CREATE TABLE letter_named ( -- class: secret
	letter_key INTEGER NOT NULL REFERENCES letter (key) ON DELETE CASCADE,
	person_id TEXT NOT NULL,
	PRIMARY KEY (letter_key, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX letter_named_by_person ON letter_named (person_id);

-- Those of before are not known to name anybody, and were given up.
DELETE FROM letter WHERE purpose = 'parent-linked' AND is_over = 1;
