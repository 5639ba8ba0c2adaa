-- SPDX-License-Identifier: LGPL-2.1-or-later
-- A class that was removed keeps its row, which the messages of its chats hang on; it is nobody's any more, and its
-- letter, which another class may take, is its id.
ALTER TABLE class ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
