-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The stored replies of Idempotency-Key.

-- name: find_stored_reply
SELECT digest, status, body FROM stored_reply
WHERE actor = :actor AND key = :key AND made_ms >= :since_ms;

-- name: add_stored_reply
INSERT OR REPLACE INTO stored_reply (actor, key, digest, status, body, made_ms)
VALUES (:actor, :key, :digest, :status, :body, :made_ms);

-- name: remove_old_stored_replies
DELETE FROM stored_reply WHERE rowid IN (
	SELECT rowid FROM stored_reply WHERE made_ms < :before_ms ORDER BY made_ms LIMIT 4);

-- name: remove_stored_replies
DELETE FROM stored_reply WHERE rowid > :after AND rowid <= :up_to;

-- name: find_last_stored_reply
SELECT coalesce(max(rowid), 0) FROM stored_reply;
