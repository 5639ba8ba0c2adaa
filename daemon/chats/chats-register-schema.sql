-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Read marks in the order in which they changed, for another end.

ALTER TABLE chat_read ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;

UPDATE chat_read SET changed = numbered.place FROM (SELECT chat_id, person_id, origin, epoch,
	row_number() OVER (ORDER BY chat_id, person_id, origin, epoch) AS place FROM chat_read) numbered
WHERE numbered.chat_id = chat_read.chat_id AND numbered.person_id = chat_read.person_id
	AND numbered.origin = chat_read.origin AND numbered.epoch = chat_read.epoch;

CREATE INDEX chat_read_by_change ON chat_read (changed);
