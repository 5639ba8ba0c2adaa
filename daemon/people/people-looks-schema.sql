-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Who looked at a pupil's data: a row an actor, subject, purpose and ten minutes.

-- A school writes some millions of looks a year, so they name people and purposes by numbers; of
-- their own, because those of projections change when these are made again.
CREATE TABLE look_term ( -- class: local
	key INTEGER PRIMARY KEY,
	term TEXT NOT NULL UNIQUE -- a person's id, "console", or a purpose
) STRICT;

CREATE TABLE look ( -- class: local
	subject_key INTEGER NOT NULL,
	slot INTEGER NOT NULL, -- of ten minutes since 1970
	actor_key INTEGER NOT NULL,
	purpose_key INTEGER NOT NULL,
	PRIMARY KEY (subject_key, slot, actor_key, purpose_key)
) STRICT, WITHOUT ROWID;
