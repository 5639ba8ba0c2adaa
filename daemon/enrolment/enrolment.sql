-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What enrolment/ asks of its tables, and of people and classes.

-- name: add_invitation
INSERT INTO invitation (id, kind, subject, link, slip, made_by, made_ms, expires_ms)
VALUES (:id, :kind, :subject, :link, :slip, :made_by, :now, :expires);

-- What was made before its person came to work here opens no staff's account: a class teacher may
-- have made it, or a child carried it home.
-- name: find_invitation_by_link
SELECT id, kind, subject, expires_ms, wrong_dates, made_by FROM invitation
WHERE link = :digest AND expires_ms > :now AND NOT EXISTS (SELECT 1 FROM person
	WHERE id = invitation.subject AND kind = 1 AND roles & 3
		AND roles_stamp > printf('%016x', (made_ms + 1) << 16));

-- name: find_invitation_by_slip
SELECT id, kind, subject, expires_ms, wrong_dates, made_by FROM invitation
WHERE slip = :digest AND expires_ms > :now AND NOT EXISTS (SELECT 1 FROM person
	WHERE id = invitation.subject AND kind = 1 AND roles & 3
		AND roles_stamp > printf('%016x', (made_ms + 1) << 16));

-- name: find_class_link
SELECT made_ms, expires_ms FROM invitation
WHERE subject = :class AND kind = 2 AND expires_ms > :now ORDER BY made_ms DESC LIMIT 1;

-- name: remove_invitation
DELETE FROM invitation WHERE id = :id;

-- name: remove_old_invitations
DELETE FROM invitation WHERE expires_ms <= :now;

-- name: remove_surplus_invitations
DELETE FROM invitation WHERE id IN (SELECT id FROM invitation
	WHERE subject = :subject AND kind = :kind ORDER BY made_ms DESC, id DESC LIMIT -1 OFFSET :keep);

-- name: find_invited
-- The first name and the initial, the login, whether there is a password, the roles.
SELECT given_name || ' ' || substr(family_name, 1, 1) || '.', login,
	EXISTS (SELECT 1 FROM password WHERE person_id = person.id), roles
FROM person WHERE id = :id;

-- name: list_class_teachers
SELECT person.id FROM class_member seat JOIN person ON person.key = seat.person_key
WHERE seat.class_key = (SELECT key FROM class WHERE id = :class) AND seat.member_as = 3;

-- name: is_class_over
-- A later year has begun: its pupils have another class teacher by now, or none.
SELECT 1 FROM class JOIN school_year own ON own.key = class.year_key
WHERE class.id = :class AND EXISTS (SELECT 1 FROM school_year later
	WHERE later.from_date > own.from_date AND later.from_date <= :today);

-- name: is_login_waited_for
SELECT 1 WHERE EXISTS (SELECT 1 FROM application WHERE login_folded = :login AND state = 2)
	OR EXISTS (SELECT 1 FROM pairing WHERE login_folded = :login AND state IN (1, 2, 3)
		AND invitation_id <> :invitation AND expires_ms > :now);

-- name: add_application
INSERT INTO application (id, ticket, class_id, state, family_name, given_name, patronymic,
	birth_date, login, login_folded, hash, asked_ms, expires_ms)
VALUES (:id, :ticket, :class, 2, :family_name, :given_name, :patronymic, :birth_date, :login,
	:login_folded, :hash, :now, :expires);

-- name: count_applications
SELECT count(*) FROM application WHERE class_id = :class AND state = 2;

-- name: find_application_state
SELECT state FROM application WHERE ticket = :ticket AND expires_ms > :now;

-- name: find_application
SELECT family_name, given_name, patronymic, birth_date, login, hash FROM application
WHERE id = :id AND class_id = :class AND state = 2 AND expires_ms > :now;

-- name: list_applications
SELECT id, family_name, given_name, patronymic, birth_date, asked_ms FROM application
WHERE class_id = :class AND state = 2 AND expires_ms > :now ORDER BY asked_ms, id;

-- name: end_application
-- The ticket may still ask what became of it; nothing else stays.
UPDATE application SET state = :state, family_name = '', given_name = '', patronymic = NULL,
	birth_date = '', login = '', login_folded = '', hash = ''
WHERE id = :id;

-- name: remove_old_applications
DELETE FROM application WHERE expires_ms <= :now;

-- name: find_known
SELECT family_name, given_name, patronymic, birth_date FROM person WHERE id = :id;

-- name: remove_old_pairings
DELETE FROM pairing WHERE expires_ms <= :now;

-- name: remove_same_pairings
-- Somebody begins anew by the same invitation.
DELETE FROM pairing WHERE invitation_id = :invitation AND (person = :person OR login_folded = :login);

-- name: remove_surplus_pairings
DELETE FROM pairing WHERE id IN (SELECT id FROM pairing
	WHERE invitation_id = :invitation ORDER BY state = 2 DESC, asked_ms DESC, id DESC
	LIMIT -1 OFFSET :keep);

-- name: add_pairing
INSERT INTO pairing (id, ticket, invitation_id, child, state, why, person, family_name, given_name,
	patronymic, login, login_folded, hash, asked_ms, expires_ms)
VALUES (:id, :ticket, :invitation, :child, :state, :why, :person, :family_name, :given_name,
	:patronymic, :login, :login_folded, :hash, :now, :expires);

-- name: find_pairing
-- What has ended may be asked for; what has not lives as long as its invitation.
SELECT pairing.id, pairing.invitation_id, pairing.child, coalesce(pairing.person, ''), pairing.state,
	coalesce(invitation.wrong_dates, 0), pairing.why
FROM pairing LEFT JOIN invitation ON invitation.id = pairing.invitation_id
WHERE pairing.ticket = :ticket AND pairing.expires_ms > :now
	AND (invitation.id IS NOT NULL OR pairing.state IN (4, 5));

-- name: find_pairing_account
SELECT family_name, given_name, patronymic, login, hash FROM pairing WHERE id = :id;

-- name: set_pairing_state
UPDATE pairing SET state = :state WHERE id = :id;

-- name: end_pairing
-- The ticket may still ask what became of it; nothing else stays.
UPDATE pairing SET state = :state, family_name = '', given_name = '', patronymic = NULL, login = NULL,
	login_folded = NULL, hash = NULL
WHERE id = :id;

-- name: count_wrong_date
UPDATE invitation SET wrong_dates = wrong_dates + 1 WHERE id = :id;

-- name: hand_pairings_to_teacher
UPDATE pairing SET state = 2, why = :why WHERE invitation_id = :invitation AND state = 1;

-- name: is_parent_taken
SELECT 1 FROM parent_taken WHERE child_key = (SELECT key FROM person WHERE id = :child) LIMIT 1;

-- name: has_parent_here
-- One who came in, and can say that this is no parent.
SELECT 1 FROM parent_child link JOIN person parent ON parent.key = link.parent_key
JOIN password ON password.person_id = parent.id
WHERE link.child_key = (SELECT key FROM person WHERE id = :child)
	AND NOT EXISTS (SELECT 1 FROM person_block WHERE person_key = parent.key)
LIMIT 1;

-- name: add_parent_taken
INSERT INTO parent_taken (child_key, parent_key, at_ms)
SELECT child.key, parent.key, :at FROM person child, person parent
WHERE child.id = :child AND parent.id = :parent
ON CONFLICT (child_key, parent_key) DO UPDATE SET at_ms = excluded.at_ms;

-- name: remove_parent_taken
DELETE FROM parent_taken WHERE child_key = (SELECT key FROM person WHERE id = :child)
	AND parent_key = (SELECT key FROM person WHERE id = :parent);

-- name: remove_taken_from_child
DELETE FROM parent_taken WHERE child_key = (SELECT key FROM person WHERE id = :child);

-- name: move_taken_from_child
UPDATE OR REPLACE parent_taken SET child_key = (SELECT key FROM person WHERE id = :into)
WHERE child_key = (SELECT key FROM person WHERE id = :from);

-- name: move_taken_parent
UPDATE OR REPLACE parent_taken SET parent_key = (SELECT key FROM person WHERE id = :into)
WHERE parent_key = (SELECT key FROM person WHERE id = :from);

-- name: find_waiting_pairing
SELECT pairing.invitation_id, pairing.child, coalesce(pairing.person, '') FROM pairing
JOIN invitation ON invitation.id = pairing.invitation_id
JOIN person child ON child.id = pairing.child
JOIN class_member seat ON seat.person_key = child.key AND seat.member_as = 1
	AND seat.class_key = (SELECT key FROM class WHERE id = :class)
WHERE pairing.id = :id AND pairing.state = 2 AND pairing.expires_ms > :now;

-- name: list_waiting_pairings
SELECT pairing.id, pairing.child, child.display_name, pairing.family_name, pairing.given_name,
	pairing.patronymic, pairing.asked_ms, pairing.why
FROM class_member seat JOIN person child ON child.key = seat.person_key
JOIN pairing ON pairing.child = child.id AND pairing.state = 2 AND pairing.expires_ms > :now
JOIN invitation ON invitation.id = pairing.invitation_id
WHERE seat.class_key = (SELECT key FROM class WHERE id = :class) AND seat.member_as = 1
ORDER BY pairing.asked_ms, pairing.id;

-- name: remove_printed_invitations
DELETE FROM invitation WHERE subject = :child AND kind = 3 AND slip IS NOT NULL;

-- name: list_absent_pupils
-- Never here, and with nothing to come in with.
SELECT person.id, person.display_name, 1 FROM class_member seat
JOIN person ON person.key = seat.person_key
LEFT JOIN person_seen seen ON seen.person_id = person.id
LEFT JOIN password ON password.person_id = person.id
WHERE seat.class_key = (SELECT key FROM class WHERE id = :class) AND seat.member_as = 1
	AND seen.person_id IS NULL AND password.person_id IS NULL
ORDER BY person.sort_name, person.id;

-- name: list_absent_parents
-- Each once, also of two in one class; who works here is the administrators'.
SELECT DISTINCT parent.id, parent.display_name, 1 FROM class_member seat
JOIN parent_child link ON link.child_key = seat.person_key
JOIN person parent ON parent.key = link.parent_key AND parent.roles & 3 = 0
LEFT JOIN person_seen seen ON seen.person_id = parent.id
LEFT JOIN password ON password.person_id = parent.id
WHERE seat.class_key = (SELECT key FROM class WHERE id = :class) AND seat.member_as = 1
	AND seen.person_id IS NULL AND password.person_id IS NULL
ORDER BY parent.sort_name, parent.id;

-- name: list_absent_by_class
-- Of the year that is lived in: how many pupils never came in, and how many of their parents, and children without one.
SELECT class.id, class.title,
	(SELECT count(*) FROM class_member seat
		LEFT JOIN person ON person.key = seat.person_key
		LEFT JOIN person_seen seen ON seen.person_id = person.id
		LEFT JOIN password ON password.person_id = person.id
		WHERE seat.class_key = class.key AND seat.member_as = 1
			AND seen.person_id IS NULL AND password.person_id IS NULL),
	(SELECT count(DISTINCT parent.key) FROM class_member seat
		JOIN parent_child link ON link.child_key = seat.person_key
		JOIN person parent ON parent.key = link.parent_key AND parent.roles & 3 = 0
		LEFT JOIN person_seen seen ON seen.person_id = parent.id
		LEFT JOIN password ON password.person_id = parent.id
		WHERE seat.class_key = class.key AND seat.member_as = 1
			AND seen.person_id IS NULL AND password.person_id IS NULL),
	(SELECT count(*) FROM class_member seat
		WHERE seat.class_key = class.key AND seat.member_as = 1
			AND NOT EXISTS (SELECT 1 FROM parent_child link WHERE link.child_key = seat.person_key))
FROM class WHERE class.removed = 0 AND class.year_key = (SELECT coalesce(
	(SELECT key FROM school_year WHERE from_date <= :today ORDER BY from_date DESC, id DESC LIMIT 1),
	(SELECT key FROM school_year ORDER BY from_date, id LIMIT 1), 0))
ORDER BY class.grade, class.letter;

-- name: list_families_with_room
SELECT child.id, child.short_name, coalesce(allowed.most, 2)
	- (SELECT count(*) FROM parent_child WHERE child_key = child.key)
FROM class_member seat JOIN person child ON child.key = seat.person_key
LEFT JOIN parents_allowed allowed ON allowed.child_key = child.key
WHERE seat.class_key = (SELECT key FROM class WHERE id = :class) AND seat.member_as = 1
	AND (SELECT count(*) FROM parent_child WHERE child_key = child.key) < coalesce(allowed.most, 2)
ORDER BY child.sort_name, child.id;

-- name: list_invitations_of
SELECT CASE kind WHEN 1 THEN 'own' ELSE 'for a parent' END, made_ms, expires_ms FROM invitation
WHERE subject = :person AND kind <> 2 ORDER BY made_ms, id;

-- name: list_pairings_of
SELECT 'as parent', asked_ms, expires_ms FROM pairing WHERE person = :person
UNION ALL
SELECT 'as child', asked_ms, expires_ms FROM pairing WHERE child = :person ORDER BY 2;

-- name: remove_invitations_of
DELETE FROM invitation WHERE subject = :person;

-- name: remove_pairings_of
DELETE FROM pairing WHERE person = :person OR child = :person;

-- name: set_parents_allowed
INSERT INTO parents_allowed (child_key, most) SELECT key, :most FROM person WHERE id = :child
ON CONFLICT (child_key) DO UPDATE SET most = excluded.most;

-- name: remove_parents_allowed
DELETE FROM parents_allowed WHERE child_key = (SELECT key FROM person WHERE id = :child);

-- name: find_parents_allowed
SELECT most FROM parents_allowed WHERE child_key = (SELECT key FROM person WHERE id = :child);

-- name: add_parent_news
INSERT INTO parent_news (event_id, child_key, parent_key, at_ms)
SELECT :event, child.key, parent.key, :at FROM person child, person parent
WHERE child.id = :child AND parent.id = :parent
ON CONFLICT (event_id) DO NOTHING;

-- name: remove_parent_news
DELETE FROM parent_news WHERE child_key = (SELECT key FROM person WHERE id = :child)
	AND parent_key = (SELECT key FROM person WHERE id = :parent);

-- name: list_parent_news
SELECT child.id, child.display_name, parent.id, parent.display_name, news.at_ms
FROM class_member seat JOIN parent_news news ON news.child_key = seat.person_key
JOIN person child ON child.key = news.child_key
JOIN person parent ON parent.key = news.parent_key
WHERE seat.class_key = (SELECT key FROM class WHERE id = :class) AND seat.member_as = 1
	AND news.at_ms > :since
ORDER BY news.at_ms DESC, news.event_id LIMIT 50;

-- name: find_class_teacher_name
SELECT person.display_name FROM class
JOIN class_member ON class_member.class_key = class.key AND class_member.member_as = 3
JOIN person ON person.key = class_member.person_key WHERE class.id = :class;
