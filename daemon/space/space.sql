-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What space/ asks of its limits; urok-backup asks for that of the copies.

-- name: set_space_limit
INSERT INTO space_limit (kind, most_bytes, oldest_go, changed_by, changed_hlc)
VALUES (:kind, :most_bytes, :oldest_go, :by, :hlc)
ON CONFLICT (kind) DO UPDATE SET most_bytes = excluded.most_bytes, oldest_go = excluded.oldest_go,
	changed_by = excluded.changed_by, changed_hlc = excluded.changed_hlc;

-- name: find_space_limit
SELECT most_bytes, oldest_go FROM space_limit WHERE kind = :kind AND most_bytes IS NOT NULL;
