-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the cloud holds as the truth. Run as a whole by each instance that starts: what is there stays,
-- and is not locked. Whoever waits for a table that is read for long, as by pg_dump, makes all others
-- wait behind, and IF NOT EXISTS of an index or a column waits before it looks.

SET LOCAL client_min_messages = warning;
SELECT pg_advisory_xact_lock(7562097);
SET LOCAL lock_timeout = '2s';

CREATE OR REPLACE FUNCTION urok_unless(p_is_there boolean, p_sql text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF p_is_there IS NOT TRUE THEN
		EXECUTE p_sql;
	END IF;
END $$;

CREATE OR REPLACE FUNCTION urok_has_column(p_table text, p_column text) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM pg_attribute
		WHERE attrelid = to_regclass(p_table) AND attname = p_column AND NOT attisdropped);
$$;

-- A process that holds schools. It says again and again that it lives.
CREATE TABLE IF NOT EXISTS instance (
	run uuid PRIMARY KEY,
	name text NOT NULL,
	alive_until timestamptz NOT NULL
);

-- fence rises each time a school is taken: who has an older one writes nothing any more.
CREATE TABLE IF NOT EXISTS school (
	id uuid PRIMARY KEY,
	slug text NOT NULL UNIQUE,
	added timestamptz NOT NULL DEFAULT now(),
	box_key text NOT NULL, -- sealed: what the school's own positions and codes are sealed with
	holder uuid,
	fence bigint NOT NULL DEFAULT 0,
	turn bigint NOT NULL DEFAULT 0,
	snapshot_turn bigint NOT NULL DEFAULT 0,
	pruned_turn bigint NOT NULL DEFAULT 0 -- rows that went before it left no trace
) WITH (fillfactor = 50);
-- The last turn in which somebody was erased or something went by its age: no snapshot of before is taken.
SELECT urok_unless(urok_has_column('school', 'erased_turn'),
	'ALTER TABLE school ADD COLUMN erased_turn bigint NOT NULL DEFAULT 0');
-- From which a backup that was put back counts on: while nothing was written since, the school's next
-- opening begins a new epoch of its log.
SELECT urok_unless(urok_has_column('school', 'restored_turn'),
	'ALTER TABLE school ADD COLUMN restored_turn bigint NOT NULL DEFAULT 0');
SELECT urok_unless(to_regclass('school_by_holder') IS NOT NULL,
	'CREATE INDEX school_by_holder ON school (holder)');

-- The log of each school, in the order in which the cloud learned of it.
CREATE TABLE IF NOT EXISTS log (
	school uuid NOT NULL,
	seq bigint NOT NULL,
	turn bigint NOT NULL, -- that wrote, filled or blanked it last
	id text NOT NULL,
	origin_key bigint NOT NULL,
	origin_seq bigint NOT NULL,
	hlc bigint NOT NULL,
	seen text NOT NULL,
	actor text NOT NULL,
	kind text NOT NULL,
	version int NOT NULL,
	scope text NOT NULL,
	subject text NOT NULL,
	salt text, -- bytes in hexadecimal, as the two digests
	body text,
	body_mac text NOT NULL,
	hash text NOT NULL,
	held bigint NOT NULL,
	seal text, -- its origin's, kept for it
	PRIMARY KEY (school, seq)
) PARTITION BY HASH (school);
SELECT urok_unless(urok_has_column('log', 'seal'), 'ALTER TABLE log ADD COLUMN seal text');
SELECT urok_unless(to_regclass('log_by_turn') IS NOT NULL,
	'CREATE INDEX log_by_turn ON log (school, turn)');

-- Rows that no event makes: sealed, named by a keyed digest of table and key.
CREATE TABLE IF NOT EXISTS kept (
	school uuid NOT NULL,
	name text NOT NULL,
	turn bigint NOT NULL,
	gone boolean NOT NULL, -- its table and key are told, so that views lose it as well
	sealed text NOT NULL,
	PRIMARY KEY (school, name)
) PARTITION BY HASH (school);
SELECT urok_unless(to_regclass('kept_by_turn') IS NOT NULL,
	'CREATE INDEX kept_by_turn ON kept (school, turn)');

-- The view of a turn as a file, sealed, in parts.
CREATE TABLE IF NOT EXISTS snapshot (
	school uuid NOT NULL,
	turn bigint NOT NULL,
	part int NOT NULL,
	sealed text NOT NULL,
	PRIMARY KEY (school, turn, part)
) PARTITION BY HASH (school);
SELECT urok_unless((SELECT attstorage = 'e' FROM pg_attribute WHERE attrelid = 'snapshot'::regclass AND attname = 'sealed'),
	'ALTER TABLE snapshot ALTER COLUMN sealed SET STORAGE EXTERNAL');

-- People of several schools: one account, who they are in each of them.
CREATE TABLE IF NOT EXISTS membership (
	account uuid NOT NULL,
	school uuid NOT NULL REFERENCES school (id),
	person uuid NOT NULL,
	PRIMARY KEY (account, school)
);
SELECT urok_unless(to_regclass('membership_by_person') IS NOT NULL,
	'CREATE UNIQUE INDEX membership_by_person ON membership (school, person)');

-- What vouches for boxes; its key is sealed with the cloud's.
CREATE TABLE IF NOT EXISTS authority (
	key int PRIMARY KEY CHECK (key = 1),
	certificate text NOT NULL,
	sealed text NOT NULL
);

-- A school's own server that speaks to the cloud: by the origin of its log.
CREATE TABLE IF NOT EXISTS box (
	origin uuid PRIMARY KEY,
	school uuid NOT NULL REFERENCES school (id),
	name text NOT NULL DEFAULT '',
	linked timestamptz NOT NULL DEFAULT now(),
	unlinked timestamptz -- by the box, or at the console
);
SELECT urok_unless(to_regclass('box_by_school') IS NOT NULL,
	'CREATE INDEX box_by_school ON box (school)');

-- Sealed: what the school tells of its side.
SELECT urok_unless(urok_has_column('membership', 'card'), 'ALTER TABLE membership ADD COLUMN card text');
SELECT urok_unless(to_regclass('membership_by_school') IS NOT NULL,
	'CREATE INDEX membership_by_school ON membership (school)');

-- What schools are called by those whose people are known elsewhere.
CREATE TABLE IF NOT EXISTS known_school (
	school uuid PRIMARY KEY REFERENCES school (id),
	name text NOT NULL
);

-- The code of somebody's account in one school that is typed in another; once it was (by_school), a
-- question that is answered where it was made.
CREATE TABLE IF NOT EXISTS join_code (
	locator text PRIMARY KEY,
	digits text NOT NULL, -- a keyed digest
	school uuid NOT NULL REFERENCES school (id),
	person uuid NOT NULL,
	pupil boolean NOT NULL,
	until timestamptz NOT NULL,
	wrong int NOT NULL DEFAULT 0,
	by_school uuid REFERENCES school (id),
	by_person uuid,
	by_card text,
	UNIQUE (school, person)
);
SELECT urok_unless(to_regclass('join_code_by_other') IS NOT NULL,
	'CREATE INDEX join_code_by_other ON join_code (by_school, by_person)');
SELECT urok_unless(to_regclass('join_code_by_end') IS NOT NULL,
	'CREATE INDEX join_code_by_end ON join_code (until)');

CREATE TABLE IF NOT EXISTS box_certificate (
	serial text PRIMARY KEY, -- hexadecimal, capitals
	origin uuid NOT NULL REFERENCES box (origin),
	ends timestamptz NOT NULL,
	revoked timestamptz
);
SELECT urok_unless(to_regclass('box_certificate_by_origin') IS NOT NULL,
	'CREATE INDEX box_certificate_by_origin ON box_certificate (origin)');
SELECT urok_unless(to_regclass('box_certificate_revoked') IS NOT NULL,
	'CREATE INDEX box_certificate_revoked ON box_certificate (serial) WHERE revoked IS NOT NULL');

-- Of a school, the newest alone: who types it at a box links that box.
CREATE TABLE IF NOT EXISTS link_code (
	school uuid PRIMARY KEY REFERENCES school (id),
	hash text NOT NULL UNIQUE, -- keyed
	until timestamptz NOT NULL
);

DO $$
BEGIN
	FOR i IN 0..15 LOOP
		EXECUTE format('CREATE TABLE IF NOT EXISTS log_%s PARTITION OF log FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
		EXECUTE format('CREATE TABLE IF NOT EXISTS kept_%s PARTITION OF kept FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
		EXECUTE format('CREATE TABLE IF NOT EXISTS snapshot_%s PARTITION OF snapshot FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
	END LOOP;
END $$;

-- The origins of a school's boxes with a blank between; its own, which decides, is the first.
CREATE OR REPLACE FUNCTION urok_boxes(p_school uuid) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT string_agg(origin::text, ' ' ORDER BY linked, origin) FROM box
	WHERE school = p_school AND unlinked IS NULL;
$$;

-- The one way in which a school is written. The row of the school is locked until the commit, so
-- whoever takes the school meanwhile waits, and whoever lost it is refused.
CREATE OR REPLACE FUNCTION urok_hold(p_school uuid, p_holder uuid, p_fence bigint, p_from bigint, p_turn bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE school SET turn = p_turn
	WHERE id = p_school AND holder = p_holder AND fence = p_fence AND turn = p_from;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'the school is held by another instance' USING ERRCODE = 'UR001';
	END IF;
END $$;

-- What was erased would stay in the snapshot of before, which nobody can read in part.
CREATE OR REPLACE FUNCTION urok_drop_snapshot(p_school uuid, p_turn bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE school SET snapshot_turn = 0, erased_turn = p_turn WHERE id = p_school;
	DELETE FROM snapshot WHERE school = p_school;
END $$;

-- Events that were filled, blanked, moved or taken back.
CREATE OR REPLACE FUNCTION urok_change_log(p_school uuid, p_turn bigint, p_events json)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	-- A restored end puts its own events behind those that came back (docs/sync-protocol.md §6): places
	-- are left. What another file holds at them it would keep, so all files begin anew.
	DELETE FROM log USING json_to_recordset(p_events) AS e (seq bigint, id text)
	WHERE log.school = p_school AND log.seq = e.seq AND e.id IS NULL;
	IF FOUND THEN
		UPDATE school SET pruned_turn = p_turn WHERE id = p_school;
		PERFORM urok_drop_snapshot(p_school, p_turn);
	END IF;
	INSERT INTO log (school, seq, turn, id, origin_key, origin_seq, hlc, seen, actor, kind, version,
		scope, subject, salt, body, body_mac, hash, held, seal)
	SELECT p_school, e.seq, p_turn, e.id, e.origin_key, e.origin_seq, e.hlc, e.seen, e.actor, e.kind,
		e.version, e.scope, e.subject, e.salt ->> 'hex', e.body, e.body_mac ->> 'hex', e.hash ->> 'hex', e.held,
		e.seal ->> 'hex'
	FROM json_to_recordset(p_events) AS e (seq bigint, id text, origin_key bigint, origin_seq bigint,
		hlc bigint, seen text, actor text, kind text, version int, scope text, subject text,
		salt json, body text, body_mac json, hash json, held bigint, seal json)
	WHERE e.id IS NOT NULL
	ON CONFLICT (school, seq) DO UPDATE SET turn = excluded.turn, id = excluded.id,
		origin_key = excluded.origin_key, origin_seq = excluded.origin_seq, hlc = excluded.hlc,
		seen = excluded.seen, actor = excluded.actor, kind = excluded.kind, version = excluded.version,
		scope = excluded.scope, subject = excluded.subject, salt = excluded.salt, body = excluded.body,
		body_mac = excluded.body_mac, hash = excluded.hash, held = excluded.held, seal = excluded.seal;
END $$;

CREATE OR REPLACE FUNCTION urok_commit(p_school uuid, p_holder uuid, p_fence bigint, p_turn bigint,
	p_events json, p_kept json)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM urok_hold(p_school, p_holder, p_fence, p_turn - 1, p_turn);
	IF json_array_length(p_events) > 0 THEN
		PERFORM urok_change_log(p_school, p_turn, p_events);
	END IF;
	INSERT INTO kept (school, name, turn, gone, sealed)
	SELECT p_school, k.name, p_turn, k.gone, k.sealed
	FROM json_to_recordset(p_kept) AS k (name text, gone boolean, sealed text)
	ON CONFLICT (school, name) DO UPDATE SET turn = excluded.turn, gone = excluded.gone, sealed = excluded.sealed;
	IF EXISTS (SELECT FROM json_to_recordset(p_kept) AS k (erases boolean) WHERE k.erases) THEN
		PERFORM urok_drop_snapshot(p_school, p_turn);
	END IF;
END $$;

-- The same with new events as a column each: half the time of reading them as JSON.
CREATE OR REPLACE FUNCTION urok_commit_turn(p_school uuid, p_holder uuid, p_fence bigint, p_turn bigint,
	p_events json, p_kept json, p_seq bigint[], p_id text[], p_origin_key bigint[], p_origin_seq bigint[], p_hlc bigint[], p_seen text[],
	p_actor text[], p_kind text[], p_version int[], p_scope text[], p_subject text[], p_salt text[], p_body text[],
	p_body_mac text[], p_hash text[], p_held bigint[], p_seal text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM urok_commit(p_school, p_holder, p_fence, p_turn, p_events, p_kept);
	INSERT INTO log (school, turn, seq, id, origin_key, origin_seq, hlc, seen, actor, kind, version,
		scope, subject, salt, body, body_mac, hash, held, seal)
	SELECT p_school, p_turn, e.* FROM unnest(p_seq, p_id, p_origin_key, p_origin_seq, p_hlc, p_seen, p_actor, p_kind, p_version,
		p_scope, p_subject, p_salt, p_body, p_body_mac, p_hash, p_held, p_seal) AS e;
END $$;

-- --- People of several schools ---

CREATE OR REPLACE FUNCTION urok_name_school(p_school uuid, p_name text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO known_school (school, name) VALUES (p_school, p_name)
	ON CONFLICT (school) DO UPDATE SET name = excluded.name WHERE known_school.name <> excluded.name;
$$;

-- False: the locator is another's.
CREATE OR REPLACE FUNCTION urok_make_join(p_school uuid, p_name text, p_person uuid, p_pupil boolean,
	p_locator text, p_digits text)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM urok_name_school(p_school, p_name);
	DELETE FROM join_code WHERE until < now();
	DELETE FROM join_code WHERE school = p_school AND person = p_person;
	INSERT INTO join_code (locator, digits, school, person, pupil, until)
	VALUES (p_locator, p_digits, p_school, p_person, p_pupil, now() + interval '10 minutes')
	ON CONFLICT DO NOTHING;
	RETURN FOUND;
END $$;

-- Would one human have two accounts in a school?
CREATE OR REPLACE FUNCTION urok_is_twice(p_school uuid, p_person uuid, p_by_school uuid, p_by_person uuid)
RETURNS boolean LANGUAGE sql AS $$
	WITH one AS (
		SELECT o.school, o.person FROM membership m JOIN membership o ON o.account = m.account
		WHERE m.school = p_school AND m.person = p_person
		UNION SELECT p_school, p_person),
	other AS (
		SELECT o.school, o.person FROM membership m JOIN membership o ON o.account = m.account
		WHERE m.school = p_by_school AND m.person = p_by_person
		UNION SELECT p_by_school, p_by_person)
	SELECT EXISTS (SELECT 1 FROM one JOIN other ON other.school = one.school AND other.person <> one.person);
$$;

-- The locator lives through five wrong digits, the last one not. The right ones make it a question.
CREATE OR REPLACE FUNCTION urok_use_join(p_school uuid, p_name text, p_person uuid, p_pupil boolean,
	p_locator text, p_digits text, p_card text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	code join_code;
BEGIN
	PERFORM urok_name_school(p_school, p_name);
	SELECT * INTO code FROM join_code
	WHERE locator = p_locator AND until > now() AND by_school IS NULL FOR UPDATE;
	IF NOT FOUND THEN
		RETURN 'code-wrong';
	END IF;
	IF code.digits <> p_digits THEN
		UPDATE join_code SET wrong = wrong + 1 WHERE locator = p_locator;
		DELETE FROM join_code WHERE locator = p_locator AND wrong >= 5;
		RETURN 'code-wrong';
	END IF;
	IF code.school = p_school THEN
		RETURN 'own-school';
	END IF;
	IF code.pupil <> p_pupil THEN
		RETURN 'other-kind';
	END IF;
	IF urok_is_twice(code.school, code.person, p_school, p_person) THEN
		RETURN 'school-twice';
	END IF;
	UPDATE join_code SET digits = '', until = now() + interval '1 day', by_school = p_school,
		by_person = p_person, by_card = p_card
	WHERE locator = p_locator;
	RETURN 'done';
END $$;

-- Yes to a question. One human's accounts that were apart come together.
CREATE OR REPLACE FUNCTION urok_confirm_join(p_school uuid, p_name text, p_person uuid, p_other uuid, p_card text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	code join_code;
	one uuid;
	other uuid;
BEGIN
	PERFORM urok_name_school(p_school, p_name);
	LOCK TABLE membership IN SHARE ROW EXCLUSIVE MODE;
	DELETE FROM join_code
	WHERE school = p_school AND person = p_person AND by_school = p_other AND until > now()
	RETURNING * INTO code;
	IF NOT FOUND THEN
		RETURN 'not-found';
	END IF;
	IF urok_is_twice(p_school, p_person, code.by_school, code.by_person) THEN
		RETURN 'school-twice';
	END IF;
	SELECT account INTO one FROM membership WHERE school = p_school AND person = p_person;
	SELECT account INTO other FROM membership WHERE school = code.by_school AND person = code.by_person;
	one := coalesce(one, other, gen_random_uuid());
	UPDATE membership SET account = one WHERE account = other;
	INSERT INTO membership (account, school, person, card)
	VALUES (one, p_school, p_person, p_card), (one, code.by_school, code.by_person, code.by_card)
	ON CONFLICT (school, person) DO UPDATE SET card = excluded.card;
	RETURN 'done';
END $$;

-- No, or no more. p_other NULL: this account is nobody's elsewhere; p_person NULL: no account of the
-- school is. Whoever is left alone has no other school.
CREATE OR REPLACE FUNCTION urok_leave_schools(p_school uuid, p_person uuid, p_other uuid)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	LOCK TABLE membership IN SHARE ROW EXCLUSIVE MODE;
	DELETE FROM join_code
	WHERE (school = p_school AND (p_person IS NULL OR person = p_person)
			AND (p_other IS NULL OR by_school = p_other))
		OR (by_school = p_school AND (p_person IS NULL OR by_person = p_person)
			AND (p_other IS NULL OR school = p_other));
	DELETE FROM membership m USING membership own
	WHERE own.school = p_school AND (p_person IS NULL OR own.person = p_person)
		AND m.account = own.account AND m.school = coalesce(p_other, p_school);
	DELETE FROM membership m WHERE NOT EXISTS (
		SELECT 1 FROM membership o WHERE o.account = m.account AND o.school <> m.school);
	RETURN 'done';
END $$;

-- What this school tells of its people, and what the other schools tell of theirs.
CREATE OR REPLACE FUNCTION urok_exchange_members(p_school uuid, p_name text, p_cards json, p_all boolean)
RETURNS TABLE (person uuid, school uuid, slug text, name text, state text, card text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	PERFORM urok_name_school(p_school, p_name);
	UPDATE membership m SET card = c.card
	FROM json_to_recordset(p_cards) AS c (person uuid, card text)
	WHERE m.school = p_school AND m.person = c.person;
	RETURN QUERY
	SELECT o.person, s.id, s.slug, coalesce(k.name, s.slug), o.state, o.card
	FROM (
		SELECT m.person, t.school, 'joined'::text AS state, t.card
		FROM membership m JOIN membership t ON t.account = m.account AND t.school <> m.school
		WHERE m.school = p_school
		UNION ALL
		SELECT j.person, j.by_school, 'asked', NULL FROM join_code j
		WHERE j.school = p_school AND j.by_school IS NOT NULL AND j.until > now()
		UNION ALL
		SELECT j.by_person, j.school, 'asking', NULL FROM join_code j
		WHERE j.by_school = p_school AND j.until > now()) o
	JOIN school s ON s.id = o.school
	LEFT JOIN known_school k ON k.school = o.school
	WHERE p_all OR o.person IN (SELECT c.person FROM json_to_recordset(p_cards) AS c (person uuid))
	ORDER BY o.person, 4, s.id;
END $$;

-- A code is used once. A school that has events takes no box but one that it had before: two
-- schools would become one. Verdicts: done, code, box (another is living), own.
CREATE OR REPLACE FUNCTION urok_link(p_code text, p_origin uuid, p_name text, p_serial text, p_ends bigint)
RETURNS TABLE (verdict text, id uuid, slug text) LANGUAGE plpgsql AS $$
DECLARE
	its uuid;
BEGIN
	SELECT c.school INTO its FROM link_code c WHERE c.hash = p_code AND c.until > now() FOR UPDATE;
	IF its IS NULL THEN
		RETURN QUERY SELECT 'code', NULL::uuid, NULL::text;
		RETURN;
	END IF;
	IF EXISTS (SELECT FROM box b WHERE b.unlinked IS NULL
			AND (b.origin = p_origin) <> (b.school = its) AND (b.origin = p_origin OR b.school = its)) THEN
		RETURN QUERY SELECT 'box', NULL::uuid, NULL::text;
		RETURN;
	END IF;
	IF EXISTS (SELECT FROM log l WHERE l.school = its)
			AND NOT EXISTS (SELECT FROM box b WHERE b.origin = p_origin AND b.school = its) THEN
		RETURN QUERY SELECT 'own', NULL::uuid, NULL::text;
		RETURN;
	END IF;
	DELETE FROM link_code c WHERE c.school = its;
	INSERT INTO box AS b (origin, school, name) VALUES (p_origin, its, p_name)
	ON CONFLICT (origin) DO UPDATE SET school = its, name = p_name, linked = now(), unlinked = NULL;
	UPDATE box_certificate c SET revoked = now() WHERE c.origin = p_origin AND c.revoked IS NULL;
	INSERT INTO box_certificate (serial, origin, ends) VALUES (p_serial, p_origin, to_timestamp(p_ends));
	RETURN QUERY SELECT 'done', s.id, s.slug FROM school s WHERE s.id = its;
END $$;
