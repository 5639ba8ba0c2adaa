-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What privacy/ asks about the time that things are kept, and about legal holds.

-- name: set_retention
INSERT INTO retention (kind, days, changed_by, changed_hlc) VALUES (:kind, :days, :by, :hlc)
ON CONFLICT (kind) DO UPDATE SET days = excluded.days, changed_by = excluded.changed_by,
	changed_hlc = excluded.changed_hlc;

-- name: find_retention
SELECT days FROM retention WHERE kind = :kind;

-- name: add_retention_run
INSERT INTO retention_run (at_ms, took_ms, removed) VALUES (:at_ms, :took_ms, :removed)
ON CONFLICT (at_ms) DO NOTHING;

-- name: find_retention_run
SELECT at_ms, took_ms, removed FROM retention_run ORDER BY at_ms DESC LIMIT 1;

-- name: add_legal_hold
INSERT INTO legal_hold (id, chat_id, person_id, reason, placed_by, placed_hlc, placed_event)
VALUES (:id, :chat, :person, :reason, :by, :hlc, :event) ON CONFLICT (id) DO NOTHING;

-- name: lift_legal_hold
UPDATE legal_hold SET lifted_by = :by, lifted_hlc = :hlc WHERE id = :id AND lifted_hlc IS NULL;

-- Those that hold first, the newest first.
-- name: list_legal_holds
SELECT id, chat_id, person_id, reason, placed_by, placed_hlc, lifted_by, lifted_hlc
FROM legal_hold ORDER BY lifted_hlc IS NOT NULL, key DESC LIMIT :limit;

-- name: find_legal_hold
SELECT id, chat_id, person_id, reason, placed_by, placed_hlc, lifted_by, lifted_hlc
FROM legal_hold WHERE id = :id;

-- name: count_legal_holds
SELECT count(*) FROM legal_hold WHERE lifted_hlc IS NULL;

-- name: has_legal_hold
SELECT 1 FROM legal_hold WHERE lifted_hlc IS NULL AND (chat_id = :chat OR person_id = :person);

-- name: is_held_author
SELECT 1 FROM held_author WHERE person_key = (SELECT key FROM person WHERE id = :person);

-- name: list_holds_of_person
SELECT id, placed_event FROM legal_hold WHERE person_id = :person;

-- name: remove_legal_hold
DELETE FROM legal_hold WHERE id = :id;
