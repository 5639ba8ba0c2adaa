-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The schema as a text: neither SQLite's own tables nor the one that views add.
SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master
WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND tbl_name <> 'outer_turn' ORDER BY type, name;
