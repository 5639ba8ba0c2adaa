-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Chats that people make: of two, groups, channels. The kinds of the first schema were three, and
-- its CHECK said so: the column is made anew.

DROP INDEX chat_by_class;
ALTER TABLE chat ADD COLUMN any_kind INTEGER NOT NULL DEFAULT 0;
UPDATE chat SET any_kind = kind;
ALTER TABLE chat DROP COLUMN kind;
ALTER TABLE chat RENAME COLUMN any_kind TO kind;
CREATE INDEX chat_by_class ON chat (class_key, kind);

-- Of a chat of two: the pair, in the order of its ids.
ALTER TABLE chat ADD COLUMN one_key INTEGER REFERENCES person (key);
ALTER TABLE chat ADD COLUMN other_key INTEGER REFERENCES person (key);

-- Of a group and a channel. readers: bits of Readers. A stamp as in people-schema.sql.
ALTER TABLE chat ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE chat ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE chat ADD COLUMN readers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;

CREATE INDEX chat_channels ON chat (key) WHERE kind = 5;

-- What somebody may in it, as Part; and the roles (bits) of which one has to be left, 0: any.
ALTER TABLE chat_member ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat_member ADD COLUMN let_in_by INTEGER NOT NULL DEFAULT 0;

CREATE INDEX chat_member_owners ON chat_member (person_key, chat_key) WHERE part = 3;

-- The classes whose pupils and parents read a channel; none: of the whole school.
CREATE TABLE channel_class ( -- class: projection
	chat_key INTEGER NOT NULL REFERENCES chat (key),
	class_key INTEGER NOT NULL REFERENCES class (key),
	PRIMARY KEY (chat_key, class_key)
) STRICT, WITHOUT ROWID;

-- Who reads a channel today: administrators, those who write it, and its audience. readers: 1 the
-- staff, 2 parents, 4 pupils; the latter two, where classes are named, of these.
CREATE VIEW channel_reader (chat_key, person_key) AS
SELECT c.key, p.key FROM chat c JOIN person p
WHERE c.kind = 5 AND NOT c.closed AND (p.roles & 1
	OR c.readers & 1 AND p.roles & 3
	OR c.readers & 2 AND p.roles & 8
		AND (NOT EXISTS (SELECT 1 FROM channel_class named WHERE named.chat_key = c.key)
			OR EXISTS (SELECT 1 FROM parent_child link
				JOIN class_member seat ON seat.person_key = link.child_key AND seat.member_as = 1
				JOIN channel_class named ON named.class_key = seat.class_key
					AND named.chat_key = c.key
				WHERE link.parent_key = p.key))
	OR c.readers & 4 AND p.roles & 4
		AND (NOT EXISTS (SELECT 1 FROM channel_class named WHERE named.chat_key = c.key)
			OR EXISTS (SELECT 1 FROM class_member seat
				JOIN channel_class named ON named.class_key = seat.class_key
					AND named.chat_key = c.key
				WHERE seat.person_key = p.key AND seat.member_as = 1))
	OR EXISTS (SELECT 1 FROM chat_member me WHERE me.chat_key = c.key AND me.person_key = p.key
		AND me.part > 0));
