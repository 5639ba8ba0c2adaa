-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What mail/ asks of its table.

-- name: add_letter
INSERT INTO letter (id, recipient, subject, text, purpose, about, author, posted_ms, expires_ms, next_ms)
VALUES (:id, :recipient, :subject, :text, :purpose, :about, :author, :now, :expires, :now);

-- name: next_letter
SELECT id, recipient, subject, text, next_ms, expires_ms, tries FROM letter
WHERE is_over = 0 ORDER BY next_ms, key LIMIT 1;

-- name: remove_letter
DELETE FROM letter WHERE id = :id;

-- name: put_off_letter
UPDATE letter SET tries = tries + 1, next_ms = :next, reason = :reason, server_code = :code WHERE id = :id;

-- name: give_up_letter
UPDATE letter SET tries = tries + 1, is_over = 1, reason = :reason, server_code = :code WHERE id = :id;

-- name: try_letter_again
UPDATE letter SET is_over = 0, next_ms = :now, expires_ms = :expires WHERE id = :id;

-- name: count_letters
SELECT (SELECT count(*) FROM letter WHERE is_over = 0), (SELECT count(*) FROM letter WHERE is_over = 1);
