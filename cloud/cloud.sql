-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What an instance asks of PostgreSQL.

-- name: find_schema
SELECT WHERE to_regclass('school') IS NOT NULL;

-- name: live
INSERT INTO instance (run, name, alive_until) VALUES ($1, $2, now() + $3 * interval '1 second')
ON CONFLICT (run) DO UPDATE SET alive_until = excluded.alive_until;

-- name: end_instance
WITH gone AS (DELETE FROM instance WHERE run = $1)
UPDATE school SET holder = NULL WHERE holder = $1;

-- Instances that died long ago are forgotten with it.
-- name: take
WITH dead AS (DELETE FROM instance WHERE alive_until < now() - interval '1 hour'),
free AS (
	SELECT s.id FROM school s
	WHERE s.holder IS NULL OR NOT EXISTS (
		SELECT 1 FROM instance i WHERE i.run = s.holder AND i.alive_until > now())
	ORDER BY s.id LIMIT $2 FOR UPDATE OF s SKIP LOCKED)
UPDATE school SET holder = $1, fence = fence + 1 FROM free WHERE school.id = free.id
RETURNING school.id, school.slug, school.fence, school.box_key, urok_boxes(school.id);

-- name: list_held
SELECT id, urok_boxes(id) FROM school WHERE holder = $1;

-- New events stand in columns behind what is said as JSON.
-- name: commit_turn
SELECT urok_commit_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
	$16, $17, $18, $19, $20, $21, $22, $23);

-- A blanked place that the file has keeps its words until it was seen here.
-- name: find_turn
SELECT turn, snapshot_turn, pruned_turn, restored_turn FROM school WHERE id = $1 AND holder = $2 AND fence = $3;

-- name: list_log
SELECT seq, json_build_object('seq', seq, 'id', id, 'origin_key', origin_key, 'origin_seq', origin_seq,
	'hlc', hlc, 'seen', seen, 'actor', actor, 'kind', kind, 'version', version, 'scope', scope,
	'subject', subject, 'salt', CASE WHEN salt IS NOT NULL THEN json_build_object('hex', salt) END,
	'body', body, 'body_mac', json_build_object('hex', body_mac), 'hash', json_build_object('hex', hash), 'held', held,
	'seal', CASE WHEN seal IS NOT NULL THEN json_build_object('hex', seal) END)
FROM log WHERE school = $1 AND turn > $2 AND turn <= $3 AND seq > $4 ORDER BY seq LIMIT 5000;

-- The same of a file that has nothing: in the order of places, whatever PostgreSQL thinks of turns. Else
-- it sorts all of the log for each page.
-- name: list_whole_log
SELECT seq, json_build_object('seq', seq, 'id', id, 'origin_key', origin_key, 'origin_seq', origin_seq,
	'hlc', hlc, 'seen', seen, 'actor', actor, 'kind', kind, 'version', version, 'scope', scope,
	'subject', subject, 'salt', CASE WHEN salt IS NOT NULL THEN json_build_object('hex', salt) END,
	'body', body, 'body_mac', json_build_object('hex', body_mac), 'hash', json_build_object('hex', hash), 'held', held,
	'seal', CASE WHEN seal IS NOT NULL THEN json_build_object('hex', seal) END)
FROM log WHERE school = $1 AND turn + 0 > $2 AND turn + 0 <= $3 AND seq > $4 ORDER BY seq LIMIT 5000;

-- name: list_kept
SELECT sealed FROM kept WHERE school = $1 AND turn > $2 AND turn <= $3;

-- name: add_school
INSERT INTO school (id, slug, box_key) VALUES ($1, $2, $3);

-- For the console: nobody is asked for a certificate.
-- name: bind_box
INSERT INTO box (origin, school) SELECT $2, id FROM school WHERE slug = $1
ON CONFLICT (origin) DO UPDATE SET school = excluded.school, linked = now(), unlinked = NULL
RETURNING origin;

-- name: find_authority
SELECT certificate, sealed FROM authority WHERE key = 1;

-- name: add_authority
INSERT INTO authority (key, certificate, sealed) VALUES (1, $1, $2) ON CONFLICT (key) DO NOTHING;

-- name: add_link_code
INSERT INTO link_code (school, hash, until) SELECT id, $2, now() + interval '1 hour' FROM school WHERE slug = $1
ON CONFLICT (school) DO UPDATE SET hash = excluded.hash, until = excluded.until RETURNING school;

-- name: link
SELECT verdict, id, slug FROM urok_link($1, $2, $3, $4, $5);

-- name: find_link
SELECT s.id, s.slug, to_char(b.linked AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	s.holder
FROM box b JOIN box_certificate c ON c.origin = b.origin JOIN school s ON s.id = b.school
WHERE b.origin = $1 AND b.unlinked IS NULL AND c.serial = $2 AND c.revoked IS NULL;

-- name: unlink
WITH gone AS (UPDATE box SET unlinked = now() WHERE origin = $1 AND unlinked IS NULL
	AND EXISTS (SELECT FROM box_certificate WHERE serial = $2 AND origin = $1 AND revoked IS NULL) RETURNING origin, school),
revoked AS (UPDATE box_certificate c SET revoked = now() FROM gone WHERE c.origin = gone.origin AND c.revoked IS NULL)
SELECT origin, urok_leave_schools(school, NULL, NULL) FROM gone;

-- name: unlink_school
WITH gone AS (UPDATE box SET unlinked = now() FROM school s
	WHERE s.slug = $1 AND box.school = s.id AND box.unlinked IS NULL RETURNING box.origin, box.school),
revoked AS (UPDATE box_certificate c SET revoked = now() FROM gone WHERE c.origin = gone.origin AND c.revoked IS NULL)
SELECT origin, urok_leave_schools(school, NULL, NULL) FROM gone;

-- Some at a time: who asks again and again gets no more.
-- name: add_certificate
INSERT INTO box_certificate (serial, origin, ends) SELECT $2, $1, to_timestamp($3)
WHERE (SELECT count(*) FROM box_certificate WHERE origin = $1 AND revoked IS NULL AND ends > now()) < 5
RETURNING serial;

-- name: list_revoked
SELECT serial FROM box_certificate WHERE revoked IS NOT NULL AND ends > now() ORDER BY serial;

-- A backup was put back: the turns after it are counted from far behind all that was lost, so that no
-- file of the lost ones is taken for one of these.
-- name: leave_lost_turns
UPDATE school SET turn = turn + 1000000000, pruned_turn = turn + 1000000000, restored_turn = turn + 1000000000,
	snapshot_turn = 0, holder = NULL, fence = fence + 1;

-- name: list_linked_boxes
SELECT b.origin FROM box b WHERE b.unlinked IS NULL
AND EXISTS (SELECT FROM box_certificate c WHERE c.origin = b.origin AND c.revoked IS NULL AND c.ends > now()) ORDER BY b.origin;

-- name: list_schools
SELECT s.slug, s.id, s.turn, coalesce(i.name, '') FROM school s
LEFT JOIN instance i ON i.run = s.holder AND i.alive_until > now() ORDER BY s.slug;

-- No row: the school is another's, or the file is older than what all files have to have.
-- name: add_snapshot_part
WITH mine AS (
	SELECT id FROM school
	WHERE id = $1 AND holder = $2 AND fence = $3 AND snapshot_turn < $4 AND greatest(pruned_turn, erased_turn) <= $4 FOR SHARE)
INSERT INTO snapshot (school, turn, part, sealed) SELECT id, $4, $5::int, $6::text FROM mine
ON CONFLICT (school, turn, part) DO UPDATE SET sealed = excluded.sealed RETURNING part;

-- Seen as the last word, with the fence, when all parts are there: then the ones before go, and what
-- somebody left who died over the same turn.
-- name: finish_snapshot
WITH mine AS (
	UPDATE school SET snapshot_turn = $4, pruned_turn = $4
	WHERE id = $1 AND holder = $2 AND fence = $3 AND snapshot_turn < $4 AND greatest(pruned_turn, erased_turn) <= $4
	AND (SELECT count(*) FROM snapshot WHERE school = $1 AND turn = $4 AND part < $5) = $5 RETURNING id),
older AS (DELETE FROM snapshot USING mine WHERE snapshot.school = mine.id AND (snapshot.turn <> $4 OR snapshot.part >= $5)),
gone AS (DELETE FROM kept USING mine WHERE kept.school = mine.id AND kept.gone AND kept.turn <= $4)
SELECT id FROM mine;

-- name: find_snapshot_part
SELECT sealed FROM snapshot WHERE school = $1 AND turn = $2 AND part = $3;

-- name: make_join
SELECT urok_make_join($1, $2, $3, $4, $5, $6);

-- name: use_join
SELECT urok_use_join($1, $2, $3, $4, $5, $6, $7);

-- name: confirm_join
SELECT urok_confirm_join($1, $2, $3, $4, $5);

-- name: leave_schools
SELECT urok_leave_schools($1, $2, $3);

-- name: exchange_members
SELECT person, school, slug, name, state, card FROM urok_exchange_members($1, $2, $3, $4);
