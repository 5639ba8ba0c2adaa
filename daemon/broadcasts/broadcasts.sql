-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the room asks of its tables.

-- name: add_camera
INSERT INTO camera (id, slug, name, added_ms) VALUES (:id, :slug, :name, :added) ON CONFLICT (id) DO NOTHING;

-- name: update_camera_name
UPDATE camera SET name = :name WHERE id = :id;

-- name: remove_camera
DELETE FROM camera WHERE id = :id;

-- name: find_camera
SELECT camera.id, camera.slug, camera.name, access.url, access.login, health.state,
	coalesce(health.since_ms, camera.added_ms), health.found, health.still IS NOT NULL
FROM camera
LEFT JOIN camera_access AS access ON access.camera_id = camera.id
LEFT JOIN camera_health AS health ON health.camera_id = camera.id
WHERE camera.id = :id;

-- name: list_cameras
SELECT camera.id, camera.slug, camera.name, access.url, access.login, health.state,
	coalesce(health.since_ms, camera.added_ms), health.found, health.still IS NOT NULL
FROM camera
LEFT JOIN camera_access AS access ON access.camera_id = camera.id
LEFT JOIN camera_health AS health ON health.camera_id = camera.id
WHERE camera.key > :after ORDER BY camera.name, camera.id LIMIT :limit;

-- name: count_cameras
SELECT count(*) FROM camera;

-- name: find_camera_slug
SELECT 1 FROM camera WHERE slug = :slug;

-- name: find_camera_access
SELECT url, login, password FROM camera_access WHERE camera_id = :camera;

-- name: put_camera_access
INSERT INTO camera_access (camera_id, url, login, password) VALUES (:camera, :url, :login, :password)
ON CONFLICT (camera_id) DO UPDATE
SET url = excluded.url, login = excluded.login, password = excluded.password;

-- name: remove_camera_access
DELETE FROM camera_access WHERE camera_id = :camera;

-- name: put_camera_state
INSERT INTO camera_health (camera_id, state, since_ms) VALUES (:camera, :state, :now)
ON CONFLICT (camera_id) DO UPDATE
SET since_ms = iif(state = excluded.state, since_ms, excluded.since_ms), state = excluded.state;

-- name: put_camera_found
UPDATE camera_health SET found = :found, still = coalesce(:still, still) WHERE camera_id = :camera;

-- name: find_camera_still
SELECT still FROM camera_health WHERE camera_id = :camera AND still IS NOT NULL;

-- name: remove_camera_health
DELETE FROM camera_health WHERE camera_id = :camera;

-- name: add_broadcast
INSERT INTO broadcast (id, origin, slug, title, camera_id, author_id, started_ms)
VALUES (:id, :origin, :slug, :title, :camera, :author, :started) ON CONFLICT (id) DO NOTHING;

-- name: add_broadcast_audience
INSERT INTO broadcast_audience (broadcast_key, kind, class_id)
SELECT key, :kind, :class FROM broadcast WHERE id = :broadcast ON CONFLICT DO NOTHING;

-- name: update_broadcast_ended
UPDATE broadcast SET ended_ms = :ended WHERE id = :id AND ended_ms IS NULL;

-- name: find_broadcast
SELECT broadcast.id, broadcast.slug, broadcast.title, broadcast.camera_id, camera.name,
	broadcast.author_id, broadcast.started_ms, broadcast.ended_ms, broadcast.origin
FROM broadcast LEFT JOIN camera ON camera.id = broadcast.camera_id
WHERE broadcast.id = :id;

-- name: list_broadcast_audience
SELECT audience.kind, audience.class_id, class.title
FROM broadcast_audience AS audience
JOIN broadcast ON broadcast.key = audience.broadcast_key
LEFT JOIN class ON class.id = audience.class_id
WHERE broadcast.id = :id ORDER BY audience.kind, class.grade, class.letter, audience.class_id;

-- name: list_running_broadcasts
SELECT id, slug, camera_id, author_id FROM broadcast WHERE ended_ms IS NULL ORDER BY started_ms;

-- name: find_running_of_camera
SELECT 1 FROM broadcast WHERE ended_ms IS NULL AND camera_id = :camera;

-- name: count_running_broadcasts
SELECT count(*) FROM broadcast WHERE ended_ms IS NULL;

-- A folder's name rests for a while: browsers keep parts by their address.
-- name: find_slug_in_use
SELECT 1 FROM broadcast WHERE (ended_ms IS NULL OR ended_ms > :since) AND slug = :slug;

-- name: find_may_watch
SELECT 1 FROM broadcast
WHERE id = :broadcast AND EXISTS (
	SELECT 1 FROM broadcast_watcher AS watcher
	WHERE watcher.broadcast_key = broadcast.key AND watcher.person_id = :person);

-- name: list_watchable_running
SELECT id FROM broadcast
WHERE ended_ms IS NULL AND EXISTS (
	SELECT 1 FROM broadcast_watcher AS watcher
	WHERE watcher.broadcast_key = broadcast.key AND watcher.person_id = :person)
ORDER BY started_ms DESC;

-- name: list_watchable_ended
SELECT id FROM broadcast
WHERE ended_ms > :since AND EXISTS (
	SELECT 1 FROM broadcast_watcher AS watcher
	WHERE watcher.broadcast_key = broadcast.key AND watcher.person_id = :person)
ORDER BY ended_ms DESC LIMIT :limit;

-- Those who learn of a broadcast by a class (school and staff are everybody's business).
-- name: list_watchers_by_class
SELECT person.id
FROM broadcast
JOIN broadcast_audience AS audience ON audience.broadcast_key = broadcast.key AND audience.kind = 3
JOIN class ON class.id = audience.class_id
JOIN class_member AS member ON member.class_key = class.key
JOIN person ON person.key = member.person_key
WHERE broadcast.id = :broadcast
UNION
SELECT person.id
FROM broadcast
JOIN broadcast_audience AS audience ON audience.broadcast_key = broadcast.key AND audience.kind = 4
JOIN class ON class.id = audience.class_id
JOIN class_member AS member ON member.class_key = class.key AND member.member_as = 1
JOIN parent_child AS family ON family.child_key = member.person_key
JOIN person ON person.key = family.parent_key
WHERE broadcast.id = :broadcast;
