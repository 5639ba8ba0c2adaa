-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The school itself: one row once it is set up.

-- The stamp is the hybrid time and the origin of the event that wrote last.
CREATE TABLE school ( -- class: projection
	only INTEGER PRIMARY KEY CHECK (only = 1),
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	time_zone TEXT NOT NULL,
	support_email TEXT,
	stamp TEXT NOT NULL
) STRICT;
