-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What another end said under its own key of an event of its own; kept for it. Null: ours, or unsealed.

ALTER TABLE event ADD COLUMN seal BLOB;
