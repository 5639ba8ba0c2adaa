-- SPDX-License-Identifier: LGPL-2.1-or-later
-- An end that began empty shows nobody anything until it has what another end had: up to where each
-- chain ("ORIGIN/EPOCH") went when that end greeted last. No row: it shows itself.

CREATE TABLE sync_joining ( -- class: local
	peer TEXT NOT NULL,
	chain TEXT NOT NULL,
	up_to INTEGER NOT NULL,
	PRIMARY KEY (peer, chain)
) STRICT, WITHOUT ROWID;
