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

-- name: put_note_key
INSERT INTO note_key (note_id, part, bytes, hint) VALUES (:id, :part, :bytes, :hint)
ON CONFLICT (note_id, part) DO UPDATE SET hint = excluded.hint;

-- name: find_note_key
SELECT bytes, hint FROM note_key WHERE note_id = :id AND part = :part;

-- name: remove_note_keys
DELETE FROM note_key WHERE note_id = :id;
