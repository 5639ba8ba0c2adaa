-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the conflict journal asks of its tables.

-- name: note_contested
INSERT INTO sync_contested (key, seq) VALUES (:key, :seq) ON CONFLICT (key, seq) DO NOTHING;

-- name: list_contested
SELECT seq FROM sync_contested WHERE key = :key AND seq <> :but;

-- name: add_conflict
INSERT INTO sync_conflict (won, lost, how, hlc) VALUES (:won, :lost, :how, :hlc)
ON CONFLICT (won, lost, how) DO NOTHING;

-- name: list_conflicts
SELECT won, lost, how FROM sync_conflict ORDER BY hlc DESC, won, lost, how LIMIT :limit;
