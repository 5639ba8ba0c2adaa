-- SPDX-License-Identifier: LGPL-2.1-or-later
-- How far a file that is a view has come.

-- name: find_outer_turn
SELECT number FROM outer_turn;

-- name: set_outer_turn
INSERT INTO outer_turn (one, number) VALUES (1, :number)
ON CONFLICT (one) DO UPDATE SET number = excluded.number;
