-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the log asks of its two tables.

-- name: add_event
INSERT INTO event (seq, id, origin_key, origin_seq, hlc, seen, actor, kind, version, scope,
	subject, salt, body, body_mac, hash, held, seal)
VALUES (:seq, :id, :origin_key, :origin_seq, :hlc, :seen, :actor, :kind, :version, :scope,
	:subject, :salt, :body, :body_mac, :hash, :held, :seal);

-- name: list_events
SELECT e.seq, e.id, o.origin, o.epoch, e.origin_seq, e.hlc, e.seen, e.actor, e.kind, e.version,
	e.scope, e.subject, e.salt, e.body, e.body_mac, e.hash, e.held, e.seal
FROM event e JOIN log_origin o ON o.key = e.origin_key
WHERE e.seq > :after AND e.seq <= :up_to ORDER BY e.seq LIMIT :limit;

-- name: has_event
SELECT 1 FROM event WHERE id = :id;

-- name: blank_event
UPDATE event SET salt = NULL, body = NULL WHERE id = :id AND body IS NOT NULL;

-- name: find_event_kind
SELECT kind FROM event WHERE id = :id;

-- name: list_bodies_of
SELECT id, kind FROM event
WHERE seq > :after AND seq <= :up_to AND subject = :subject AND kind GLOB :kinds
	AND body IS NOT NULL;

-- name: find_log_head
SELECT coalesce(max(seq), 0) FROM event;

-- Each origin's own clock only rises. CROSS: else SQLite walks through the events for max().
-- name: find_last_hlc
SELECT ifnull(max(event.hlc), 0) FROM log_origin
CROSS JOIN event ON event.origin_key = log_origin.key AND event.origin_seq = log_origin.last_seq;

-- name: find_our_origin
SELECT key, origin, epoch, last_seq, last_hash FROM log_origin WHERE ours = 1;

-- The chains as they end: a backup's manifest.
-- name: render_heads
SELECT coalesce(json_group_array(json_object('origin', origin, 'epoch', epoch, 'ours',
	json(iif(ours, 'true', 'false')), 'last_seq', last_seq, 'last_hash', lower(hex(last_hash)))), '[]')
FROM (SELECT origin, epoch, ours, last_seq, last_hash FROM log_origin ORDER BY origin, epoch);

-- name: end_our_epoch
UPDATE log_origin SET ours = 0 WHERE ours = 1;

-- name: find_origin
SELECT key, ours, last_seq, last_hash FROM log_origin WHERE origin = :origin AND epoch = :epoch;

-- name: add_origin
INSERT INTO log_origin (origin, epoch, ours, last_seq, last_hash)
VALUES (:origin, :epoch, :ours, 0, zeroblob(32));

-- name: move_origin
UPDATE log_origin SET last_seq = :last_seq, last_hash = :last_hash WHERE key = :key;

-- name: list_seen
SELECT coalesce(json_group_object(origin || '/' || epoch, last_seq), '{}')
FROM (SELECT origin, epoch, last_seq FROM log_origin
	WHERE ours = 0 AND last_seq > 0 ORDER BY origin, epoch);
