-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the store asks of its own schema, and the steps of a turn.

-- name: look
SELECT rowid FROM sqlite_schema;

-- name: list_tables
SELECT name FROM sqlite_schema
WHERE type = 'table' AND sql LIKE '%-- class: ' || :class || '%' ORDER BY rowid;

-- name: begin_turn
BEGIN IMMEDIATE;

-- name: commit_turn
COMMIT;

-- name: begin_request
SAVEPOINT request;

-- name: keep_request
RELEASE request;

-- name: undo_request
ROLLBACK TO request;

-- name: begin_attempt
SAVEPOINT attempt;

-- name: keep_attempt
RELEASE attempt;

-- name: undo_attempt
ROLLBACK TO attempt;
