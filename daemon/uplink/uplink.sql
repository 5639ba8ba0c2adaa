-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What waits to be brought to the cloud or from it.

-- A file that was over and is not here any more has to come back; one that came by another way goes nowhere.
-- name: name_file_journey
INSERT INTO file_journey (address, way, rank, size, named_ms) VALUES (:address, :way, :rank, :size, :now)
ON CONFLICT (address) DO UPDATE SET
	way = excluded.way, size = excluded.size, tries = 0, due_ms = 0
WHERE (way = 'over' AND excluded.way = 'down') OR (way <> 'over' AND way <> excluded.way);

-- name: find_next_journey
SELECT address, size, tries FROM file_journey
WHERE way = :way AND due_ms <= :now ORDER BY rank, named_ms DESC LIMIT 1;

-- name: find_journey_due
SELECT min(due_ms) FROM file_journey WHERE way = :way;

-- name: count_journeys
SELECT count(*), coalesce(sum(size), 0) FROM file_journey WHERE way = :way;

-- name: end_journey
UPDATE file_journey SET way = 'over', tries = 0, due_ms = 0 WHERE address = :address;

-- name: delay_journey
UPDATE file_journey SET tries = tries + 1, due_ms = :due WHERE address = :address;

-- name: hurry_journeys
UPDATE file_journey SET due_ms = 0 WHERE way = :way AND due_ms > 0;

-- name: renew_journey
UPDATE file_journey SET way = 'up', tries = 0, due_ms = 0 WHERE address = :address AND way = 'over';

-- name: remove_journey
DELETE FROM file_journey WHERE address = :address;

-- name: remove_journeys
DELETE FROM file_journey WHERE way = :way;

-- name: list_journeys
SELECT address FROM file_journey WHERE address > :after ORDER BY address LIMIT 500;
