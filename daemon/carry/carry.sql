-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What carry/ asks of its tables.

-- name: list_carry_boxes
SELECT origin, clock, heard_ms, greeting FROM carry_box ORDER BY origin;

-- name: hear_carry_box
INSERT INTO carry_box (origin, clock, heard_ms, greeting)
VALUES (:origin, :clock, :now, :greeting)
ON CONFLICT (origin) DO UPDATE SET clock = excluded.clock, heard_ms = excluded.heard_ms,
	greeting = excluded.greeting
WHERE excluded.clock >= carry_box.clock;

-- name: begin_carry_journey
INSERT INTO carry_journey (way, begun_ms, events, files, aside) VALUES (:way, :now, 0, 0, 0)
ON CONFLICT (way) DO UPDATE SET begun_ms = :now, ended_ms = NULL, events = 0, files = 0, aside = 0;

-- name: end_carry_journey
UPDATE carry_journey SET ended_ms = :now, events = :events, files = :files, aside = :aside
WHERE way = :way;

-- name: list_carry_journeys
SELECT way, begun_ms, ended_ms, events, files, aside FROM carry_journey ORDER BY way;

-- name: find_carry_clock
SELECT clock FROM carry_box WHERE origin = :origin;

-- name: forget_carry_box
DELETE FROM carry_box WHERE origin = :origin;

-- name: forget_carry_files
DELETE FROM carry_file WHERE origin = :origin;

-- name: add_carry_file
INSERT INTO carry_file (origin, address) VALUES (:origin, :address) ON CONFLICT DO NOTHING;

-- name: is_carry_file_everywhere
SELECT (SELECT count(*) FROM carry_file WHERE address = :address) >=
	(SELECT count(*) FROM carry_box) AND EXISTS (SELECT 1 FROM carry_box);
