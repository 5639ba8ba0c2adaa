-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the complaints ask of their tables.

-- name: add_complaint
INSERT INTO complaint (id, chat_key, message_id, reporter_key, reason, words, made_hlc,
	made_event)
SELECT :id, c.key, :message, p.key, :reason, :words, :hlc, :event FROM chat c JOIN person p ON p.id = :person
WHERE c.id = :chat
ON CONFLICT (id) DO NOTHING;

-- name: list_complaints_by
SELECT t.id, t.made_event, json_object('id', t.id, 'message', t.message_id, 'reason', t.reason,
	'words', t.words) FROM complaint t
WHERE t.reporter_key = (SELECT key FROM person WHERE id = :person);

-- What others wrote about it: each event whose body has words.
-- name: list_events_of_complaint
SELECT decided_event FROM complaint WHERE id = :id AND decided_event IS NOT NULL
UNION ALL
SELECT o.asked_event FROM complaint t JOIN complaint_opening o ON o.complaint_key = t.key
WHERE t.id = :id AND o.asked_event IS NOT NULL;

-- name: remove_openings_of_complaint
DELETE FROM complaint_opening
WHERE complaint_key = (SELECT key FROM complaint WHERE id = :id);

-- name: remove_complaint
DELETE FROM complaint WHERE id = :id;

-- name: find_own_complaint
SELECT id FROM complaint
WHERE reporter_key = (SELECT key FROM person WHERE id = :person) AND message_id = :message;

-- name: count_open_complaints_of
SELECT count(*) FROM complaint
WHERE reporter_key = (SELECT key FROM person WHERE id = :person) AND decision IS NULL;

-- What judging needs: the chat, its class, the message and its author.
-- name: find_complaint
SELECT t.key, c.key, c.id, k.id, m.id, author.id, m.hlc, m.origin_order, m.text, t.decision, c.kind
FROM complaint t
JOIN chat c ON c.key = t.chat_key
JOIN message m ON m.id = t.message_id
JOIN person author ON author.key = m.author_key
LEFT JOIN class k ON k.key = c.class_key
WHERE t.id = :id;

-- One, or with :id NULL, newest first, those that this person handles: administrators all, class
-- teachers those of their classes' chats, nobody those about their own words.
-- name: list_complaints
SELECT json_object('id', t.id, 'reason', t.reason, 'words', t.words,
	'at', strftime('%Y-%m-%dT%H:%M:%fZ', (t.made_hlc >> 16) / 1000.0, 'unixepoch'),
	'by', json(reporter.json),
	'chat', json_object('id', c.id, 'kind', CASE c.kind WHEN 0 THEN 'staff'
			WHEN 1 THEN 'class_pupils' WHEN 2 THEN 'class_parents' WHEN 3 THEN 'direct'
			WHEN 4 THEN 'group' ELSE 'channel' END,
		'title', CASE c.kind WHEN 0 THEN 'Учительская' WHEN 1 THEN k.title
			WHEN 2 THEN k.title || ', родители' ELSE c.title END),
	'message', json_object('id', m.id, 'author', json(author.json), 'text', m.text,
		'deleted', json(iif(m.text IS NULL, 'true', 'false')), 'sent_at', m.sent_at),
	'decision', t.decision, 'decision_words', t.decision_words,
	'decided_by', json((SELECT json FROM person_json WHERE key = t.decided_by_key)),
	'openings', json((SELECT json_group_array(json_object('id', o.id, 'reason', o.reason,
			'asked_by', json(asker.json), 'confirmed_by', json(second.json),
			'confirmed_at', strftime('%Y-%m-%dT%H:%M:%fZ', (o.confirmed_hlc >> 16) / 1000.0,
				'unixepoch')))
		FROM complaint_opening o JOIN person_json asker ON asker.key = o.asked_by_key
		LEFT JOIN person_json second ON second.key = o.confirmed_by_key
		WHERE o.complaint_key = t.key)))
FROM complaint t
JOIN person_json reporter ON reporter.key = t.reporter_key
JOIN chat c ON c.key = t.chat_key
JOIN message m ON m.id = t.message_id
JOIN person_json author ON author.key = m.author_key
JOIN person me ON me.id = :person
LEFT JOIN class k ON k.key = c.class_key
WHERE (:id IS NULL OR t.id = :id) AND t.made_hlc > 0 AND m.author_key <> me.key
	AND (me.roles & 1 OR EXISTS (SELECT 1 FROM class_member seat WHERE seat.class_key = c.class_key
		AND seat.person_key = me.key AND seat.member_as = 3))
ORDER BY t.made_hlc DESC LIMIT 100;

-- name: decide_complaint
UPDATE complaint SET decision = :decision, decision_words = :words, decided_hlc = :hlc,
	decided_event = :event,
	decided_by_key = (SELECT key FROM person WHERE id = :person)
WHERE id = :id;

-- name: add_complaint_opening
INSERT INTO complaint_opening (id, complaint_key, asked_by_key, reason, asked_hlc, asked_event)
SELECT :id, t.key, p.key, :reason, :hlc, :event FROM complaint t JOIN person p ON p.id = :person
WHERE t.id = :complaint
ON CONFLICT (id) DO NOTHING;

-- name: confirm_complaint_opening
UPDATE complaint_opening SET confirmed_hlc = :hlc,
	confirmed_by_key = (SELECT key FROM person WHERE id = :person)
WHERE id = :id AND confirmed_by_key IS NULL;

-- name: find_complaint_opening
SELECT asker.id, o.confirmed_by_key IS NOT NULL FROM complaint_opening o
JOIN complaint t ON t.key = o.complaint_key AND t.id = :complaint
JOIN person asker ON asker.key = o.asked_by_key
WHERE o.id = :id;

-- name: find_chat_of_opening
SELECT c.id FROM complaint_opening o JOIN complaint t ON t.key = o.complaint_key
JOIN chat c ON c.key = t.chat_key WHERE o.id = :id;

-- Is the chat open to this person: one of two who agreed, since :since?
-- name: is_opened_to
SELECT 1 FROM complaint_opening o
WHERE o.complaint_key = :complaint_key AND o.confirmed_hlc >= :since
	AND (SELECT key FROM person WHERE id = :person) IN (o.asked_by_key, o.confirmed_by_key)
LIMIT 1;

-- name: has_pending_opening
SELECT 1 FROM complaint_opening WHERE complaint_key = :complaint_key AND confirmed_by_key IS NULL;

-- name: list_messages_around
SELECT head || trim(json_object('text', text, 'client_id', NULL), '{}') || tail
	|| ',"mine":false' || iif(quote_head IS NULL, ',"reply_to":null}', quote_head
		|| ltrim(json_object('author_name', quote_author, 'text', quote_text), '{') || '}')
FROM (SELECT * FROM (SELECT * FROM message_part WHERE chat_key = :chat_key AND hlc <= :hlc
		ORDER BY hlc DESC LIMIT 11)
	UNION ALL SELECT * FROM (SELECT * FROM message_part WHERE chat_key = :chat_key AND hlc > :hlc
		ORDER BY hlc LIMIT 10))
ORDER BY hlc;

-- name: list_sealed_of_message
SELECT sealed FROM message_sealed WHERE message_id = :message AND until_ms >= :now_ms ORDER BY id;

-- name: list_openings_of_chat
SELECT json_object('id', o.id, 'reason', o.reason, 'asked_by', json(asker.json),
	'confirmed_by', json(second.json),
	'confirmed_at', strftime('%Y-%m-%dT%H:%M:%fZ', (o.confirmed_hlc >> 16) / 1000.0, 'unixepoch'))
FROM complaint t JOIN complaint_opening o ON o.complaint_key = t.key AND o.confirmed_hlc IS NOT NULL
JOIN person_json asker ON asker.key = o.asked_by_key
JOIN person_json second ON second.key = o.confirmed_by_key
WHERE t.chat_key = :chat_key ORDER BY o.confirmed_hlc DESC;
