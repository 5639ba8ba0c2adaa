-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Two accounts of one human have become one: what they wrote is the one's that is left, and of two chats with somebody
-- one goes on. The views are as before, but that a message's author is whoever the account has become.

ALTER TABLE chat ADD COLUMN moved_key INTEGER REFERENCES chat (key); -- where its messages are now
CREATE INDEX chat_by_pair ON chat (one_key, other_key) WHERE kind = 3;
CREATE INDEX chat_moved ON chat (moved_key) WHERE moved_key IS NOT NULL;

DROP VIEW message_for_reader;
DROP VIEW message_part;

-- The parts of a message's JSON, but for what depends on its reader. Views may not call functions
-- of JSON (trusted_schema), so what people wrote is put in by the statements:
-- head, text and client_id, tail, then quote_head, quote_author, quote_text if it is a reply.
CREATE VIEW message_part (id, chat_key, author_key, author_id, hlc, origin, origin_seq,
	origin_order, head, text, tail, client_id, quoted_hlc, quote_head, quote_author, quote_text) AS
SELECT m.id, m.chat_key, a.key, a.id, m.hlc, o.origin, m.origin_seq, m.origin_order,
	'{"id":"' || m.id || '","chat_id":"' || c.id || '","sent_at":"' || m.sent_at
		|| '","author":' || a.json || ',',
	m.text,
	iif(m.text IS NULL, ',"deleted":true,"edited_at":null',
		',"deleted":false,"edited_at":' || ifnull(strftime('"%Y-%m-%dT%H:%M:%fZ"',
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

-- The same for one who is in the chat. Whoever asks says `hlc >= joined`, in the words that make
-- it the index's bound: nobody sees what lies before the joining.
CREATE VIEW message_for_reader (reader_key, joined, id, chat_key, hlc, origin, origin_seq, origin_order,
	head, text, tail, client_id, quote_head, quote_author, quote_text) AS
SELECT me.person_key, me.joined, m.id, m.chat_key, m.hlc, m.origin, m.origin_seq,
	m.origin_order, m.head, m.text,
	m.tail || iif(m.author_key = me.person_key, ',"mine":true', ',"mine":false'),
	iif(m.author_key = me.person_key, m.client_id, NULL),
	iif(m.quoted_hlc >= me.joined, m.quote_head, NULL), m.quote_author, m.quote_text
FROM chat_member me
JOIN message_part m ON m.chat_key = me.chat_key;
