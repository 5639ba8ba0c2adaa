-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Up to where another end had each chain ("ORIGIN/EPOCH") when it was heard last.

CREATE TABLE sync_mark ( -- class: local
	peer TEXT NOT NULL,
	chain TEXT NOT NULL,
	acked INTEGER NOT NULL,
	PRIMARY KEY (peer, chain)
) STRICT, WITHOUT ROWID;
