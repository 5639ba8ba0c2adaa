-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the log asks of itself for another end.

-- name: list_chains
SELECT key, origin, epoch, last_seq, last_hash, ours FROM log_origin ORDER BY origin, epoch;

-- name: list_first_kinds
SELECT e.kind FROM log_origin o JOIN event e ON e.origin_key = o.key AND e.origin_seq = 1
WHERE o.origin = :origin;

-- name: find_chain_hash
SELECT hash FROM event WHERE origin_key = :key AND origin_seq = :seq;

-- name: find_chain_seal
SELECT seal FROM event WHERE origin_key = :key AND origin_seq = :seq;

-- name: find_chain_place
SELECT seq FROM event WHERE origin_key = :key AND origin_seq = :seq;

-- name: list_chain
SELECT e.seq, e.id, o.origin, o.epoch, e.origin_seq, e.hlc, e.seen, e.actor, e.kind, e.version,
	e.scope, e.subject, e.salt, e.body, e.body_mac, e.hash, e.held, e.seal
FROM event e JOIN log_origin o ON o.key = e.origin_key
WHERE e.origin_key = :key AND e.origin_seq > :after ORDER BY e.origin_seq LIMIT :limit;

-- name: find_event
SELECT e.seq, e.id, o.origin, o.epoch, e.origin_seq, e.hlc, e.seen, e.actor, e.kind, e.version,
	e.scope, e.subject, e.salt, e.body, e.body_mac, e.hash, e.held, e.seal
FROM event e JOIN log_origin o ON o.key = e.origin_key WHERE e.id = :id;

-- name: find_event_at
SELECT e.seq, e.id, o.origin, o.epoch, e.origin_seq, e.hlc, e.seen, e.actor, e.kind, e.version,
	e.scope, e.subject, e.salt, e.body, e.body_mac, e.hash, e.held, e.seal
FROM event e JOIN log_origin o ON o.key = e.origin_key WHERE e.seq = :seq;

-- name: list_chain_kind
SELECT e.seq, e.id, o.origin, o.epoch, e.origin_seq, e.hlc, e.seen, e.actor, e.kind, e.version,
	e.scope, e.subject, e.salt, e.body, e.body_mac, e.hash, e.held, e.seal
FROM event e JOIN log_origin o ON o.key = e.origin_key
WHERE e.origin_key = :key AND e.origin_seq > :after AND e.kind = :kind ORDER BY e.origin_seq;

-- name: fill_event
UPDATE event SET id = :id, hlc = :hlc, seen = :seen, actor = :actor, kind = :kind,
	version = :version, scope = :scope, subject = :subject, salt = :salt, body = :body, held = 0
WHERE origin_key = :key AND origin_seq = :seq AND held = 1;

-- name: find_held
SELECT salt, body_mac FROM event WHERE origin_key = :key AND origin_seq = :seq AND held = 1;

-- name: give_origin_away
UPDATE log_origin SET ours = 0, last_seq = :last_seq, last_hash = :last_hash WHERE key = :key;

-- name: move_events
UPDATE event SET origin_key = :to, origin_seq = origin_seq - :keep
WHERE origin_key = :from AND origin_seq > :keep;

-- name: rehash_event
UPDATE event SET seq = :to, seen = :seen, hash = :hash WHERE seq = :seq;

-- name: set_event_aside
INSERT INTO event_aside (event, why, words, at_ms) VALUES (:event, :why, :words, :now)
ON CONFLICT (event) DO UPDATE SET why = excluded.why, words = excluded.words;

-- name: take_event_back
DELETE FROM event_aside WHERE event = :event;

-- name: find_aside
SELECT why FROM event_aside WHERE event = :event;

-- name: list_aside
SELECT a.event, e.kind, o.origin, a.at_ms, a.words, a.why, e.actor
FROM event_aside a JOIN event e ON e.id = a.event JOIN log_origin o ON o.key = e.origin_key
WHERE a.why <> 1 ORDER BY a.at_ms DESC, a.event LIMIT 200;

-- CROSS: else SQLite walks through the log.
-- name: list_aside_ids
SELECT a.event FROM event_aside a CROSS JOIN event e ON e.id = a.event
WHERE a.why <> 1 ORDER BY e.seq;

-- name: list_aside_of
SELECT e.id FROM event_aside a CROSS JOIN event e ON e.id = a.event
WHERE (e.actor = :person OR e.subject = :person) AND e.body IS NOT NULL;

-- name: list_newer_kinds
SELECT DISTINCT e.kind, e.version FROM event_aside a JOIN event e ON e.id = a.event WHERE a.why = 2;

-- name: note_blanked
INSERT INTO event_blanked (event) VALUES (:event) ON CONFLICT (event) DO NOTHING;

-- name: list_blanked
SELECT place, event FROM event_blanked WHERE place > :after ORDER BY place LIMIT :limit;
