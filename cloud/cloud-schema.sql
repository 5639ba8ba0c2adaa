-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the cloud holds as the truth. Run as a whole by each instance that starts: what is there stays.

SET LOCAL client_min_messages = warning;
SELECT pg_advisory_xact_lock(7562097);

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
CREATE INDEX IF NOT EXISTS school_by_holder ON school (holder);

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
	PRIMARY KEY (school, seq)
) PARTITION BY HASH (school);
CREATE INDEX IF NOT EXISTS log_by_turn ON log (school, turn);

-- Rows that no event makes: sealed, named by a keyed digest of table and key.
CREATE TABLE IF NOT EXISTS kept (
	school uuid NOT NULL,
	name text NOT NULL,
	turn bigint NOT NULL,
	gone boolean NOT NULL, -- its table and key are told, so that views lose it as well
	sealed text NOT NULL,
	PRIMARY KEY (school, name)
) PARTITION BY HASH (school);
CREATE INDEX IF NOT EXISTS kept_by_turn ON kept (school, turn);

-- The view of a turn as a file, sealed, in parts.
CREATE TABLE IF NOT EXISTS snapshot (
	school uuid NOT NULL,
	turn bigint NOT NULL,
	part int NOT NULL,
	sealed text NOT NULL,
	PRIMARY KEY (school, turn, part)
) PARTITION BY HASH (school);
ALTER TABLE snapshot ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- People of several schools: one account, who they are in each of them.
CREATE TABLE IF NOT EXISTS membership (
	account uuid NOT NULL,
	school uuid NOT NULL REFERENCES school (id),
	person uuid NOT NULL,
	PRIMARY KEY (account, school)
);
CREATE UNIQUE INDEX IF NOT EXISTS membership_by_person ON membership (school, person);

-- A school's own server that speaks to the cloud: by the origin of its log. serial: of its newest
-- certificate; nothing: it was bound at the console, and the broker knows it some other way.
CREATE TABLE IF NOT EXISTS box (
	origin uuid PRIMARY KEY,
	school uuid NOT NULL REFERENCES school (id),
	name text NOT NULL DEFAULT '',
	serial text,
	certificate_until timestamptz,
	linked timestamptz NOT NULL DEFAULT now(),
	unlinked timestamptz -- by the box, or at the console: its certificates are revoked
);
CREATE INDEX IF NOT EXISTS box_by_school ON box (school);

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

CREATE OR REPLACE FUNCTION urok_commit(p_school uuid, p_holder uuid, p_fence bigint, p_turn bigint,
	p_events json, p_kept json)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM urok_hold(p_school, p_holder, p_fence, p_turn - 1, p_turn);
	INSERT INTO log (school, seq, turn, id, origin_key, origin_seq, hlc, seen, actor, kind, version,
		scope, subject, salt, body, body_mac, hash, held)
	SELECT p_school, e.seq, p_turn, e.id, e.origin_key, e.origin_seq, e.hlc, e.seen, e.actor, e.kind,
		e.version, e.scope, e.subject, e.salt ->> 'hex', e.body, e.body_mac ->> 'hex', e.hash ->> 'hex', e.held
	FROM json_to_recordset(p_events) AS e (seq bigint, id text, origin_key bigint, origin_seq bigint,
		hlc bigint, seen text, actor text, kind text, version int, scope text, subject text,
		salt json, body text, body_mac json, hash json, held bigint)
	ON CONFLICT (school, seq) DO UPDATE SET turn = excluded.turn, id = excluded.id, hlc = excluded.hlc,
		seen = excluded.seen, actor = excluded.actor, kind = excluded.kind, version = excluded.version,
		scope = excluded.scope, subject = excluded.subject, salt = excluded.salt, body = excluded.body,
		held = excluded.held;
	INSERT INTO kept (school, name, turn, gone, sealed)
	SELECT p_school, k.name, p_turn, k.gone, k.sealed
	FROM json_to_recordset(p_kept) AS k (name text, gone boolean, sealed text)
	ON CONFLICT (school, name) DO UPDATE SET turn = excluded.turn, gone = excluded.gone, sealed = excluded.sealed;
END $$;
