-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What was sealed of a message is found by it: it goes when its author is erased.

CREATE INDEX message_sealed_by_message ON message_sealed (message_id);
