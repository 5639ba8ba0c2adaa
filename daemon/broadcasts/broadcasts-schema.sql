-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Cameras, broadcasts and who may watch them.

CREATE TABLE camera (
	-- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	slug TEXT UNIQUE,
	name TEXT,
	added_ms INTEGER NOT NULL
) STRICT;

-- Where a camera is and how to enter it. Makers put passwords into paths, so the whole address is
-- as secret as the password.
CREATE TABLE camera_access (
	-- class: secret
	camera_id TEXT PRIMARY KEY,
	url TEXT NOT NULL,
	login TEXT,
	password TEXT
) STRICT;

-- What was last known of a camera; may be lost.
CREATE TABLE camera_health (
	-- class: local
	camera_id TEXT PRIMARY KEY,
	state TEXT NOT NULL,
	since_ms INTEGER NOT NULL,
	found TEXT,
	still BLOB
) STRICT;

-- ended_ms is NULL while it runs. The camera may be gone, the author may be "system".
CREATE TABLE broadcast (
	-- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	origin TEXT NOT NULL,
	slug TEXT,
	title TEXT,
	camera_id TEXT,
	author_id TEXT NOT NULL,
	started_ms INTEGER NOT NULL,
	ended_ms INTEGER
) STRICT;

CREATE INDEX broadcast_ended ON broadcast (ended_ms, started_ms);

-- kind: 1 the whole school, 2 staff, 3 a class with its teachers, 4 the parents of a class.
CREATE TABLE broadcast_audience (
	-- class: projection
	broadcast_key INTEGER NOT NULL REFERENCES broadcast (key) ON DELETE CASCADE,
	kind INTEGER NOT NULL,
	class_id TEXT NOT NULL,
	PRIMARY KEY (broadcast_key, kind, class_id)
) STRICT, WITHOUT ROWID;

-- Who may watch what by today's membership. To be asked with a person and a broadcast.
CREATE VIEW broadcast_watcher (broadcast_key, person_id) AS
SELECT broadcast.key, person.id
FROM broadcast CROSS JOIN person
WHERE broadcast.author_id = person.id OR (person.roles & 1) <> 0
UNION ALL
SELECT audience.broadcast_key, person.id
FROM broadcast_audience AS audience CROSS JOIN person
WHERE (audience.kind = 1 AND person.roles <> 0) OR (audience.kind = 2 AND (person.roles & 3) <> 0)
UNION ALL
SELECT audience.broadcast_key, person.id
FROM broadcast_audience AS audience
JOIN class ON class.id = audience.class_id
JOIN class_member AS member ON member.class_key = class.key
JOIN person ON person.key = member.person_key
WHERE audience.kind = 3
UNION ALL
SELECT audience.broadcast_key, person.id
FROM broadcast_audience AS audience
JOIN class ON class.id = audience.class_id
JOIN class_member AS member ON member.class_key = class.key AND member.member_as = 1
JOIN parent_child AS family ON family.child_key = member.person_key
JOIN person ON person.key = family.parent_key
WHERE audience.kind = 4;
