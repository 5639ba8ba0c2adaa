-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What the store asks of its own schema.

-- name: look
SELECT rowid FROM sqlite_schema;

-- name: list_tables
SELECT name FROM sqlite_schema
WHERE type = 'table' AND sql LIKE '%-- class: ' || :class || '%' ORDER BY rowid;
