-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What sync/ asks of its tables.

-- name: set_sync_choice
INSERT INTO sync_choice (kind, allowed, words, set_by, at_ms)
VALUES (:kind, :allowed, :words, :by, :at)
ON CONFLICT (kind) DO UPDATE SET allowed = excluded.allowed, words = excluded.words,
	set_by = excluded.set_by, at_ms = excluded.at_ms;

-- name: list_sync_choices
SELECT kind, allowed, words, set_by, at_ms FROM sync_choice ORDER BY kind;

-- name: find_sync_state
SELECT authority, filled FROM sync_state WHERE key = 1;

-- name: set_sync_authority
UPDATE sync_state SET authority = :authority WHERE key = 1;

-- name: set_sync_filled
UPDATE sync_state SET filled = :filled WHERE key = 1;

-- name: add_sync_heal
INSERT INTO sync_heal (epoch, up_to) VALUES (:epoch, :up_to)
ON CONFLICT (epoch) DO UPDATE SET up_to = max(up_to, excluded.up_to);

-- name: list_sync_heals
SELECT epoch, up_to FROM sync_heal ORDER BY epoch;

-- name: end_sync_heals
DELETE FROM sync_heal;

-- name: add_sync_goal
INSERT INTO sync_joining (peer, chain, up_to) VALUES (:peer, :chain, :up_to)
ON CONFLICT (peer, chain) DO UPDATE SET up_to = max(up_to, excluded.up_to);

-- name: list_sync_goals
SELECT chain, max(up_to) FROM sync_joining GROUP BY chain;

-- name: remove_sync_goals
DELETE FROM sync_joining WHERE peer = :peer;

-- name: keep_sync_goals
DELETE FROM sync_joining WHERE peer NOT IN (SELECT value FROM json_each(:peers));

-- name: end_sync_joining
DELETE FROM sync_joining;

-- name: add_sync_peer
INSERT INTO sync_peer (name) VALUES (:name) ON CONFLICT (name) DO NOTHING;

-- name: hear_sync_peer
UPDATE sync_peer SET heard_ms = :now WHERE name = :name;

-- name: find_sync_peer
SELECT fill_after, heard_ms FROM sync_peer WHERE name = :name;

-- name: set_sync_fill
UPDATE sync_peer SET fill_after = :after WHERE name = :name;

-- name: start_sync_fills
UPDATE sync_peer SET fill_after = 0 WHERE name <> :but;

-- name: find_sync_register
SELECT up_to FROM sync_register WHERE peer = :peer AND name = :name;

-- name: set_sync_register
INSERT INTO sync_register (peer, name, up_to) VALUES (:peer, :name, :up_to)
ON CONFLICT (peer, name) DO UPDATE SET up_to = excluded.up_to;

-- name: forget_sync_registers
DELETE FROM sync_register WHERE peer = :peer;

-- name: list_sync_marks
SELECT chain, acked FROM sync_mark WHERE peer = :peer;

-- name: set_sync_mark
INSERT INTO sync_mark (peer, chain, acked) VALUES (:peer, :chain, :acked)
ON CONFLICT (peer, chain) DO UPDATE SET acked = excluded.acked WHERE acked <> excluded.acked;

-- name: forget_sync_marks
DELETE FROM sync_mark WHERE peer = :peer;

-- name: forget_sync_peer
DELETE FROM sync_peer WHERE name = :peer;
