-- SPDX-License-Identifier: LGPL-2.1-or-later

-- name: write_word
INSERT INTO word (id, text, hlc, event) VALUES (:id, :text, :hlc, :event)
ON CONFLICT (id) DO UPDATE SET text = excluded.text, hlc = excluded.hlc, event = excluded.event
WHERE (excluded.hlc, excluded.event) >= (hlc, event);

-- name: find_word
SELECT 1 FROM word WHERE id = :id;

-- name: empty_word
UPDATE word SET text = NULL WHERE id = :id;

-- name: add_gone
INSERT INTO gone (id) VALUES (:id) ON CONFLICT (id) DO NOTHING;

-- name: find_gone
SELECT 1 FROM gone WHERE id = :id;

-- name: raise_mark
INSERT INTO mark (name, value, changed) VALUES (:name, :value, (SELECT coalesce(max(changed), 0) + 1 FROM mark))
ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed = excluded.changed WHERE excluded.value > value;

-- name: list_changed_marks
SELECT changed, name, value FROM mark WHERE changed > :after ORDER BY changed LIMIT :limit;

-- What stands aside has not been in a room, so what is erased of it depends on who tried it again.
-- name: list_rows
SELECT id || ' ' || coalesce(text, '-') || ' ' || hlc || ' ' || event AS line FROM word
UNION ALL SELECT 'gone ' || id FROM gone
UNION ALL SELECT 'mark ' || name || ' ' || value FROM mark
UNION ALL SELECT id || ' ' || coalesce(body, '-') FROM event WHERE kind LIKE 'word.%' AND kind <> 'word.poison'
ORDER BY line;

-- name: list_heads
SELECT origin || ' ' || epoch || ' ' || last_seq || ' ' || hex(last_hash) AS line FROM log_origin WHERE last_seq > 0
ORDER BY line;
