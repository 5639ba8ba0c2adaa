-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What people/ asks of contacts, corrections, blocks and ends of roles.

-- name: set_contact
INSERT INTO person_contact (person_key, kind, value, shown, event_id)
SELECT key, :kind, :value, :shown, :event FROM person WHERE id = :person
ON CONFLICT (person_key, kind) DO UPDATE SET value = excluded.value, shown = excluded.shown,
	event_id = excluded.event_id;

-- name: remove_contact
DELETE FROM person_contact WHERE person_key = (SELECT key FROM person WHERE id = :person)
	AND kind = :kind;

-- name: find_contact
SELECT value, shown, event_id FROM person_contact
WHERE person_key = (SELECT key FROM person WHERE id = :person) AND kind = :kind;

-- name: find_names
SELECT family_name, given_name, patronymic, birth_date, roles, about FROM person WHERE id = :id;

-- name: change_birth_date
UPDATE person SET birth_date = :birth_date WHERE id = :id;

-- name: set_correction
INSERT INTO person_correction (person_key, event_id, by_name, proposed_ms, family_name, given_name,
	patronymic, birth_date)
SELECT key, :event, :by, :now, :family_name, :given_name, :patronymic, :birth_date FROM person
WHERE id = :person
ON CONFLICT (person_key) DO UPDATE SET event_id = excluded.event_id, by_name = excluded.by_name,
	proposed_ms = excluded.proposed_ms, family_name = excluded.family_name,
	given_name = excluded.given_name, patronymic = excluded.patronymic,
	birth_date = excluded.birth_date;

-- name: remove_correction
DELETE FROM person_correction WHERE person_key = (SELECT key FROM person WHERE id = :person)
RETURNING event_id;

-- name: find_correction
SELECT event_id, by_name, proposed_ms, family_name, given_name, patronymic, birth_date
FROM person_correction WHERE person_key = (SELECT key FROM person WHERE id = :person);

-- name: find_correction_person
SELECT person.id FROM person_correction correction
JOIN person ON person.key = correction.person_key WHERE correction.event_id = :event;

-- name: list_corrections
SELECT person.id FROM person_correction correction
JOIN person ON person.key = correction.person_key
WHERE correction.proposed_ms > :after
ORDER BY correction.proposed_ms, correction.person_key LIMIT :limit;

-- name: add_block
INSERT INTO person_block (person_key, since_ms) SELECT key, :now FROM person WHERE id = :person
ON CONFLICT (person_key) DO NOTHING;

-- name: remove_block
DELETE FROM person_block WHERE person_key = (SELECT key FROM person WHERE id = :person);

-- name: is_blocked
SELECT 1 FROM person_block WHERE person_key = (SELECT key FROM person WHERE id = :person);

-- name: may_enter
SELECT roles <> 0 AND NOT EXISTS (SELECT 1 FROM person_block WHERE person_key = person.key)
FROM person WHERE id = :person;

-- name: set_role_end
INSERT INTO person_role_end (person_key, role, ends_on)
SELECT key, :role, :ends_on FROM person WHERE id = :person
ON CONFLICT (person_key, role) DO UPDATE SET ends_on = excluded.ends_on;

-- name: remove_role_ends
DELETE FROM person_role_end WHERE person_key = (SELECT key FROM person WHERE id = :person)
	AND role & :roles;

-- name: list_role_ends
SELECT role, ends_on FROM person_role_end
WHERE person_key = (SELECT key FROM person WHERE id = :person) ORDER BY role;

-- name: find_over_role
SELECT person.id, ends.role FROM person_role_end ends JOIN person ON person.key = ends.person_key
WHERE ends.ends_on < :today ORDER BY ends.ends_on, ends.person_key LIMIT 1;

-- name: find_next_role_end
SELECT ends_on FROM person_role_end WHERE ends_on > '' ORDER BY ends_on LIMIT 1;

-- name: set_recovery
INSERT INTO person_recovery (person_key, by_name, recovered_ms)
SELECT key, :by, :now FROM person WHERE id = :person
ON CONFLICT (person_key) DO UPDATE SET by_name = excluded.by_name,
	recovered_ms = excluded.recovered_ms;

-- name: find_recovery
SELECT recovery.by_name, recovery.recovered_ms FROM person_recovery recovery
JOIN person ON person.key = recovery.person_key
LEFT JOIN person_setting setting ON setting.person_id = person.id
WHERE person.id = :person AND recovery.recovered_ms > coalesce(setting.recovery_read_ms, 0);

-- name: add_sign_in_words
INSERT INTO sign_in_words (digest, code_digest, expires_ms) VALUES (:digest, :code, :expires);

-- name: find_sign_in_words
SELECT code.digest FROM sign_in_words words JOIN sign_in_code code ON code.digest = words.code_digest
WHERE words.digest = :digest;

-- name: remove_old_sign_in_words
DELETE FROM sign_in_words WHERE expires_ms <= :now;

-- name: find_account
SELECT shown.json, person.family_name, person.given_name, person.patronymic, person.birth_date,
	person.login, person.about, password.hash IS NOT NULL, seen.last_seen_ms, block.since_ms
FROM person JOIN person_json shown ON shown.key = person.key
LEFT JOIN password ON password.person_id = person.id
LEFT JOIN person_seen seen ON seen.person_id = person.id
LEFT JOIN person_block block ON block.person_key = person.key
WHERE person.id = :id;

-- name: find_card
SELECT shown.json, person.about, person.birth_date, coalesce(setting.birthday_shown, 0)
FROM person JOIN person_json shown ON shown.key = person.key
LEFT JOIN person_setting setting ON setting.person_id = person.id
WHERE person.id = :id;

-- name: set_quiet_hours
INSERT INTO person_setting (person_id, theme, quiet_from, quiet_to, changed_ms)
VALUES (:person, 'auto', :from, :to, :now)
ON CONFLICT (person_id) DO UPDATE SET quiet_from = :from, quiet_to = :to, changed_ms = :now;

-- name: set_birthday_shown
INSERT INTO person_setting (person_id, theme, birthday_shown, changed_ms)
VALUES (:person, 'auto', :shown, :now)
ON CONFLICT (person_id) DO UPDATE SET birthday_shown = :shown, changed_ms = :now;

-- name: set_recovery_read
INSERT INTO person_setting (person_id, theme, recovery_read_ms, changed_ms)
VALUES (:person, 'auto', :now, :now)
ON CONFLICT (person_id) DO UPDATE SET recovery_read_ms = :now, changed_ms = :now;
