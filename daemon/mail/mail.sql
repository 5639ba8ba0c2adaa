-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What mail/ asks of its table.

-- name: add_letter
INSERT INTO letter (id, recipient, subject, text, purpose, about, author, posted_ms, expires_ms, next_ms)
VALUES (:id, :recipient, :subject, :text, :purpose, :about, :author, :now, :expires, :now);

-- name: add_letter_named
INSERT INTO letter_named (letter_key, person_id) SELECT key, :person FROM letter WHERE id = :id
ON CONFLICT (letter_key, person_id) DO NOTHING;

-- name: next_letter
SELECT id, recipient, subject, text, next_ms, expires_ms, tries, purpose FROM letter
WHERE is_over = 0 ORDER BY next_ms, key LIMIT 1;

-- name: remove_letter
DELETE FROM letter WHERE id = :id;

-- name: put_off_letter
UPDATE letter SET tries = tries + 1, next_ms = :next, reason = :reason, server_code = :code WHERE id = :id;

-- name: give_up_letter
UPDATE letter SET tries = tries + 1, is_over = 1, next_ms = :next, reason = :reason, server_code = :code WHERE id = :id;

-- What was given up long ago holds an address and perhaps a link, for nobody.
-- name: forget_letters
DELETE FROM letter WHERE is_over = 1 AND next_ms < :before;

-- name: try_letter_again
UPDATE letter SET is_over = 0, next_ms = :now, expires_ms = :expires WHERE id = :id;

-- name: try_letters_again
UPDATE letter SET next_ms = :now, expires_ms = iif(is_over = 1, :expires, expires_ms), is_over = 0
WHERE is_over IN (0, 1);

-- name: list_letters
SELECT key, id, recipient, subject, purpose, about, posted_ms, next_ms, is_over, tries, reason, server_code FROM letter
WHERE is_over = :over AND key < :before ORDER BY key DESC LIMIT :limit;

-- name: list_letters_about
SELECT recipient, subject, posted_ms FROM letter WHERE about = :person ORDER BY key;

-- name: remove_letters_about
DELETE FROM letter WHERE about = :person;

-- name: remove_letters_naming
DELETE FROM letter WHERE key IN (SELECT letter_key FROM letter_named WHERE person_id = :person);

-- name: move_letters_naming
UPDATE OR REPLACE letter_named SET person_id = :into WHERE person_id = :from;

-- name: move_letters_about
UPDATE letter SET about = :into WHERE about = :from;

-- name: move_letters_of
UPDATE letter SET author = :into WHERE author = :from;

-- name: count_letters
SELECT (SELECT count(*) FROM letter WHERE is_over = 0), (SELECT count(*) FROM letter WHERE is_over = 1);
