-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Changes what is there: done twice, it would show.
UPDATE next_copy SET kind = kind || '+';
CREATE TABLE next_done ( -- class: local
	copied INTEGER NOT NULL
);
INSERT INTO next_done (copied) SELECT count(*) FROM next_copy;
