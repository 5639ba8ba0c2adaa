-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What a box keeps of its people's other schools.

-- name: keep_other_schools
INSERT INTO other_schools (person, said_ms, schools) VALUES (:person, :now, :schools)
ON CONFLICT (person) DO UPDATE SET said_ms = excluded.said_ms, schools = excluded.schools;

-- name: find_other_schools
SELECT said_ms, schools FROM other_schools WHERE person = :person;

-- name: list_other_schools
SELECT person FROM other_schools WHERE person > '' ORDER BY person;

-- name: forget_other_schools
DELETE FROM other_schools WHERE person = :person;

-- name: forget_old_other_schools
DELETE FROM other_schools WHERE said_ms < :before;

-- name: add_school_leaving
INSERT INTO school_leaving (person) VALUES (:person) ON CONFLICT DO NOTHING;

-- name: find_school_leaving
SELECT 1 FROM school_leaving WHERE person = :person;

-- name: list_school_leaving
SELECT person FROM school_leaving WHERE person > '' ORDER BY person;

-- name: remove_school_leaving
DELETE FROM school_leaving WHERE person = :person;
