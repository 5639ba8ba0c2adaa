-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Chats that make themselves, who is in them since when, messages, read marks.

CREATE TABLE chat ( -- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	kind INTEGER NOT NULL CHECK (kind IN (0, 1, 2)), -- as ChatKind
	class_key INTEGER REFERENCES class (key),
	member_count INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX chat_by_class ON chat (class_key, kind);

-- Follows classes, parents and roles. Who is in a chat sees its messages from `joined` (a hybrid
-- time) on.
CREATE TABLE chat_member ( -- class: projection
	chat_key INTEGER NOT NULL REFERENCES chat (key),
	person_key INTEGER NOT NULL REFERENCES person (key),
	joined INTEGER NOT NULL,
	PRIMARY KEY (chat_key, person_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX chat_member_by_person ON chat_member (person_key, chat_key);
CREATE INDEX chat_member_by_joining ON chat_member (chat_key, joined);

-- Where messages were written. Its rows are few: a box and its restores.
CREATE TABLE message_origin ( -- class: projection
	key INTEGER PRIMARY KEY,
	origin TEXT NOT NULL,
	epoch TEXT NOT NULL,
	UNIQUE (origin, epoch)
) STRICT;

-- A row whose posting is not here yet (another origin's edit came first) has no hlc: nobody sees
-- it. The place that people see is (hlc, origin, origin_seq). Within one origin hlc alone orders;
-- origin_order is the first 63 bits of the origin's id, which order as its text does. sent_at is
-- hlc as text: making it at each reading took a third of a page's time.
CREATE TABLE message ( -- class: projection
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	chat_key INTEGER NOT NULL REFERENCES chat (key),
	author_key INTEGER REFERENCES person (key),
	origin_key INTEGER REFERENCES message_origin (key),
	origin_seq INTEGER,
	origin_order INTEGER,
	hlc INTEGER,
	sent_at TEXT,
	posted_event TEXT,
	text TEXT,
	reply_to TEXT,
	client_id TEXT,
	edited_hlc INTEGER,
	edited_origin TEXT,
	edited_event TEXT,
	deleted INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX message_by_place ON message (chat_key, hlc, origin_order);
CREATE INDEX message_unread ON message (chat_key, origin_key, hlc, author_key)
	WHERE text IS NOT NULL;

-- Up to where a person has read what one origin wrote; merged by the maximum. hlc is that of
-- origin_seq, and rises with it.
CREATE TABLE chat_read ( -- class: register
	chat_id TEXT NOT NULL,
	person_id TEXT NOT NULL,
	origin TEXT NOT NULL,
	epoch TEXT NOT NULL,
	origin_seq INTEGER NOT NULL,
	hlc INTEGER NOT NULL,
	PRIMARY KEY (chat_id, person_id, origin, epoch)
) STRICT, WITHOUT ROWID;

CREATE INDEX chat_read_by_reach ON chat_read (chat_id, origin, epoch, hlc, person_id);

-- What was edited away or deleted in a chat with pupils, sealed, until a complaint about it is
-- no longer possible.
CREATE TABLE message_sealed ( -- class: secret
	id TEXT PRIMARY KEY,
	message_id TEXT NOT NULL,
	sealed TEXT NOT NULL,
	until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX message_sealed_by_end ON message_sealed (until_ms);

-- The parts of a message's JSON, but for what depends on its reader. Views may not call functions
-- of JSON (trusted_schema), so what people wrote is put in by the statements:
-- head, text and client_id, tail, then quote_head, quote_author, quote_text if it is a reply.
CREATE VIEW message_part (id, chat_key, author_key, author_id, hlc, origin, origin_seq,
	origin_order, head, text, tail, client_id, quoted_hlc, quote_head, quote_author, quote_text) AS
SELECT m.id, m.chat_key, m.author_key, a.id, m.hlc, o.origin, m.origin_seq, m.origin_order,
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
JOIN person a ON a.key = m.author_key
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

-- From where on one who is in the chat has not read what an origin wrote there.
CREATE VIEW chat_unread_from (chat_key, reader_key, origin_key, hlc) AS
SELECT me.chat_key, me.person_key, o.key, max(me.joined, ifnull(
	(SELECT r.hlc + 1 FROM chat_read r WHERE r.chat_id = c.id AND r.person_id = p.id
		AND r.origin = o.origin AND r.epoch = o.epoch), 0))
FROM chat_member me
JOIN chat c ON c.key = me.chat_key
JOIN person p ON p.key = me.person_key
CROSS JOIN message_origin o;
