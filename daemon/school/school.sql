-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What school/ asks of its table.

-- name: find_school
SELECT id, name, time_zone, support_email, full_name, address, support_phone, languages
FROM school WHERE only = 1;

-- name: set_school
INSERT INTO school (only, id, name, full_name, address, time_zone, languages, support_email,
	support_phone, stamp)
VALUES (1, :id, :name, :full_name, :address, :time_zone, :languages, :support_email,
	:support_phone, :stamp)
ON CONFLICT (only) DO UPDATE SET name = excluded.name, full_name = excluded.full_name,
	address = excluded.address, time_zone = excluded.time_zone, languages = excluded.languages,
	support_email = excluded.support_email, support_phone = excluded.support_phone,
	stamp = excluded.stamp
WHERE excluded.stamp > stamp;

-- name: render_school
SELECT json_object('name', coalesce(school.name, :name), 'full_name', school.full_name,
	'address', school.address, 'time_zone', coalesce(school.time_zone, :time_zone),
	'support_email', school.support_email, 'support_phone', school.support_phone,
	'logo', substr(logo.large, 1, :version_length), 'languages', json(coalesce(school.languages, '["ru","en"]')),
	'set_up', json(iif(school.id IS NULL, 'false', 'true')), 'server_time', :now)
FROM (SELECT 1) LEFT JOIN school ON school.only = 1 LEFT JOIN school_logo logo ON logo.only = 1;

-- name: find_school_logo
SELECT large, small FROM school_logo WHERE only = 1;

-- name: set_school_logo
INSERT INTO school_logo (only, large, small, stamp) VALUES (1, :large, :small, :stamp)
ON CONFLICT (only) DO UPDATE SET large = excluded.large, small = excluded.small,
	stamp = excluded.stamp
WHERE excluded.stamp > stamp;
