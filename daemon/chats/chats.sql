-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What chats/ asks of its tables.

-- name: find_chat_member
SELECT c.key, p.key, c.kind, k.id, me.joined, me.part, (SELECT id FROM person
	WHERE key = iif(c.one_key = p.key, c.other_key, c.one_key)),
	EXISTS (SELECT 1 FROM school_year y JOIN school_year later ON later.from_date > y.from_date
		AND later.from_date <= :today AND later.removed = 0
		WHERE y.key = k.year_key)
FROM chat c
JOIN person p ON p.id = :person
JOIN chat_member me ON me.chat_key = c.key AND me.person_key = p.key
LEFT JOIN class k ON k.key = c.class_key
WHERE c.id = :chat;

-- name: list_chat_ids_of
SELECT c.id FROM chat_member me JOIN chat c ON c.key = me.chat_key
WHERE me.person_key = (SELECT key FROM person WHERE id = :person);

-- name: find_chat_title
SELECT CASE c.kind WHEN 0 THEN 'Учительская' WHEN 1 THEN k.title
	WHEN 2 THEN k.title || ', родители' WHEN 3 THEN NULL ELSE c.title END
FROM chat c LEFT JOIN class k ON k.key = c.class_key WHERE c.id = :chat;

-- One chat, or with :chat_key NULL all. The object is left open for what the rules say: whether
-- its reader may write there, which hangs on the other one of two.
-- name: list_chats
SELECT rtrim(json_object('id', c.id, 'kind', CASE c.kind WHEN 0 THEN 'staff'
		WHEN 1 THEN 'class_pupils' WHEN 2 THEN 'class_parents' WHEN 3 THEN 'direct'
		WHEN 4 THEN 'group' ELSE 'channel' END,
	'title', CASE c.kind WHEN 0 THEN 'Учительская' WHEN 1 THEN k.title
		WHEN 2 THEN k.title || ', родители' WHEN 3 THEN pair.display_name ELSE c.title END,
	'about', c.about, 'with', json((SELECT json FROM person_json WHERE key = pair.key)),
	'opened', json(iif(EXISTS (SELECT 1 FROM complaint t JOIN complaint_opening given
		ON given.complaint_key = t.key AND given.confirmed_hlc > 0 WHERE t.chat_key = c.key),
		'true', 'false')),
	'readers', json(CASE c.kind WHEN 5 THEN '[' || trim(iif(c.readers & 1, '"staff",', '')
		|| iif(c.readers & 2, '"parents",', '') || iif(c.readers & 4, '"pupils",', ''), ',')
		|| ']' END),
	'classes', (SELECT json_group_array(json_object('id', k.id, 'title', k.title))
		FROM channel_class named JOIN class k ON k.key = named.class_key
		WHERE named.chat_key = c.key),
	'as', CASE me.part WHEN 1 THEN 'writer' WHEN 2 THEN 'moderator' WHEN 3 THEN 'owner'
		ELSE 'member' END,
	'class', iif(k.key IS NULL, NULL, json_object('id', k.id, 'title', k.title)),
	'member_count', iif(c.kind = 3, 2, c.member_count),
	'unread', (SELECT min(100, ifnull(sum((SELECT count(*) FROM (
			SELECT 1 FROM message m WHERE m.chat_key = u.chat_key
				AND m.origin_key = u.origin_key AND m.hlc >= u.hlc
				AND m.text IS NOT NULL AND m.author_key <> u.reader_key
			LIMIT 100))), 0))
		FROM chat_unread_from u
		WHERE u.chat_key = me.chat_key AND u.reader_key = me.person_key),
	'last_message', json((SELECT l.head
			|| trim(json_object('text', l.text, 'client_id', l.client_id), '{}') || l.tail
			|| iif(l.quote_head IS NULL, ',"reply_to":null}', l.quote_head || ltrim(json_object(
				'author_name', l.quote_author, 'text', l.quote_text), '{') || '}')
		FROM message_for_reader l
		WHERE l.reader_key = me.person_key AND l.chat_key = me.chat_key AND l.hlc >= l.joined
		ORDER BY l.hlc DESC, l.origin_order DESC LIMIT 1)),
	'read_up_to', (SELECT m.id FROM chat_read r
		CROSS JOIN message_origin o ON o.origin = r.origin AND o.epoch = r.epoch
		CROSS JOIN message m ON m.chat_key = c.key AND m.hlc = r.hlc AND m.origin_key = o.key
		WHERE r.chat_id = c.id AND r.person_id = p.id AND +r.hlc >= me.joined
		ORDER BY r.hlc DESC LIMIT 1)), '}'),
	c.kind, me.part, pair.id,
	EXISTS (SELECT 1 FROM school_year y JOIN school_year later ON later.from_date > y.from_date
		AND later.from_date <= :today AND later.removed = 0
		WHERE y.key = k.year_key)
FROM person p
JOIN chat_member me ON me.person_key = p.key
JOIN chat c ON c.key = me.chat_key
LEFT JOIN class k ON k.key = c.class_key
LEFT JOIN person pair ON pair.key = iif(c.one_key = p.key, c.other_key, c.one_key)
WHERE p.id = :reader AND (:chat_key IS NULL OR me.chat_key = :chat_key)
ORDER BY (SELECT max(m.hlc) FROM message m WHERE m.chat_key = c.key AND m.hlc >= me.joined)
	DESC NULLS LAST, c.id;

-- name: list_class_chats
SELECT json_group_array(json_object('id', c.id,
	'kind', iif(c.kind = 1, 'class_pupils', 'class_parents'),
	'title', iif(c.kind = 1, k.title, k.title || ', родители')))
FROM class k
JOIN chat c ON c.class_key = k.key AND c.kind IN (1, 2)
JOIN chat_member me ON me.chat_key = c.key
	AND me.person_key = (SELECT key FROM person WHERE id = :person)
WHERE k.id = :class;

-- Of a channel those who write it: nobody reads who reads it.
-- name: list_chat_members
SELECT p.id, json_insert(p.json, '$.as', CASE
		WHEN c.kind = 0 OR c.kind >= 3 AND p.roles & 3
			THEN iif(p.roles & 2, 'teacher', 'administrator')
		WHEN c.kind >= 3 THEN iif(p.roles & 4, 'pupil', 'parent')
		WHEN seat.member_as = 1 AND c.kind = 1 THEN 'pupil'
		WHEN seat.member_as = 2 THEN 'teacher'
		WHEN seat.member_as = 3 THEN 'class_teacher'
		ELSE 'parent' END, '$.part', CASE cm.part WHEN 1 THEN 'writer' WHEN 2 THEN 'moderator'
		WHEN 3 THEN 'owner' ELSE 'member' END)
FROM chat_member cm
JOIN chat c ON c.key = cm.chat_key
JOIN person p ON p.key = cm.person_key
LEFT JOIN class_member seat ON seat.class_key = c.class_key AND seat.person_key = cm.person_key
WHERE cm.chat_key = :chat_key AND (c.kind < 5 OR cm.part > 0)
	AND (:after IS NULL OR (p.sort_name, p.id) > (SELECT sort_name, id FROM person WHERE id = :after))
ORDER BY p.sort_name, p.id LIMIT :limit;

-- name: has_member_cursor
SELECT 1 FROM person WHERE id = :id;

-- name: find_message
SELECT m.hlc, o.origin, m.origin_seq, a.id, m.text, m.reply_to FROM message m
JOIN message_origin o ON o.key = m.origin_key
LEFT JOIN person_merged merged ON merged.person_key = m.author_key
JOIN person a ON a.key = coalesce(merged.into_key, m.author_key)
WHERE m.id = :id AND m.chat_key = :chat_key AND m.hlc >= :joined;

-- name: find_message_json
SELECT head || trim(json_object('text', text, 'client_id', client_id), '{}') || tail
	|| iif(quote_head IS NULL, ',"reply_to":null}', quote_head || ltrim(json_object(
		'author_name', quote_author, 'text', quote_text), '{') || '}')
FROM message_for_reader
WHERE id = :id AND chat_key = :chat_key AND reader_key = :reader_key AND hlc >= joined;

-- name: list_messages_before
SELECT head || trim(json_object('text', text, 'client_id', client_id), '{}') || tail
	|| iif(quote_head IS NULL, ',"reply_to":null}', quote_head || ltrim(json_object(
		'author_name', quote_author, 'text', quote_text), '{') || '}'),
	hlc, origin, origin_seq
FROM message_for_reader
WHERE chat_key = :chat_key AND reader_key = :reader_key AND hlc >= joined AND hlc <= :hlc
	AND (hlc < :hlc OR origin_order < :origin_order)
ORDER BY hlc DESC, origin_order DESC LIMIT :limit;

-- name: list_messages_after
SELECT head || trim(json_object('text', text, 'client_id', client_id), '{}') || tail
	|| iif(quote_head IS NULL, ',"reply_to":null}', quote_head || ltrim(json_object(
		'author_name', quote_author, 'text', quote_text), '{') || '}'),
	hlc, origin, origin_seq
FROM message_for_reader
WHERE chat_key = :chat_key AND reader_key = :reader_key AND hlc >= max(joined, :hlc)
	AND (hlc > :hlc OR origin_order > :origin_order)
ORDER BY hlc, origin_order LIMIT :limit;

-- name: find_first_unread
SELECT m.hlc, o.origin, m.origin_seq FROM chat_unread_from u
JOIN message m ON m.key = (SELECT first.key FROM message first
	WHERE first.chat_key = u.chat_key AND first.origin_key = u.origin_key
		AND first.hlc >= u.hlc AND first.text IS NOT NULL
		AND first.author_key <> u.reader_key
	ORDER BY first.hlc LIMIT 1)
JOIN message_origin o ON o.key = m.origin_key
WHERE u.chat_key = :chat_key AND u.reader_key = :reader_key
ORDER BY m.hlc, o.origin LIMIT 1;

-- The message for those who are in its chat, and whether it and what it quotes lie in the time
-- of all of them.
-- name: find_live_message
SELECT m.head || trim(json_object('text', m.text), '{}') || m.tail,
	iif(m.quote_head IS NULL, ',"reply_to":null}', m.quote_head || ltrim(json_object(
		'author_name', m.quote_author, 'text', m.quote_text), '{') || '}'),
	m.author_id, ifnull(json_quote(m.client_id), 'null'),
	min(m.hlc, ifnull(m.quoted_hlc, m.hlc)) >= (SELECT ifnull(max(joined), 0) FROM chat_member
		WHERE chat_key = m.chat_key)
FROM message_part m
WHERE m.id = :id AND m.chat_key = (SELECT key FROM chat WHERE id = :chat);

-- Up to a place: of each origin the last message before it.
-- name: merge_chat_read
INSERT INTO chat_read (chat_id, person_id, origin, epoch, origin_seq, hlc, changed)
SELECT :chat, :person, o.origin, o.epoch, m.origin_seq, m.hlc,
	(SELECT ifnull(max(changed), 0) + 1 FROM chat_read)
FROM message_origin o
JOIN message m ON m.key = (SELECT last.key FROM message last
	WHERE last.chat_key = (SELECT key FROM chat WHERE id = :chat) AND last.origin_key = o.key
		AND last.hlc <= :hlc - (o.origin > :origin)
	ORDER BY last.hlc DESC LIMIT 1)
WHERE true
ON CONFLICT (chat_id, person_id, origin, epoch) DO UPDATE
SET origin_seq = excluded.origin_seq, hlc = excluded.hlc, changed = excluded.changed
WHERE excluded.hlc > chat_read.hlc;

-- name: take_chat_read
INSERT INTO chat_read (chat_id, person_id, origin, epoch, origin_seq, hlc, changed)
VALUES (:chat, :person, :origin, :epoch, :seq, :hlc,
	(SELECT ifnull(max(changed), 0) + 1 FROM chat_read))
ON CONFLICT (chat_id, person_id, origin, epoch) DO UPDATE
SET origin_seq = excluded.origin_seq, hlc = excluded.hlc, changed = excluded.changed
WHERE excluded.hlc > chat_read.hlc;

-- Marks of one press have one number: all of them or none.
-- name: list_changed_reads
SELECT changed, chat_id, person_id, origin, epoch, origin_seq, hlc FROM chat_read
WHERE changed > :after AND changed <= (SELECT max(changed) FROM (SELECT changed FROM chat_read
	WHERE changed > :after ORDER BY changed LIMIT :limit))
ORDER BY changed;

-- name: list_message_readers
SELECT p.json FROM chat_member cm
JOIN person p ON p.key = cm.person_key
JOIN message m ON m.id = :id AND m.chat_key = cm.chat_key
JOIN message_origin o ON o.key = m.origin_key
JOIN chat_read r ON r.chat_id = :chat AND r.person_id = p.id AND r.origin = o.origin
	AND r.epoch = o.epoch AND r.hlc >= m.hlc
WHERE cm.chat_key = :chat_key AND cm.joined <= m.hlc AND cm.person_key <> m.author_key
ORDER BY p.sort_name, p.id LIMIT 100;

-- name: count_message_unread
SELECT count(*) FROM chat_member cm
JOIN person p ON p.key = cm.person_key
JOIN message m ON m.id = :id AND m.chat_key = cm.chat_key
JOIN message_origin o ON o.key = m.origin_key
WHERE cm.chat_key = :chat_key AND cm.joined <= m.hlc AND cm.person_key <> m.author_key
	AND NOT EXISTS (SELECT 1 FROM chat_read r WHERE r.chat_id = :chat AND r.person_id = p.id
		AND r.origin = o.origin AND r.epoch = o.epoch AND r.hlc >= m.hlc);

-- name: count_message_read
SELECT count(*) FROM chat_member cm
JOIN person p ON p.key = cm.person_key
JOIN message m ON m.id = :id AND m.chat_key = cm.chat_key
JOIN message_origin o ON o.key = m.origin_key
WHERE cm.chat_key = :chat_key AND cm.joined <= m.hlc AND cm.person_key <> m.author_key
	AND EXISTS (SELECT 1 FROM chat_read r WHERE r.chat_id = :chat AND r.person_id = p.id
		AND r.origin = o.origin AND r.epoch = o.epoch AND r.hlc >= m.hlc);

-- name: add_message_sealed
INSERT INTO message_sealed (id, message_id, sealed, until_ms)
VALUES (:id, :message, :sealed, :until_ms);

-- name: remove_message_sealed_past
DELETE FROM message_sealed WHERE until_ms < :now_ms AND NOT EXISTS (SELECT 1 FROM message m
	WHERE m.id = message_sealed.message_id AND (m.chat_key IN (SELECT chat_key FROM held_chat)
		OR m.author_key IN (SELECT person_key FROM held_author)));

-- --- Two accounts that are one ---

-- name: list_chat_ids_in_order
SELECT c.id FROM chat_member me JOIN chat c ON c.key = me.chat_key
WHERE me.person_key = (SELECT key FROM person WHERE id = :person) ORDER BY c.id;

-- name: find_chat_membership
SELECT me.joined, me.part, me.let_in_by, c.kind, (SELECT id FROM person
	WHERE key = iif(c.one_key = p.key, c.other_key, c.one_key))
FROM chat c JOIN person p ON p.id = :person
JOIN chat_member me ON me.chat_key = c.key AND me.person_key = p.key
WHERE c.id = :chat;

-- name: widen_chat_member
UPDATE chat_member SET joined = min(joined, :joined), part = max(part, :part),
	let_in_by = iif(let_in_by = 0 OR :let_in_by = 0, 0, let_in_by | :let_in_by)
WHERE chat_key = (SELECT key FROM chat WHERE id = :chat)
	AND person_key = (SELECT key FROM person WHERE id = :person);

-- name: move_messages
UPDATE message SET chat_key = (SELECT key FROM chat WHERE id = :into)
WHERE chat_key = (SELECT key FROM chat WHERE id = :from);

-- name: move_complaints
UPDATE complaint SET chat_key = (SELECT key FROM chat WHERE id = :into)
WHERE chat_key = (SELECT key FROM chat WHERE id = :from);

-- name: copy_reads_of_chat
INSERT INTO chat_read (chat_id, person_id, origin, epoch, origin_seq, hlc)
SELECT :into, person_id, origin, epoch, origin_seq, hlc FROM chat_read WHERE chat_id = :from
ON CONFLICT (chat_id, person_id, origin, epoch) DO UPDATE
SET origin_seq = excluded.origin_seq, hlc = excluded.hlc WHERE excluded.hlc > chat_read.hlc;

-- name: remove_reads_of_chat
DELETE FROM chat_read WHERE chat_id = :chat;

-- name: copy_reads_of_person
INSERT INTO chat_read (chat_id, person_id, origin, epoch, origin_seq, hlc)
SELECT chat_id, :into, origin, epoch, origin_seq, hlc FROM chat_read
WHERE chat_id IN (SELECT id FROM chat) AND person_id = :from
ON CONFLICT (chat_id, person_id, origin, epoch) DO UPDATE
SET origin_seq = excluded.origin_seq, hlc = excluded.hlc WHERE excluded.hlc > chat_read.hlc;

-- name: mark_chat_moved
UPDATE chat SET moved_key = (SELECT key FROM chat WHERE id = :into), closed = 1
WHERE id = :from OR moved_key = (SELECT key FROM chat WHERE id = :from);

-- name: add_chat
INSERT INTO chat (id, kind, class_key)
VALUES (:id, :kind, (SELECT key FROM class WHERE id = :class))
ON CONFLICT (id) DO NOTHING;

-- name: list_parents_chats_of_child
SELECT c.id FROM class_member seat
JOIN chat c ON c.class_key = seat.class_key AND c.kind = 2
WHERE seat.person_key = (SELECT key FROM person WHERE id = :child);

-- Does this person belong into that chat, by the rows of classes, parents and roles?
-- name: is_chat_meant_for
SELECT CASE c.kind
	WHEN 0 THEN (p.roles & 3) <> 0
	WHEN 1 THEN EXISTS (SELECT 1 FROM class_member seat
		WHERE seat.class_key = c.class_key AND seat.person_key = p.key)
	WHEN 3 THEN EXISTS (SELECT 1 FROM chat_member me
		WHERE me.chat_key = c.key AND me.person_key = p.key)
	WHEN 4 THEN EXISTS (SELECT 1 FROM chat_member me
		WHERE me.chat_key = c.key AND me.person_key = p.key
			AND (me.let_in_by = 0 OR me.let_in_by & p.roles))
	WHEN 5 THEN EXISTS (SELECT 1 FROM channel_reader r
		WHERE r.chat_key = c.key AND r.person_key = p.key)
	ELSE EXISTS (SELECT 1 FROM class_member seat
		WHERE seat.class_key = c.class_key AND seat.person_key = p.key AND seat.member_as <> 1)
		OR EXISTS (SELECT 1 FROM parent_child link
			JOIN class_member seat ON seat.class_key = c.class_key
				AND seat.person_key = link.child_key AND seat.member_as = 1
			WHERE link.parent_key = p.key)
	END
FROM chat c JOIN person p ON p.id = :person
WHERE c.id = :chat;

-- name: add_chat_member
INSERT INTO chat_member (chat_key, person_key, joined, part, let_in_by)
SELECT c.key, p.key, :hlc, :part, :let_in_by FROM chat c JOIN person p ON p.id = :person WHERE c.id = :chat AND NOT c.closed
ON CONFLICT (chat_key, person_key) DO NOTHING;

-- name: remove_chat_member
DELETE FROM chat_member WHERE chat_key = (SELECT key FROM chat WHERE id = :chat)
	AND person_key = (SELECT key FROM person WHERE id = :person);

-- name: fill_pupils_chat
INSERT INTO chat_member (chat_key, person_key, joined)
SELECT c.key, seat.person_key, :hlc FROM chat c JOIN class_member seat ON seat.class_key = c.class_key
WHERE c.id = :id ON CONFLICT (chat_key, person_key) DO NOTHING
RETURNING (SELECT id FROM person WHERE key = person_key);

-- name: fill_parents_chat
INSERT INTO chat_member (chat_key, person_key, joined)
SELECT c.key, seat.person_key, :hlc FROM chat c
JOIN class_member seat ON seat.class_key = c.class_key AND seat.member_as <> 1
WHERE c.id = :id
UNION
SELECT c.key, link.parent_key, :hlc FROM chat c
JOIN class_member seat ON seat.class_key = c.class_key AND seat.member_as = 1
JOIN parent_child link ON link.child_key = seat.person_key
WHERE c.id = :id ON CONFLICT (chat_key, person_key) DO NOTHING
RETURNING (SELECT id FROM person WHERE key = person_key);

-- name: empty_chat
DELETE FROM chat_member WHERE chat_key = (SELECT key FROM chat WHERE id = :id)
RETURNING (SELECT id FROM person WHERE key = person_key);

-- name: add_channels_of_class_before
INSERT INTO channel_class (chat_key, class_key)
SELECT named.chat_key, new.key FROM class new JOIN channel_class named ON named.class_key = new.from_key
WHERE new.id = :class ON CONFLICT (chat_key, class_key) DO NOTHING;

-- name: remove_channels_of_class
DELETE FROM channel_class WHERE class_key = (SELECT key FROM class WHERE id = :class);

-- name: change_chat_member_count
UPDATE chat SET member_count = member_count + :by WHERE id = :chat;

-- name: has_chat_and_author
SELECT 1 FROM chat WHERE id = :chat AND EXISTS (SELECT 1 FROM person WHERE id = :author);

-- name: add_message_origin
INSERT INTO message_origin (origin, epoch) VALUES (:origin, :epoch)
ON CONFLICT (origin, epoch) DO NOTHING;

-- name: find_message_keys
SELECT coalesce(c.moved_key, c.key), p.key, o.key, c.kind FROM chat c
JOIN person p ON p.id = :author
LEFT JOIN message_origin o ON o.origin = :origin AND o.epoch = :epoch
WHERE c.id = :chat;

-- Two statements where one upsert would do: SQLite keeps a journal of each statement that might
-- change several rows, and it takes an upsert with foreign keys for one.
-- name: add_message
INSERT INTO message (id, chat_key, author_key, origin_key, origin_seq, origin_order, hlc,
	sent_at, posted_event, text, reply_to, client_id)
VALUES (:id, :chat_key, :author_key, :origin_key, :origin_seq, :origin_order, :hlc, :sent_at,
	:event, :text, :reply_to, :client_id)
ON CONFLICT (id) DO NOTHING;

-- Of two postings of one id, which only malice makes, all replicas take the same.
-- name: merge_message
UPDATE message SET chat_key = :chat_key, author_key = :author_key, origin_key = :origin_key,
	origin_seq = :origin_seq, origin_order = :origin_order, hlc = :hlc, sent_at = :sent_at,
	posted_event = :event, text = iif(deleted OR edited_hlc, text, :text),
	reply_to = iif(deleted OR edited_hlc, reply_to, :reply_to),
	client_id = iif(deleted OR edited_hlc, NULL, :client_id)
WHERE id = :id AND (posted_event IS NULL OR posted_event >= :event);

-- name: add_message_before_its_posting
INSERT INTO message (id, chat_key) SELECT :id, coalesce(moved_key, key) FROM chat WHERE id = :chat
ON CONFLICT (id) DO NOTHING;

-- name: find_message_bodies
SELECT posted_event, edited_event, edited_hlc, edited_origin, deleted FROM message WHERE id = :id;

-- name: change_message
UPDATE message SET text = iif(deleted, NULL, :text), reply_to = iif(deleted, NULL, :reply_to),
	client_id = NULL, edited_hlc = :hlc, edited_origin = :origin, edited_event = :event
WHERE id = :id;

-- name: remove_message_text
UPDATE message SET deleted = 1, text = NULL, reply_to = NULL, client_id = NULL WHERE id = :id;

-- --- Chats of two ---

-- name: add_direct_chat
INSERT INTO chat (id, kind, one_key, other_key)
SELECT :id, 3, one.key, other.key FROM person one JOIN person other ON other.id = :other
WHERE one.id = :one
ON CONFLICT (id) DO NOTHING;

-- name: list_pair_of_chat
SELECT p.id FROM chat c JOIN person p ON p.key IN (c.one_key, c.other_key) WHERE c.key = :chat_key;

-- name: count_made_chats_of
SELECT count(*) FROM chat_member me JOIN chat c ON c.key = me.chat_key
WHERE me.person_key = (SELECT key FROM person WHERE id = :person) AND c.kind IN (3, 4);

-- Are two people in one conversation today: a group, or a channel that the other one writes? Not by
-- a chat of two, which both keep when they are nothing to each other any more.
-- name: is_in_conversation
SELECT 1 FROM chat_member mine
JOIN chat c ON c.key = mine.chat_key AND c.kind >= 4
JOIN chat_member theirs ON theirs.chat_key = c.key
	AND theirs.person_key = (SELECT key FROM person WHERE id = :other)
	AND (c.kind < 5 OR theirs.part > 0)
WHERE mine.person_key = (SELECT key FROM person WHERE id = :person)
LIMIT 1;

-- name: has_pupil_member
SELECT 1 FROM chat_member me JOIN person p ON p.key = me.person_key
WHERE me.chat_key = :chat_key AND p.roles & 4 LIMIT 1;

-- By names alone: a login, 3, may be a phone or an e-mail, and would be guessed letter by letter.
-- name: list_correspondents
SELECT p.id, shown.json, p.roles, p.sort_name FROM (SELECT DISTINCT person_key FROM person_search
	WHERE text >= :from AND text < :from || char(1114111) AND what < 3) found
JOIN person p ON p.key = found.person_key
JOIN person_json shown ON shown.key = p.key
ORDER BY p.sort_name, p.id;

-- name: find_correspondent
SELECT p.id, shown.json, p.roles, p.sort_name FROM person p
JOIN person_json shown ON shown.key = p.key WHERE p.id = :id;

-- --- Groups and channels ---

-- name: add_group
INSERT INTO chat (id, kind, title, about) VALUES (:id, 4, :title, :about)
ON CONFLICT (id) DO NOTHING;

-- name: add_channel
INSERT INTO chat (id, kind, title, about, readers) VALUES (:id, 5, :title, :about, :readers)
ON CONFLICT (id) DO NOTHING;

-- name: change_made_chat
UPDATE chat SET title = :title, about = :about WHERE id = :id AND kind IN (4, 5);

-- name: change_channel_readers
UPDATE chat SET readers = :readers WHERE id = :id AND kind = 5;

-- name: remove_channel_classes
DELETE FROM channel_class WHERE chat_key = (SELECT key FROM chat WHERE id = :id);

-- name: add_channel_class
INSERT INTO channel_class (chat_key, class_key)
SELECT c.key, k.key FROM chat c JOIN class k ON k.id = :class WHERE c.id = :id
ON CONFLICT (chat_key, class_key) DO NOTHING;

-- name: fill_channel
INSERT INTO chat_member (chat_key, person_key, joined)
SELECT r.chat_key, r.person_key, :hlc FROM channel_reader r
WHERE r.chat_key = (SELECT key FROM chat WHERE id = :id)
ON CONFLICT (chat_key, person_key) DO NOTHING
RETURNING (SELECT id FROM person WHERE key = person_key);

-- name: drain_channel
DELETE FROM chat_member WHERE chat_key = (SELECT key FROM chat WHERE id = :id)
	AND NOT EXISTS (SELECT 1 FROM channel_reader r
		WHERE r.chat_key = chat_member.chat_key AND r.person_key = chat_member.person_key)
RETURNING (SELECT id FROM person WHERE key = person_key);

-- name: count_channel
UPDATE chat SET member_count = (SELECT count(*) FROM chat_member WHERE chat_key = chat.key)
WHERE id = :id;

-- name: list_channel_ids
SELECT id FROM chat WHERE kind = 5;

-- name: count_channels
SELECT count(*) FROM chat WHERE kind = 5 AND NOT closed;

-- A part of a channel goes with the role that it was given by.
-- name: drop_lost_parts
UPDATE chat_member SET part = 0, let_in_by = 0
WHERE person_key = (SELECT key FROM person WHERE id = :person) AND part > 0
	AND let_in_by & (SELECT roles FROM person WHERE id = :person) = 0
	AND (SELECT kind FROM chat WHERE key = chat_key) = 5;

-- name: close_chat
UPDATE chat SET closed = 1 WHERE id = :id AND kind IN (4, 5);

-- name: list_chat_member_ids
SELECT p.id FROM chat c JOIN chat_member me ON me.chat_key = c.key
JOIN person p ON p.key = me.person_key WHERE c.id = :chat;

-- Where a parent, who is not of the staff, is among pupils without a child of their own.
-- name: list_groups_without_child
SELECT c.id FROM person p JOIN chat_member me ON me.person_key = p.key
JOIN chat c ON c.key = me.chat_key AND c.kind = 4
WHERE p.id = :person AND p.roles & 3 = 0
	AND EXISTS (SELECT 1 FROM chat_member other JOIN person pupil ON pupil.key = other.person_key
		WHERE other.chat_key = c.key AND pupil.roles & 4)
	AND NOT EXISTS (SELECT 1 FROM parent_child link JOIN chat_member child
		ON child.chat_key = c.key AND child.person_key = link.child_key
		WHERE link.parent_key = p.key);

-- name: set_chat_part
UPDATE chat_member SET part = :part, let_in_by = :let_in_by
WHERE chat_key = (SELECT key FROM chat WHERE id = :chat)
	AND person_key = (SELECT key FROM person WHERE id = :person);

-- name: has_chat_owner
SELECT 1 FROM chat_member WHERE chat_key = :chat_key AND part = 3 LIMIT 1;

-- name: count_owned_groups
SELECT count(*) FROM chat_member me JOIN chat c ON c.key = me.chat_key AND c.kind = 4
WHERE me.person_key = (SELECT key FROM person WHERE id = :person) AND me.part = 3;

-- name: count_chat_members
SELECT count(*) FROM chat_member WHERE chat_key = :chat_key;

-- name: count_channel_writers
SELECT count(*) FROM chat_member
WHERE chat_key = (SELECT key FROM chat WHERE id = :chat) AND part > 0;

-- Messages of one author, also under an account that has become theirs, some keys at a time.
-- name: list_messages_by
SELECT json_object('id', m.id, 'chat_id', c.id, 'sent_at', m.sent_at, 'text', m.text,
	'reply_to', m.reply_to)
FROM message m JOIN chat c ON c.key = m.chat_key
WHERE m.key > :after AND m.key <= :up_to AND m.text IS NOT NULL AND m.author_key IN (
	SELECT key FROM person WHERE id = :person UNION ALL
	SELECT person_key FROM person_merged
	WHERE into_key = (SELECT key FROM person WHERE id = :person))
ORDER BY m.key;

-- name: list_bodies_by
SELECT id, posted_event, edited_event FROM message
WHERE key > :after AND key <= :up_to AND author_key = (SELECT key FROM person WHERE id = :person)
ORDER BY key;

-- name: find_last_message_key
SELECT coalesce(max(key), 0) FROM message;

-- name: empty_message
UPDATE message SET text = NULL, reply_to = NULL, client_id = NULL WHERE id = :id;

-- name: remove_sealed_of_message
DELETE FROM message_sealed WHERE message_id = :id;

-- name: remove_reads_of
DELETE FROM chat_read WHERE chat_id IN (SELECT id FROM chat) AND person_id = :person;
