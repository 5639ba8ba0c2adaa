-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What consents/ asks of its tables. :for_pupils is 1 for a pupil, 0 for an adult.

-- name: set_consent_kind
INSERT INTO consent_kind (id, purpose, for_pupils, required, enabled, version, counts_from, title, text)
VALUES (:id, :purpose, :for_pupils, :required, :enabled, :version, :counts_from, :title, :text)
ON CONFLICT (id) DO UPDATE SET purpose = excluded.purpose, for_pupils = excluded.for_pupils,
	required = excluded.required, enabled = excluded.enabled, version = excluded.version,
	counts_from = excluded.counts_from, title = excluded.title, text = excluded.text;

-- name: add_consent_text
INSERT INTO consent_text (kind_id, version, title, text, hlc)
VALUES (:id, :version, :title, :text, :hlc) ON CONFLICT (kind_id, version) DO NOTHING;

-- name: list_consent_kinds
SELECT id, purpose, for_pupils, required, enabled, version, counts_from, title, text
FROM consent_kind ORDER BY id;

-- name: count_consents
SELECT count(*) FROM consent WHERE kind_id = :kind AND withdrawn_hlc IS NULL
	AND version >= :counts_from;

-- name: add_consent
INSERT INTO consent (event_id, kind_id, subject_id, version, given_by, on_paper, given_hlc)
VALUES (:event, :kind, :subject, :version, :by, :on_paper, :hlc)
ON CONFLICT (event_id) DO NOTHING;

-- name: withdraw_consents
UPDATE consent SET withdrawn_by = :by, withdrawn_hlc = :hlc
WHERE subject_id = :subject AND kind_id = :kind AND withdrawn_hlc IS NULL AND given_hlc < :hlc;

-- name: find_consent
-- The one that holds now.
SELECT version, given_by, on_paper, given_hlc FROM consent
WHERE subject_id = :subject AND kind_id = :kind AND withdrawn_hlc IS NULL
ORDER BY given_hlc DESC LIMIT 1;

-- name: has_consent
SELECT 1 FROM consent_kind kind
JOIN consent ON consent.subject_id = :subject AND consent.kind_id = kind.id
	AND consent.withdrawn_hlc IS NULL AND consent.version >= kind.counts_from
WHERE kind.purpose = :purpose AND kind.enabled AND kind.for_pupils = :for_pupils LIMIT 1;

-- name: lacks_consent
SELECT 1 FROM consent_kind kind
WHERE kind.purpose = 'taking-part' AND kind.enabled AND kind.required
	AND kind.for_pupils = :for_pupils
	AND NOT EXISTS (SELECT 1 FROM consent WHERE consent.subject_id = :subject
		AND consent.kind_id = kind.id AND consent.withdrawn_hlc IS NULL
		AND consent.version >= kind.counts_from) LIMIT 1;

-- name: list_consents
-- All that was ever given for somebody, the newest first, with the words that were agreed to.
SELECT consent.kind_id, consent.version, consent.given_by, consent.on_paper, consent.given_hlc,
	consent.withdrawn_by, consent.withdrawn_hlc, said.title, said.text
FROM consent LEFT JOIN consent_text said
	ON said.kind_id = consent.kind_id AND said.version = consent.version
WHERE consent.subject_id = :subject ORDER BY consent.given_hlc DESC LIMIT 200;

-- name: move_consents
UPDATE consent SET subject_id = :into WHERE subject_id = :from;
