-- SPDX-License-Identifier: LGPL-2.1-or-later

-- name: add_note
INSERT INTO note (id, text, hlc) VALUES (:id, :text, :hlc)
ON CONFLICT (id) DO UPDATE SET text = excluded.text, hlc = excluded.hlc
WHERE excluded.hlc >= hlc;

-- name: insert_note
INSERT INTO note (id, text, hlc) VALUES (:id, :text, 0);

-- name: find_note
SELECT text, hlc FROM note WHERE id = :id;

-- name: count_notes
SELECT count(*) FROM note;

-- name: list_notes
SELECT id, text, hlc FROM note ORDER BY id;

-- name: count_again
INSERT INTO note_count (one, notes) VALUES (1, 1)
ON CONFLICT (one) DO UPDATE SET notes = notes + 1;

-- name: find_count
SELECT notes FROM note_count WHERE one = 1;
