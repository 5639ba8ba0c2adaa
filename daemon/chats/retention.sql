-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What chats/ asks of its tables about the time that messages are kept.

-- The index of what has a text is the way: what is gone is passed over.
-- name: list_messages_past
SELECT m.id, m.posted_event, m.edited_event FROM chat c
CROSS JOIN message_origin o
CROSS JOIN message m ON m.chat_key = c.key AND m.origin_key = o.key AND m.hlc < :before
	AND m.text IS NOT NULL
WHERE c.key > :after AND c.key <= :up_to AND c.kind = :kind
	AND c.key NOT IN (SELECT chat_key FROM held_chat)
	AND m.author_key NOT IN (SELECT person_key FROM held_author)
LIMIT :limit;

-- name: count_messages_past
SELECT count(*) FROM chat c
CROSS JOIN message_origin o
CROSS JOIN message m ON m.chat_key = c.key AND m.origin_key = o.key AND m.hlc >= :from
	AND m.hlc < :before AND m.text IS NOT NULL
WHERE c.kind = :kind
	AND c.key NOT IN (SELECT chat_key FROM held_chat)
	AND m.author_key NOT IN (SELECT person_key FROM held_author);

-- name: find_last_chat_key
SELECT coalesce(max(key), 0) FROM chat;

-- name: is_message_held
SELECT 1 FROM message m WHERE m.id = :id
	AND (m.chat_key IN (SELECT chat_key FROM held_chat)
		OR m.author_key IN (SELECT person_key FROM held_author));

-- name: has_words_in_held_chat
SELECT 1 FROM held_chat h
CROSS JOIN message_origin o
CROSS JOIN message m ON m.chat_key = h.chat_key AND m.origin_key = o.key AND m.text IS NOT NULL
	AND m.author_key = (SELECT key FROM person WHERE id = :person)
LIMIT 1;

-- Those that may be named by who is not in them: of two is not among them.
-- name: find_kept_chat
SELECT json_object('id', c.id, 'kind', CASE c.kind WHEN 0 THEN 'staff' WHEN 1 THEN 'class_pupils'
		WHEN 2 THEN 'class_parents' WHEN 3 THEN 'direct' WHEN 4 THEN 'group' ELSE 'channel' END,
	'title', CASE c.kind WHEN 0 THEN 'Учительская' WHEN 1 THEN k.title
		WHEN 2 THEN k.title || ', родители' WHEN 3 THEN '' ELSE c.title END,
	'year', y.title)
FROM chat c LEFT JOIN class k ON k.key = c.class_key LEFT JOIN school_year y ON y.key = k.year_key
WHERE c.id = :id;

-- name: list_kept_chats
SELECT json_object('id', c.id, 'kind', CASE c.kind WHEN 0 THEN 'staff' WHEN 1 THEN 'class_pupils'
		WHEN 2 THEN 'class_parents' WHEN 4 THEN 'group' ELSE 'channel' END,
	'title', CASE c.kind WHEN 0 THEN 'Учительская' WHEN 1 THEN k.title
		WHEN 2 THEN k.title || ', родители' ELSE c.title END,
	'year', y.title)
FROM chat c LEFT JOIN class k ON k.key = c.class_key LEFT JOIN school_year y ON y.key = k.year_key
WHERE c.kind IN (0, 1, 2, 4, 5)
ORDER BY y.from_date DESC, k.grade, k.letter, c.kind, c.title LIMIT :limit;
