-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Who was taken from a child as parent: from then on the class teacher's press stands before every new parent.

CREATE TABLE parent_taken ( -- class: projection
	child_key INTEGER NOT NULL REFERENCES person (key),
	parent_key INTEGER NOT NULL REFERENCES person (key),
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (child_key, parent_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX parent_taken_by_parent ON parent_taken (parent_key);

-- As the log tells it: what was linked again since is nobody's loss.
INSERT INTO parent_taken (child_key, parent_key, at_ms)
SELECT child.key, parent.key, max(event.hlc >> 16) FROM event
JOIN person child ON child.id = event.subject
JOIN person parent ON parent.id = json_extract(event.body, '$.parent')
WHERE event.kind = 'person.parent.unlinked'
	AND NOT EXISTS (SELECT 1 FROM parent_child link
		WHERE link.child_key = child.key AND link.parent_key = parent.key)
	AND NOT EXISTS (SELECT 1 FROM person_erased WHERE person_key = child.key)
GROUP BY child.key, parent.key;

-- Why a pairing waits for the class teacher, as Why; 0: it does not.
ALTER TABLE pairing ADD COLUMN why INTEGER NOT NULL DEFAULT 0;
