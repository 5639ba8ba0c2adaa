-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What privacy/ asks of its table.

-- name: add_erasure
INSERT INTO erasure (person_id, begun_ms) VALUES (:person, :now) ON CONFLICT (person_id) DO NOTHING;

-- name: finish_erasure
UPDATE erasure SET done_ms = :now WHERE person_id = :person AND done_ms IS NULL;

-- name: list_unfinished_erasures
SELECT person_id FROM erasure WHERE done_ms IS NULL ORDER BY begun_ms;

-- name: find_erasure
SELECT begun_ms, done_ms FROM erasure WHERE person_id = :person;

-- name: count_people_by_role
SELECT count(*), coalesce(sum((roles & 1) <> 0), 0), coalesce(sum((roles & 2) <> 0), 0),
	coalesce(sum((roles & 4) <> 0), 0), coalesce(sum((roles & 8) <> 0), 0)
FROM person WHERE roles <> 0;

-- name: list_looks_since
-- Who looked at whom, since a slot; with :actor NULL everybody. CROSS: a seek for each subject.
SELECT subject.term, actor.term, group_concat(DISTINCT purpose.term), count(*), min(look.slot),
	max(look.slot)
FROM look_term subject
CROSS JOIN look ON look.subject_key = subject.key AND look.slot >= :since_slot
JOIN look_term actor ON actor.key = look.actor_key
JOIN look_term purpose ON purpose.key = look.purpose_key
WHERE :actor IS NULL OR actor.term = :actor
GROUP BY subject.term, actor.term ORDER BY min(look.slot), subject.term, actor.term LIMIT :limit;
