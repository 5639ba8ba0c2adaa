-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Administrators and teachers by name: few among thousands of pupils and parents.
CREATE INDEX person_staff_by_name ON person (sort_name, id) WHERE roles & 3;
