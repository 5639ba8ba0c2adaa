-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What classes/ asks of its tables. :year is the key of the current school year, 0 if there is none.

-- name: add_school_year
INSERT INTO school_year (id, title, from_date, to_date)
VALUES (:id, :title, :from_date, :to_date) ON CONFLICT (id) DO NOTHING;

-- name: change_school_year
UPDATE school_year SET title = :title, from_date = :from_date, to_date = :to_date WHERE id = :id;

-- name: find_school_year
SELECT key, title, from_date, to_date FROM school_year WHERE id = :id AND removed = 0;

-- name: find_year_beside
SELECT title FROM school_year WHERE from_date <= :to_date AND to_date >= :from_date AND id <> :id
	AND removed = 0
LIMIT 1;

-- name: count_school_years
SELECT count(*) FROM school_year WHERE removed = 0;

-- name: render_school_year
SELECT json_object('id', id, 'title', title, 'from_date', from_date, 'to_date', to_date,
	'current', json(iif(key = :current, 'true', 'false')),
	'class_count', (SELECT count(*) FROM class WHERE year_key = school_year.key AND removed = 0))
FROM school_year WHERE id = :id;

-- name: render_school_years
SELECT json_object('items', json_group_array(json(item))) FROM (
	SELECT json_object('id', id, 'title', title, 'from_date', from_date, 'to_date', to_date,
		'current', json(iif(key = :current, 'true', 'false')),
		'class_count', (SELECT count(*) FROM class
			WHERE year_key = school_year.key AND removed = 0)) AS item
	FROM school_year WHERE removed = 0 ORDER BY from_date DESC, id DESC);

-- name: find_current_year
-- The year that began last; before the first of all begins, the first.
SELECT coalesce(
	(SELECT key FROM school_year WHERE from_date <= :today AND removed = 0 ORDER BY from_date DESC, id DESC LIMIT 1),
	(SELECT key FROM school_year WHERE removed = 0 ORDER BY from_date, id LIMIT 1), 0);

-- name: remove_school_year
UPDATE school_year SET removed = 1 WHERE id = :id;

-- The year before one, whether it has begun, and whether a later one has.
-- name: find_years_of_promotion
SELECT y.key, b.id, b.key, b.title, y.from_date <= :today,
	EXISTS (SELECT 1 FROM school_year later WHERE later.from_date > y.from_date
		AND later.from_date <= :today AND later.removed = 0)
FROM school_year y LEFT JOIN school_year b ON b.key = (SELECT key FROM school_year
	WHERE from_date < y.from_date AND removed = 0 ORDER BY from_date DESC, id DESC LIMIT 1)
WHERE y.id = :id AND y.removed = 0;

-- name: list_promotion
SELECT json_object('class', json_object('id', c.id, 'title', c.title), 'grade', c.grade,
	'letter', c.letter,
	'pupil_count', (SELECT count(*) FROM class_member WHERE class_key = c.key AND member_as = 1),
	'class_teacher', json((SELECT shown.json FROM class_member seat
		JOIN person_json shown ON shown.key = seat.person_key
		WHERE seat.class_key = c.key AND seat.member_as = 3 LIMIT 1)),
	'becomes', iif(c.grade >= last.grade, NULL, (c.grade + 1) || c.letter),
	'state', CASE WHEN c.grade >= last.grade THEN 'leaves'
		WHEN EXISTS (SELECT 1 FROM class n WHERE n.from_key = c.key AND n.year_key = :to
			AND n.removed = 0) THEN 'promoted'
		WHEN EXISTS (SELECT 1 FROM class n WHERE n.year_key = :to AND n.grade = c.grade + 1
			AND n.letter = c.letter) THEN 'taken'
		ELSE 'goes' END)
FROM (SELECT max(:last_grade, ifnull(max(grade), 0)) AS grade FROM class
	WHERE year_key = :from AND removed = 0) last
JOIN class c ON c.year_key = :from AND c.removed = 0
ORDER BY c.grade, c.letter;

-- name: promote_class
INSERT INTO class (id, year_key, grade, letter, title, from_key)
SELECT :id, y.key, :grade, :letter, :title, c.key FROM school_year y JOIN class c ON c.id = :from
WHERE y.id = :year ON CONFLICT (id) DO NOTHING;

-- Teachers, and pupils who do not sit in the year yet.
-- name: promote_class_members
INSERT INTO class_member (class_key, person_key, member_as)
SELECT new.key, seat.person_key, seat.member_as FROM class new
JOIN class_member seat ON seat.class_key = new.from_key
WHERE new.id = :id AND (seat.member_as <> 1 OR NOT EXISTS (
	SELECT 1 FROM class_member other JOIN class c ON c.key = other.class_key
	WHERE other.person_key = seat.person_key AND other.member_as = 1
		AND c.year_key = new.year_key))
ON CONFLICT (class_key, person_key) DO NOTHING;

-- name: render_promoted
SELECT json_group_array(id) FROM (SELECT id FROM class
	WHERE year_key = :year AND from_key IS NOT NULL AND removed = 0 ORDER BY id);

-- name: remove_class_members
DELETE FROM class_member WHERE class_key = (SELECT key FROM class WHERE id = :id);

-- name: add_class
INSERT INTO class (id, year_key, grade, letter, title)
SELECT :id, key, :grade, :letter, :title FROM school_year WHERE id = :year
ON CONFLICT (id) DO NOTHING;

-- name: change_class
UPDATE class SET grade = :grade, letter = :letter, title = :title WHERE id = :id AND removed = 0;

-- name: remove_class
UPDATE class SET removed = 1, letter = id WHERE id = :id;

-- name: find_class
SELECT title, year_key, grade, letter FROM class WHERE id = :id AND removed = 0;

-- name: is_class_of_year
SELECT 1 FROM class WHERE id = :class AND year_key = :year;

-- name: find_class_like
SELECT id FROM class WHERE year_key = :year AND grade = :grade AND letter = :letter;

-- name: count_classes
SELECT count(*) FROM class WHERE year_key = :year AND removed = 0;

-- name: has_class_members
SELECT 1 FROM class_member WHERE class_key = (SELECT key FROM class WHERE id = :class) LIMIT 1;

-- name: count_class_members
SELECT count(*) FROM class_member WHERE class_key = (SELECT key FROM class WHERE id = :class)
	AND (member_as = 1) = :pupils;

-- name: is_class_of_same_year
SELECT 1 FROM class WHERE id = :class
	AND year_key = (SELECT year_key FROM class WHERE id = :person);

-- name: list_class_people
-- All in a class and the parents of its pupils.
SELECT person.id FROM class_member seat JOIN person ON person.key = seat.person_key
WHERE seat.class_key = (SELECT key FROM class WHERE id = :class)
UNION
SELECT parent.id FROM class_member seat
JOIN parent_child link ON link.child_key = seat.person_key AND seat.member_as = 1
JOIN person parent ON parent.key = link.parent_key
WHERE seat.class_key = (SELECT key FROM class WHERE id = :class);

-- name: set_class_member
INSERT INTO class_member (class_key, person_key, member_as)
SELECT class.key, person.key, :as FROM class, person
WHERE class.id = :class AND person.id = :person
ON CONFLICT (class_key, person_key) DO UPDATE SET member_as = excluded.member_as;

-- name: remove_class_member
DELETE FROM class_member WHERE class_key = (SELECT key FROM class WHERE id = :class)
	AND person_key = (SELECT key FROM person WHERE id = :person);

-- name: remove_seats_without_role
-- Only a pupil sits in a class and only a teacher teaches it: 4 and 2 of base/actor.h. The roles
-- are the event's, not the row's, which may be those of a later event.
DELETE FROM class_member WHERE person_key = (SELECT key FROM person WHERE id = :person)
	AND :roles & iif(member_as = 1, 4, 2) = 0;

-- name: find_class_member
SELECT member_as FROM class_member WHERE class_key = (SELECT key FROM class WHERE id = :class)
	AND person_key = (SELECT key FROM person WHERE id = :person);

-- name: has_other_seat
-- Where a pupil sits already in the year of a class, or who is its class teacher already.
SELECT 1 FROM class_member seat JOIN class ON class.key = seat.class_key
WHERE seat.person_key = (SELECT key FROM person WHERE id = :person) AND seat.member_as = 1
	AND class.id <> :class
	AND class.year_key = (SELECT year_key FROM class WHERE id = :class);

-- name: has_other_class_teacher
SELECT 1 FROM class_member seat JOIN person ON person.key = seat.person_key
WHERE seat.class_key = (SELECT key FROM class WHERE id = :class) AND seat.member_as = 3
	AND person.id <> :person;

-- name: is_class_parent
SELECT 1 FROM parent_child link
JOIN class_member seat ON seat.person_key = link.child_key AND seat.member_as = 1
WHERE link.parent_key = (SELECT key FROM person WHERE id = :person)
	AND seat.class_key = (SELECT key FROM class WHERE id = :class);

-- name: list_class_scopes
SELECT class.id FROM class_member seat JOIN class ON class.key = seat.class_key
WHERE seat.person_key = (SELECT key FROM person WHERE id = :person)
UNION
SELECT class.id FROM parent_child link
JOIN class_member seat ON seat.person_key = link.child_key AND seat.member_as = 1
JOIN class ON class.key = seat.class_key
WHERE link.parent_key = (SELECT key FROM person WHERE id = :person);

-- name: render_classes_of
SELECT json_group_array(json(item)) FROM (
	SELECT json_object('id', class.id, 'title', class.title, 'as',
		CASE seat.member_as WHEN 1 THEN 'pupil' WHEN 2 THEN 'teacher' ELSE 'class_teacher' END)
		AS item
	FROM class_member seat JOIN class ON class.key = seat.class_key
	WHERE seat.person_key = (SELECT key FROM person WHERE id = :person)
		AND class.year_key = :year
	ORDER BY seat.member_as = 3 DESC, class.grade, class.letter);

-- name: find_class_of_pupil
SELECT json_object('id', class.id, 'title', class.title), class.id
FROM class_member seat JOIN class ON class.key = seat.class_key
WHERE seat.person_key = (SELECT key FROM person WHERE id = :person) AND seat.member_as = 1
	AND class.year_key = :year;

-- name: is_led_pupil
-- As class teacher: 3 of MemberAs.
SELECT 1 FROM class_member seat
JOIN class ON class.key = seat.class_key AND class.year_key = :year
JOIN class_member lead ON lead.class_key = seat.class_key AND lead.member_as = 3
	AND lead.person_key = (SELECT key FROM person WHERE id = :teacher)
WHERE seat.person_key = (SELECT key FROM person WHERE id = :pupil) AND seat.member_as = 1;

-- name: list_led_pupils
SELECT pupil.id FROM class_member lead
JOIN class ON class.key = lead.class_key AND class.year_key = :year
JOIN class_member seat ON seat.class_key = lead.class_key AND seat.member_as = 1
JOIN person pupil ON pupil.key = seat.person_key
WHERE lead.person_key = (SELECT key FROM person WHERE id = :teacher) AND lead.member_as = 3
ORDER BY pupil.sort_name, pupil.id;

-- name: list_class_teachers_of
SELECT teacher.id FROM class_member seat
JOIN class ON class.key = seat.class_key AND class.year_key = :year
JOIN class_member lead ON lead.class_key = seat.class_key AND lead.member_as = 3
JOIN person teacher ON teacher.key = lead.person_key
WHERE seat.person_key = (SELECT key FROM person WHERE id = :pupil) AND seat.member_as = 1;

-- name: is_class_shared
-- Where both, or children of theirs, sit or teach.
SELECT 1 FROM class WHERE class.year_key = :year AND class.key IN (
	SELECT class_key FROM class_member WHERE person_key = (SELECT key FROM person WHERE id = :one)
	UNION SELECT seat.class_key FROM parent_child link
	JOIN class_member seat ON seat.person_key = link.child_key AND seat.member_as = 1
	WHERE link.parent_key = (SELECT key FROM person WHERE id = :one)
) AND class.key IN (
	SELECT class_key FROM class_member WHERE person_key = (SELECT key FROM person WHERE id = :other)
	UNION SELECT seat.class_key FROM parent_child link
	JOIN class_member seat ON seat.person_key = link.child_key AND seat.member_as = 1
	WHERE link.parent_key = (SELECT key FROM person WHERE id = :other)
) LIMIT 1;

-- name: render_classes
SELECT json_object('items', json_group_array(json(item))) FROM (
	SELECT json_object('id', class.id, 'title', class.title, 'grade', class.grade,
		'letter', class.letter,
		'pupil_count', (SELECT count(*) FROM class_member
			WHERE class_key = class.key AND member_as = 1),
		'class_teacher', json((SELECT shown.json FROM class_member seat
			JOIN person_json shown ON shown.key = seat.person_key
			WHERE seat.class_key = class.key AND seat.member_as = 3 LIMIT 1)),
		'mine', json(iif(own.member_as IS NULL, 'false', 'true'))) AS item
	FROM class LEFT JOIN class_member own ON own.class_key = class.key
		AND own.person_key = (SELECT key FROM person WHERE id = :person)
	WHERE class.year_key = :year AND class.removed = 0
	ORDER BY own.member_as IS NULL, class.grade, class.letter);

-- name: render_class
SELECT json_object('id', class.id, 'title', class.title, 'grade', class.grade,
	'letter', class.letter, 'year', json_object('id', school_year.id, 'title', school_year.title,
		'current', json(iif(class.year_key = :year, 'true', 'false'))))
FROM class JOIN school_year ON school_year.key = class.year_key
WHERE class.id = :id AND class.removed = 0;

-- name: render_class_teachers
SELECT json_group_array(json(item)) FROM (
	SELECT json_insert(shown.json, '$.as', iif(seat.member_as = 3, 'class_teacher', 'teacher'))
		AS item
	FROM class_member seat JOIN person ON person.key = seat.person_key
	JOIN person_json shown ON shown.key = seat.person_key
	WHERE seat.class_key = (SELECT key FROM class WHERE id = :class) AND seat.member_as <> 1
	ORDER BY seat.member_as DESC, person.sort_name, person.id);

-- name: render_class_pupils
-- Parents and whether somebody was ever here are for the staff. Who is neither of the staff nor in
-- the class sees own children there: classmates are strangers to a parent.
SELECT json_group_array(json(item)) FROM (
	SELECT iif(:for_staff, json_insert(shown.json,
		'$.signed_in', json(iif(seen.person_id IS NULL, 'false', 'true')),
		'$.parents', json((SELECT json_group_array(json(parent.json)) FROM parent_child link
			JOIN person_json parent ON parent.key = link.parent_key
			WHERE link.child_key = seat.person_key))),
		json_insert(shown.json, '$.parents', json('[]'))) AS item
	FROM class_member seat JOIN person ON person.key = seat.person_key
	JOIN person_json shown ON shown.key = seat.person_key
	LEFT JOIN person_seen seen ON seen.person_id = person.id
	WHERE seat.class_key = (SELECT key FROM class WHERE id = :class) AND seat.member_as = 1
		AND (:parent IS NULL OR EXISTS (SELECT 1 FROM parent_child link
			WHERE link.child_key = seat.person_key
				AND link.parent_key = (SELECT key FROM person WHERE id = :parent)))
	ORDER BY person.sort_name, person.id);

-- name: render_parents
SELECT json_group_array(json(item)) FROM (
	SELECT shown.json AS item FROM parent_child link
	JOIN person ON person.key = link.parent_key
	JOIN person_json shown ON shown.key = link.parent_key
	WHERE link.child_key = (SELECT key FROM person WHERE id = :child)
	ORDER BY person.sort_name, person.id);

-- Who has to do with somebody this year and as what: the numbers of `Relation`. With :person only
-- that one. Who is a colleague or a stranger stands in no row.
-- name: list_relations
SELECT (SELECT id FROM person WHERE key = related.person_key), related.relation FROM (
	SELECT theirs.person_key AS person_key, CASE
			WHEN mine.member_as = 1 AND theirs.member_as = 1 THEN 1
			WHEN mine.member_as = 1 AND theirs.member_as = 2 THEN 2
			WHEN mine.member_as = 1 THEN 3
			ELSE 4 END AS relation
	FROM class_member mine
	JOIN class ON class.key = mine.class_key AND class.year_key = :year
	JOIN class_member theirs ON theirs.class_key = mine.class_key
	WHERE mine.person_key = (SELECT key FROM person WHERE id = :actor)
		AND (mine.member_as = 1 OR theirs.member_as = 1)
	UNION ALL
	SELECT parent_key, 5 FROM parent_child
	WHERE child_key = (SELECT key FROM person WHERE id = :actor)
	UNION ALL
	SELECT child_key, 6 FROM parent_child
	WHERE parent_key = (SELECT key FROM person WHERE id = :actor)
	UNION ALL
	SELECT theirs.parent_key, 7 FROM parent_child mine
	JOIN parent_child theirs ON theirs.child_key = mine.child_key
	WHERE mine.parent_key = (SELECT key FROM person WHERE id = :actor)
	UNION ALL
	SELECT other.person_key, iif(other.member_as = 2, 8, 9) FROM parent_child link
	JOIN class_member seat ON seat.person_key = link.child_key AND seat.member_as = 1
	JOIN class ON class.key = seat.class_key AND class.year_key = :year
	JOIN class_member other ON other.class_key = seat.class_key AND other.member_as <> 1
	WHERE link.parent_key = (SELECT key FROM person WHERE id = :actor)
	UNION ALL
	SELECT link.parent_key, 10 FROM class_member mine
	JOIN class ON class.key = mine.class_key AND class.year_key = :year
	JOIN class_member seat ON seat.class_key = mine.class_key AND seat.member_as = 1
	JOIN parent_child link ON link.child_key = seat.person_key
	WHERE mine.person_key = (SELECT key FROM person WHERE id = :actor) AND mine.member_as <> 1
	UNION ALL
	SELECT theirs.parent_key, 11 FROM parent_child link
	JOIN class_member seat ON seat.person_key = link.child_key AND seat.member_as = 1
	JOIN class ON class.key = seat.class_key AND class.year_key = :year
	JOIN class_member other ON other.class_key = seat.class_key AND other.member_as = 1
		AND other.person_key <> seat.person_key
	JOIN parent_child theirs ON theirs.child_key = other.person_key
	WHERE link.parent_key = (SELECT key FROM person WHERE id = :actor)
) related
WHERE (:person IS NULL OR related.person_key = (SELECT key FROM person WHERE id = :person))
	AND related.person_key <> (SELECT key FROM person WHERE id = :actor);

-- name: render_seats_of
SELECT json_group_array(json(item)) FROM (
	SELECT json_object('class', class.title, 'year', year.title, 'as',
		CASE seat.member_as WHEN 1 THEN 'pupil' WHEN 2 THEN 'teacher' ELSE 'class_teacher' END)
		AS item
	FROM class_member seat JOIN class ON class.key = seat.class_key
	JOIN school_year year ON year.key = class.year_key
	WHERE seat.person_key = (SELECT key FROM person WHERE id = :person)
	ORDER BY year.from_date, class.grade, class.letter);

-- name: list_seats_of
SELECT class.id, seat.member_as FROM class_member seat JOIN class ON class.key = seat.class_key
WHERE seat.person_key = (SELECT key FROM person WHERE id = :person) ORDER BY class.id;
