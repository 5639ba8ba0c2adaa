/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of the school's information. */
#include "base/text.h"
#include "school/school-private.h"

#include <string.h>

#define EMAIL_BYTES_MAX	    254 /* RFC 5321 §4.5.3.1.3, as errata 1690 reads it */
#define TIME_ZONE_BYTES_MAX 64

const Migration SCHOOL_MIGRATION = {.resource = "/urok/school/school-schema.sql"};

School *school_new(const SchoolOptions *options)
{
	School *self = g_new0(School, 1);

	self->store = options->store;
	self->events = options->events;
	self->name = g_strdup(options->name);
	self->code_path = g_build_filename(options->data_directory, "setup-code", NULL);
	events_add_kinds(self->events, SCHOOL_EVENTS, self);
	return self;
}

void school_free(School *self)
{
	if (!self)
		return;
	g_free(self->code_path);
	g_free(self->name);
	g_free(self);
}

bool school_is_set_up(School *self)
{
	g_autoptr(Query) query = store_query(self->store, "find_school");
	bool row;

	return query_next(query, &row, NULL) && row;
}

char *school_dup_id(School *self)
{
	g_autoptr(Query) query = store_query(self->store, "find_school");
	bool row;

	return query_next(query, &row, NULL) && row ? g_strdup(query_text(query, 0)) : NULL;
}

char *school_dup_name(School *self)
{
	g_autoptr(Query) query = store_query(self->store, "find_school");
	bool row;

	return query_next(query, &row, NULL) && row ? g_strdup(query_text(query, 1)) : NULL;
}

char *school_render(School *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "render_school");
	char now[TIME_TEXT_SIZE];

	clock_format(events_now_ms(self->events), now);
	query_bind_text(query, ":time_zone", TIME_ZONE_BY_DEFAULT);
	query_bind_text(query, ":name", self->name ? self->name : "");
	query_bind_text(query, ":now", now);
	return query_one(query, error) ? g_strdup(query_text(query, 0)) : NULL;
}

static bool check_name(const char *name, GError **error)
{
	if (text_is_blank(name))
		return error_reason(error, ERROR_INVALID, "empty", "name", "The name is empty");
	if (text_length(name) > SCHOOL_NAME_CHARACTERS_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", "name",
				    "The name has at most %d characters",
				    SCHOOL_NAME_CHARACTERS_MAX);
	if (!text_is_one_line(name))
		return error_reason(error, ERROR_INVALID, "invalid", "name",
				    "The name is one line");
	return true;
}

/* A name of the tz database; it becomes a file's name, so nothing else is let through. */
static bool check_time_zone(const char *name, GError **error)
{
	g_autoptr(GTimeZone) zone = NULL;
	size_t size = strlen(name);

	if (size && size <= TIME_ZONE_BYTES_MAX && g_ascii_isalpha(name[0]) &&
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
		    size)
		zone = g_time_zone_new_identifier(name);
	if (zone)
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "time_zone",
			    "A time zone looks like Europe/Moscow");
}

/* Whether mail arrives, only mail can tell; this refuses what is no address at all. */
static bool check_email(const char *address, GError **error)
{
	const char *at = strchr(address, '@');

	if (strlen(address) <= EMAIL_BYTES_MAX && at && at > address && at[1] &&
	    !strchr(at + 1, '@') && !strpbrk(address, " \t\r\n<>,;\"") && at[1] != '.' &&
	    strchr(at + 2, '.') && address[strlen(address) - 1] != '.')
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "support_email",
			    "An e-mail address looks like help@school.example");
}

bool school_check(const SchoolInfo *info, GError **error)
{
	return check_name(info->name, error) &&
	       (!info->time_zone || check_time_zone(info->time_zone, error)) &&
	       (!info->support_email || !*info->support_email ||
		check_email(info->support_email, error));
}

static bool append(School *self, const Actor *actor, const char *id, const SchoolInfo *info,
		   GError **error)
{
	g_autofree char *name = text_trim(info->name);
	const char *email =
		info->support_email && *info->support_email ? info->support_email : NULL;
	g_autoptr(Event) event =
		event_new(actor, "school.changed", "school", id,
			  json_pack("{s:s, s:s, s:s?}", "name", name, "time_zone",
				    info->time_zone ? info->time_zone : TIME_ZONE_BY_DEFAULT,
				    "support_email", email));

	return events_append(self->events, event, error);
}

bool school_set(School *self, const Actor *actor, const SchoolInfo *info, GError **error)
{
	Id id = id_new();

	if (!actor_check_administrator(actor, error) || !school_check(info, error))
		return false;
	{
		g_autoptr(Query) query = store_query(self->store, "find_school");
		bool row;

		if (!query_next(query, &row, error))
			return false;
		if (row)
			id = id_from(query_text(query, 0));
	}
	return append(self, actor, id.text, info, error);
}

bool school_change(School *self, const Actor *actor, const SchoolInfo *changes, GError **error)
{
	g_autofree char *name = NULL;
	g_autofree char *time_zone = NULL;
	g_autofree char *email = NULL;
	SchoolInfo info;

	{
		g_autoptr(Query) query = store_query(self->store, "find_school");

		if (!query_one(query, error))
			return false;
		name = g_strdup(query_text(query, 1));
		time_zone = g_strdup(query_text(query, 2));
		email = g_strdup(query_text(query, 3));
	}
	info.name = changes->name ? changes->name : name;
	info.time_zone = changes->time_zone ? changes->time_zone : time_zone;
	info.support_email = changes->support_email ? changes->support_email : email;
	return school_set(self, actor, &info, error);
}
