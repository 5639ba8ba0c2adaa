-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What was kept as long as the school wanted: a message of which neither its author nor anybody else took the words away,
-- and whose author is not erased, has outlived its time. No row says so: the log's blanked event makes the same one.

CREATE INDEX chat_by_kind ON chat (kind);

-- Chats of which everything stays: those under a hold, and those of two with somebody under one.
CREATE VIEW held_chat (chat_key) AS
SELECT c.key FROM legal_hold h JOIN chat c ON c.id = h.chat_id WHERE h.lifted_hlc IS NULL
UNION ALL
SELECT c.key FROM held_author a JOIN chat_member me ON me.person_key = a.person_key
JOIN chat c ON c.key = me.chat_key AND c.kind = 3;

DROP VIEW message_part;
CREATE VIEW message_part (id, chat_key, author_key, author_id, hlc, origin, origin_seq,
	origin_order, head, text, tail, client_id, quoted_hlc, quote_head, quote_author, quote_text) AS
SELECT m.id, m.chat_key, a.key, a.id, m.hlc, o.origin, m.origin_seq, m.origin_order,
	'{"id":"' || m.id || '","chat_id":"' || c.id || '","sent_at":"' || m.sent_at
		|| '","author":' || a.json || ',',
	m.text,
	iif(m.text IS NULL, ',"deleted":true,"expired":' || iif(m.deleted
			OR EXISTS (SELECT 1 FROM person_erased e WHERE e.person_key = m.author_key),
			'false', 'true') || ',"edited_at":null',
		',"deleted":false,"expired":false,"edited_at":' || ifnull(strftime('"%Y-%m-%dT%H:%M:%fZ"',
			(m.edited_hlc >> 16) / 1000.0, 'unixepoch'), 'null'))
		|| iif(EXISTS (SELECT 1 FROM chat_read r WHERE r.chat_id = c.id AND r.origin = o.origin
			AND r.epoch = o.epoch AND r.hlc >= m.hlc AND r.person_id <> a.id),
			',"read":true', ',"read":false'),
	m.client_id, q.hlc,
	',"reply_to":{"id":"' || q.id
		|| iif(q.text IS NULL, '","deleted":true,', '","deleted":false,'),
	(SELECT display_name FROM person WHERE key = q.author_key),
	iif(length(q.text) > 140, substr(q.text, 1, 139) || '…', q.text)
FROM message m
JOIN chat c ON c.key = m.chat_key
JOIN message_origin o ON o.key = m.origin_key
LEFT JOIN person_merged merged ON merged.person_key = m.author_key
JOIN person a ON a.key = coalesce(merged.into_key, m.author_key)
LEFT JOIN message q ON q.id = m.reply_to AND q.hlc IS NOT NULL AND q.chat_key = m.chat_key;
