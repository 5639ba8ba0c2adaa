-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Invitations, and who came by them and waits. Digests alone of what opens them; what lies here goes
-- when it is used or old, and never travels.

CREATE TABLE invitation ( -- class: secret
	id TEXT PRIMARY KEY,
	kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)), -- as InvitationKind
	subject TEXT NOT NULL, -- the person, the class, or the child whose parent is asked for
	link BLOB NOT NULL UNIQUE,
	slip BLOB UNIQUE,
	made_by TEXT NOT NULL,
	made_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL,
	wrong_dates INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX invitation_by_subject ON invitation (subject, kind, made_ms);
CREATE INDEX invitation_by_end ON invitation (expires_ms);

-- Somebody new who came by a class's link and waits for the class teacher. Nobody here yet.
CREATE TABLE application ( -- class: secret
	id TEXT PRIMARY KEY,
	ticket BLOB NOT NULL UNIQUE,
	class_id TEXT NOT NULL,
	state INTEGER NOT NULL, -- as Waiting
	family_name TEXT NOT NULL,
	given_name TEXT NOT NULL,
	patronymic TEXT,
	birth_date TEXT NOT NULL,
	login TEXT NOT NULL,
	login_folded TEXT NOT NULL,
	hash TEXT NOT NULL,
	asked_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX application_by_class ON application (class_id, state, asked_ms);
CREATE INDEX application_by_login ON application (login_folded);
CREATE INDEX application_by_end ON application (expires_ms);

-- A grown-up on the way from a parent's invitation to being linked. With no person: an account that
-- is made when the pairing is confirmed, and not before.
CREATE TABLE pairing ( -- class: secret
	id TEXT PRIMARY KEY,
	ticket BLOB NOT NULL UNIQUE,
	invitation_id TEXT NOT NULL,
	child TEXT NOT NULL,
	state INTEGER NOT NULL, -- as Waiting
	person TEXT,
	family_name TEXT NOT NULL,
	given_name TEXT NOT NULL,
	patronymic TEXT,
	login TEXT,
	login_folded TEXT,
	hash TEXT,
	asked_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX pairing_by_invitation ON pairing (invitation_id, asked_ms);
CREATE INDEX pairing_by_child ON pairing (child, state, asked_ms);
CREATE INDEX pairing_by_person ON pairing (person);
CREATE INDEX pairing_by_login ON pairing (login_folded);
CREATE INDEX pairing_by_end ON pairing (expires_ms);
