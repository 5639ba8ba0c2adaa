-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The events in which others wrote about a complaint: their words go when whoever complained is erased.

ALTER TABLE complaint ADD COLUMN decided_event TEXT;
ALTER TABLE complaint_opening ADD COLUMN asked_event TEXT;

UPDATE complaint SET decided_event = event.id FROM event
WHERE event.kind = 'complaint.decided' AND complaint.id = event.subject AND complaint.decision IS NOT NULL;
UPDATE complaint_opening SET asked_event = event.id FROM event
WHERE event.kind = 'complaint.opening.asked' AND complaint_opening.id = event.subject;
