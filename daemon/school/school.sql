-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What school/ asks of its table.

-- name: find_school
SELECT id, name, time_zone, support_email FROM school WHERE only = 1;

-- name: set_school
INSERT INTO school (only, id, name, time_zone, support_email, stamp)
VALUES (1, :id, :name, :time_zone, :support_email, :stamp)
ON CONFLICT (only) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone,
	support_email = excluded.support_email, stamp = excluded.stamp
WHERE excluded.stamp > stamp;

-- name: render_school
SELECT json_object('name', coalesce(school.name, :name),
	'time_zone', coalesce(school.time_zone, :time_zone), 'support_email', school.support_email,
	'languages', json('["ru","en"]'), 'set_up', json(iif(school.id IS NULL, 'false', 'true')),
	'server_time', :now)
FROM (SELECT 1) LEFT JOIN school ON school.only = 1;
