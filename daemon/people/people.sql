-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What people/ asks of its tables. Folded texts come folded.

-- name: add_person
INSERT INTO person (id, family_name, given_name, patronymic, display_name, short_name, sort_name,
	roles, login, login_folded, birth_date, json, names_stamp, roles_stamp)
VALUES (:id, :family_name, :given_name, :patronymic, :display_name, :short_name, :sort_name,
	:roles, :login, :login_folded, :birth_date, :json, :stamp, :stamp)
ON CONFLICT (id) DO NOTHING;

-- name: find_last_person_key
SELECT key FROM person WHERE key > 0 ORDER BY key DESC LIMIT 1;

-- name: find_person
SELECT key, family_name, given_name, patronymic, roles, login, about, names_stamp, roles_stamp,
	display_name, sort_name, picture.large, picture.small, picture.stamp
FROM person LEFT JOIN person_picture picture ON picture.person_key = person.key
WHERE id = :id;

-- name: change_person_names
UPDATE person SET family_name = :family_name, given_name = :given_name, patronymic = :patronymic,
	display_name = :display_name, short_name = :short_name, sort_name = :sort_name,
	about = :about, json = :json, names_stamp = :stamp
WHERE id = :id;

-- name: change_person_roles
UPDATE person SET roles = :roles, display_name = :display_name, short_name = :short_name,
	json = :json, roles_stamp = :stamp
WHERE id = :id;

-- name: change_person_json
UPDATE person SET json = :json, display_name = :display_name, short_name = :short_name
WHERE id = :id;

-- name: set_person_picture
INSERT INTO person_picture (person_key, large, small, stamp)
VALUES (:person_key, :large, :small, :stamp)
ON CONFLICT (person_key) DO UPDATE SET large = excluded.large, small = excluded.small,
	stamp = excluded.stamp;

-- name: find_person_picture
SELECT large, small FROM person_picture
WHERE person_key = (SELECT key FROM person WHERE id = :id);

-- name: list_person_pictures
SELECT DISTINCT large, small FROM person_picture WHERE large > :after ORDER BY large LIMIT :most;

-- name: is_picture_wanted
SELECT 1 FROM person_picture WHERE large = :address OR small = :address LIMIT 1;

-- name: change_person_login
UPDATE person SET login = :login, login_folded = :login_folded WHERE id = :id;

-- name: set_person_search
INSERT INTO person_search (person_key, what, text) VALUES (:person_key, :what, :text)
ON CONFLICT (person_key, what) DO UPDATE SET text = excluded.text;

-- name: remove_person_search
DELETE FROM person_search WHERE person_key = :person_key AND what = :what;

-- name: add_parent_child
INSERT INTO parent_child (child_key, parent_key)
SELECT child.key, parent.key FROM person child, person parent
WHERE child.id = :child AND parent.id = :parent
ON CONFLICT (child_key, parent_key) DO NOTHING;

-- name: remove_parent_child
DELETE FROM parent_child
WHERE child_key = (SELECT key FROM person WHERE id = :child)
	AND parent_key = (SELECT key FROM person WHERE id = :parent);

-- name: is_parent_child
SELECT 1 FROM parent_child
WHERE child_key = (SELECT key FROM person WHERE id = :child)
	AND parent_key = (SELECT key FROM person WHERE id = :parent);

-- name: count_parents
SELECT count(*) FROM parent_child WHERE child_key = (SELECT key FROM person WHERE id = :child);

-- name: list_parent_ids
SELECT parent.id FROM parent_child link JOIN person parent ON parent.key = link.parent_key
WHERE link.child_key = (SELECT key FROM person WHERE id = :id)
ORDER BY parent.sort_name, parent.id;

-- name: list_child_ids
SELECT child.id FROM parent_child link JOIN person child ON child.key = link.child_key
WHERE link.parent_key = (SELECT key FROM person WHERE id = :id)
ORDER BY child.sort_name, child.id;

-- name: list_parents_json
SELECT parent.id, shown.json FROM parent_child link
JOIN person parent ON parent.key = link.parent_key
JOIN person_json shown ON shown.key = link.parent_key
WHERE link.child_key = (SELECT key FROM person WHERE id = :id)
ORDER BY parent.sort_name, parent.id;

-- name: list_children_json
SELECT child.id, shown.json FROM parent_child link
JOIN person child ON child.key = link.child_key
JOIN person_json shown ON shown.key = link.child_key
WHERE link.parent_key = (SELECT key FROM person WHERE id = :id)
ORDER BY child.sort_name, child.id;

-- name: find_person_json
SELECT shown.json FROM person JOIN person_json shown ON shown.key = person.key
WHERE person.id = :id;

-- name: find_person_roles
SELECT roles FROM person WHERE id = :id;

-- name: has_other_administrator
-- One who stays: neither blocked nor with a day on which the role ends.
SELECT 1 FROM person WHERE roles & 1 AND id <> :id
	AND NOT EXISTS (SELECT 1 FROM person_block WHERE person_key = person.key)
	AND NOT EXISTS (SELECT 1 FROM person_role_end WHERE person_key = person.key AND role = 1)
LIMIT 1;

-- name: find_login
SELECT person.id, password.hash, person.display_name FROM person
LEFT JOIN password ON password.person_id = person.id
WHERE person.login_folded = :login;

-- name: find_login_of
SELECT person.login, password.hash FROM person
LEFT JOIN password ON password.person_id = person.id
WHERE person.id = :id;

-- name: find_me
SELECT shown.json, person.family_name, person.given_name, person.patronymic, person.login,
	password.hash IS NOT NULL, person.about, setting.language,
	coalesce(setting.theme, 'auto'), person.birth_date, coalesce(setting.birthday_shown, 0),
	setting.quiet_from, setting.quiet_to
FROM person JOIN person_json shown ON shown.key = person.key
LEFT JOIN password ON password.person_id = person.id
LEFT JOIN person_setting setting ON setting.person_id = person.id
WHERE person.id = :id;

-- name: list_people
-- Who was here is asked of the index by name before a row is read: of ten thousand few were not.
SELECT person.id, shown.json, password.hash IS NOT NULL, person.login, seen.last_seen_ms,
	person.sort_name, block.since_ms IS NOT NULL
FROM person JOIN person_json shown ON shown.key = person.key
LEFT JOIN password ON password.person_id = person.id
LEFT JOIN person_seen seen ON seen.person_id = person.id
LEFT JOIN person_block block ON block.person_key = person.key
WHERE (person.sort_name, person.id) > (:after_name, :after_id)
	AND (:state <> 2 OR NOT EXISTS (SELECT 1 FROM person_seen here WHERE here.person_id = person.id))
	AND (person.roles <> 0 OR NOT EXISTS (SELECT 1 FROM person_erased WHERE person_key = person.key)
		AND NOT EXISTS (SELECT 1 FROM person_merged WHERE person_key = person.key))
	AND (:roles = 0 OR person.roles & :roles)
ORDER BY person.sort_name, person.id LIMIT :limit;

-- name: list_staff
-- The same of administrators and teachers: few among many, so they have an index of their own.
SELECT person.id, shown.json, password.hash IS NOT NULL, person.login, seen.last_seen_ms,
	person.sort_name, block.since_ms IS NOT NULL
FROM person JOIN person_json shown ON shown.key = person.key
LEFT JOIN password ON password.person_id = person.id
LEFT JOIN person_seen seen ON seen.person_id = person.id
LEFT JOIN person_block block ON block.person_key = person.key
WHERE person.roles & 3 AND (person.sort_name, person.id) > (:after_name, :after_id)
	AND person.roles & :roles AND (:state = 0 OR seen.person_id IS NULL)
ORDER BY person.sort_name, person.id LIMIT :limit;

-- name: list_blocked_people
-- From the blocks, which are few.
SELECT person.id, shown.json, password.hash IS NOT NULL, person.login, seen.last_seen_ms,
	person.sort_name, block.since_ms IS NOT NULL
FROM person_block block CROSS JOIN person ON person.key = block.person_key
JOIN person_json shown ON shown.key = person.key
LEFT JOIN password ON password.person_id = person.id
LEFT JOIN person_seen seen ON seen.person_id = person.id
WHERE (person.sort_name, person.id) > (:after_name, :after_id)
	AND (person.roles <> 0 OR NOT EXISTS (SELECT 1 FROM person_erased WHERE person_key = person.key)
		AND NOT EXISTS (SELECT 1 FROM person_merged WHERE person_key = person.key))
	AND (:roles = 0 OR person.roles & :roles) AND :state = 1
ORDER BY person.sort_name, person.id LIMIT :limit;

-- name: search_people
-- The page is found first: what else is shown of a person is read for those on it alone.
SELECT person.id, shown.json, password.hash IS NOT NULL, person.login, seen.last_seen_ms,
	person.sort_name, block.since_ms IS NOT NULL
FROM (SELECT one.key AS key FROM (SELECT DISTINCT person_key FROM person_search
		WHERE text >= :from AND text < :from || char(1114111)) found
	JOIN person one ON one.key = found.person_key
	WHERE (one.sort_name, one.id) > (:after_name, :after_id)
		AND (one.roles <> 0 OR NOT EXISTS (SELECT 1 FROM person_erased WHERE person_key = one.key)
		AND NOT EXISTS (SELECT 1 FROM person_merged WHERE person_key = one.key))
	AND (:roles = 0 OR one.roles & :roles)
		AND (:state <> 1 OR EXISTS (SELECT 1 FROM person_block WHERE person_key = one.key))
		AND (:state <> 2 OR NOT EXISTS (SELECT 1 FROM person_seen WHERE person_id = one.id))
	ORDER BY one.sort_name, one.id LIMIT :limit) page
CROSS JOIN person ON person.key = page.key
JOIN person_json shown ON shown.key = person.key
LEFT JOIN password ON password.person_id = person.id
LEFT JOIN person_seen seen ON seen.person_id = person.id
LEFT JOIN person_block block ON block.person_key = person.key
ORDER BY person.sort_name, person.id;

-- name: search_people_after
-- Behind a first page, which was full: people are walked by name from the cursor on until the page is, and each looked up
-- among the found. All pages together walk everybody once.
SELECT person.id, shown.json, password.hash IS NOT NULL, person.login, seen.last_seen_ms,
	person.sort_name, block.since_ms IS NOT NULL
FROM (SELECT one.key AS key FROM person one INDEXED BY person_by_name
	WHERE (one.sort_name, one.id) > (:after_name, :after_id)
		AND one.key IN (SELECT person_key FROM person_search
			WHERE text >= :from AND text < :from || char(1114111))
		AND (one.roles <> 0 OR NOT EXISTS (SELECT 1 FROM person_erased WHERE person_key = one.key)
		AND NOT EXISTS (SELECT 1 FROM person_merged WHERE person_key = one.key))
	AND (:roles = 0 OR one.roles & :roles)
		AND (:state <> 1 OR EXISTS (SELECT 1 FROM person_block WHERE person_key = one.key))
		AND (:state <> 2 OR NOT EXISTS (SELECT 1 FROM person_seen WHERE person_id = one.id))
	ORDER BY one.sort_name, one.id LIMIT :limit) page
CROSS JOIN person ON person.key = page.key
JOIN person_json shown ON shown.key = person.key
LEFT JOIN password ON password.person_id = person.id
LEFT JOIN person_seen seen ON seen.person_id = person.id
LEFT JOIN person_block block ON block.person_key = person.key
ORDER BY person.sort_name, person.id;

-- name: find_password
SELECT hash FROM password WHERE person_id = :person;

-- name: set_password
INSERT INTO password (person_id, hash, changed_ms) VALUES (:person, :hash, :now)
ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, changed_ms = excluded.changed_ms;

-- name: remove_password
DELETE FROM password WHERE person_id = :person;

-- name: set_person_setting
INSERT INTO person_setting (person_id, language, theme, changed_ms)
VALUES (:person, :language, coalesce(:theme, 'auto'), :now)
ON CONFLICT (person_id) DO UPDATE SET language = coalesce(:language, language),
	theme = coalesce(:theme, theme), changed_ms = :now;

-- name: add_session
INSERT INTO session (id, digest, person_id, own_device, device, created_ms, last_seen_ms,
	expires_ms)
VALUES (:id, :digest, :person, :own_device, :device, :now, :now, :expires);

-- name: find_session
SELECT session.id, session.person_id, session.own_device, session.last_seen_ms,
	session.expires_ms, person.roles, session.created_ms
FROM session JOIN person ON person.id = session.person_id
WHERE session.digest = :digest AND person.roles <> 0
	AND NOT EXISTS (SELECT 1 FROM person_block WHERE person_key = person.key);

-- name: find_session_end
SELECT expires_ms, own_device FROM session WHERE id = :id;

-- name: list_sessions
SELECT id, own_device, device, created_ms, last_seen_ms FROM session
WHERE person_id = :person AND expires_ms > :now ORDER BY last_seen_ms DESC, id;

-- name: list_session_ids
SELECT id FROM session WHERE person_id = :person ORDER BY last_seen_ms DESC, id LIMIT -1
OFFSET :keep;

-- name: is_session_of
SELECT 1 FROM session WHERE id = :id AND person_id = :person;

-- name: keep_session
UPDATE session SET last_seen_ms = :now, expires_ms = :expires WHERE id = :id;

-- name: remove_session
DELETE FROM session WHERE id = :id;

-- name: remove_ended_sessions
DELETE FROM session WHERE expires_ms <= :now RETURNING id;

-- name: set_person_seen
INSERT INTO person_seen (person_id, last_seen_ms) VALUES (:person, :now)
ON CONFLICT (person_id) DO UPDATE SET last_seen_ms = max(last_seen_ms, excluded.last_seen_ms);

-- name: add_sign_in_code
INSERT INTO sign_in_code (digest, person_id, expires_ms) VALUES (:digest, :person, :expires);

-- name: find_sign_in_code
SELECT code.person_id, code.expires_ms, person.display_name
FROM sign_in_code code JOIN person ON person.id = code.person_id
WHERE code.digest = :digest AND code.expires_ms > :now;

-- name: remove_sign_in_code
DELETE FROM sign_in_code WHERE digest = :digest;

-- name: remove_old_sign_in_codes
DELETE FROM sign_in_code WHERE expires_ms <= :now;

-- name: remove_surplus_sign_in_codes
DELETE FROM sign_in_code WHERE digest IN (SELECT digest FROM sign_in_code
	WHERE person_id = :person ORDER BY expires_ms DESC LIMIT -1 OFFSET :keep);

-- name: find_look_term
SELECT key FROM look_term WHERE term = :term;

-- name: add_look_term
INSERT INTO look_term (term) VALUES (:term);

-- name: add_look
INSERT INTO look (subject_key, slot, actor_key, purpose_key)
VALUES (:subject_key, :slot, :actor_key, :purpose_key)
ON CONFLICT (subject_key, slot, actor_key, purpose_key) DO NOTHING;

-- name: remove_old_looks
DELETE FROM look WHERE subject_key = :subject_key AND slot < :slot;

-- name: list_looks
SELECT look.slot, look.actor_key, look.purpose_key, actor.term, purpose.term FROM look
JOIN look_term actor ON actor.key = look.actor_key
JOIN look_term purpose ON purpose.key = look.purpose_key
WHERE look.subject_key = (SELECT key FROM look_term WHERE term = :subject)
	AND (look.slot, look.actor_key, look.purpose_key) < (:slot, :actor_key, :purpose_key)
ORDER BY look.slot DESC, look.actor_key DESC, look.purpose_key DESC LIMIT :limit;

-- name: has_person
SELECT 1 FROM person WHERE id = :id;

-- name: is_person_erased
SELECT 1 FROM person_erased WHERE person_key = (SELECT key FROM person WHERE id = :id);

-- name: add_person_erased
INSERT INTO person_erased (person_key, hlc) VALUES (:person_key, :hlc)
ON CONFLICT (person_key) DO NOTHING;

-- name: empty_person
-- "~" is behind every stamp: nothing that comes later gives the row a name again.
UPDATE person SET family_name = '', given_name = '', patronymic = NULL,
	display_name = :display_name, short_name = :display_name, sort_name = '', roles = 0,
	login = NULL, login_folded = NULL, birth_date = NULL, about = '', json = :json,
	names_stamp = '~', roles_stamp = '~'
WHERE key = :person_key;

-- name: remove_person_searches
DELETE FROM person_search WHERE person_key = :person_key;

-- name: remove_person_setting
DELETE FROM person_setting WHERE person_id = :person;

-- name: remove_person_seen
DELETE FROM person_seen WHERE person_id = :person;

-- name: close_person
-- Of who became somebody else: the login is free, no role is left.
UPDATE person SET login = NULL, login_folded = NULL, roles = 0, roles_stamp = '~',
	names_stamp = '~'
WHERE key = :person_key;

-- name: add_person_merged
INSERT INTO person_merged (person_key, into_key)
SELECT :person_key, key FROM person WHERE id = :into
ON CONFLICT (person_key) DO UPDATE SET into_key = excluded.into_key;

-- name: move_person_merged
-- Whoever had become the one that goes is the other one by now.
UPDATE person_merged SET into_key = (SELECT key FROM person WHERE id = :into)
WHERE into_key = :person_key;

-- name: show_merged_as
-- Whoever became this person is shown as this person.
UPDATE person SET (display_name, short_name, json) =
	(SELECT display_name, short_name, json FROM person WHERE key = :into_key)
WHERE key IN (SELECT person_key FROM person_merged WHERE into_key = :into_key);

-- name: find_language
SELECT coalesce(language, 'ru') FROM person_setting WHERE person_id = :person;

-- name: list_merged_into
SELECT from_.id FROM person_merged merged JOIN person from_ ON from_.key = merged.person_key
WHERE merged.into_key = (SELECT key FROM person WHERE id = :id) ORDER BY from_.id;

-- name: find_export_of_person
SELECT person.family_name, person.given_name, person.patronymic, person.display_name, person.login,
	person.birth_date, person.about, setting.language, setting.theme, seen.last_seen_ms,
	picture.large, picture.small, person.roles
FROM person LEFT JOIN person_setting setting ON setting.person_id = person.id
LEFT JOIN person_seen seen ON seen.person_id = person.id
LEFT JOIN person_picture picture ON picture.person_key = person.key
WHERE person.id = :id;

-- name: list_looks_at
-- All of one subject, from one slot on, oldest first.
SELECT look.slot, actor.term, purpose.term FROM look
JOIN look_term actor ON actor.key = look.actor_key
JOIN look_term purpose ON purpose.key = look.purpose_key
WHERE look.subject_key = (SELECT key FROM look_term WHERE term = :subject)
	AND look.slot >= :from_slot
ORDER BY look.slot LIMIT :limit;

-- name: render_contacts_of
SELECT json_group_array(json_object('kind', iif(kind = 1, 'email', 'phone'), 'value', value))
FROM person_contact WHERE person_key = (SELECT key FROM person WHERE id = :person);

-- name: remove_contacts_of
DELETE FROM person_contact WHERE person_key = :person_key;

-- name: remove_correction_of
DELETE FROM person_correction WHERE person_key = :person_key;

-- name: remove_block_of
DELETE FROM person_block WHERE person_key = :person_key;

-- name: remove_role_ends_of
DELETE FROM person_role_end WHERE person_key = :person_key;

-- name: remove_recovery_of
DELETE FROM person_recovery WHERE person_key = :person_key;
