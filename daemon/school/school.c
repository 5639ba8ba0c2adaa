/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of the school's information. */
#include "base/text.h"
#include "school/school-private.h"

enum { ID, NAME, TIME_ZONE, EMAIL, FULL_NAME, ADDRESS, PHONE, LANGUAGES }; /* of find_school */

const Migration SCHOOL_MIGRATION = {.resource = "/urok/school/school-schema.sql"};
const Migration SCHOOL_INFORMATION_MIGRATION = {
	.resource = "/urok/school/school-information-schema.sql"};

School *school_new(const SchoolOptions *options)
{
	School *self = g_new0(School, 1);

	self->store = options->store;
	self->events = options->events;
	self->name = g_strdup(options->name);
	self->code_path = g_build_filename(options->data_directory, "setup-code", NULL);
	self->pictures = options->pictures;
	events_add_kinds(self->events, SCHOOL_EVENTS, self);
	if (self->pictures)
		pictures_add_owner(self->pictures, &SCHOOL_PICTURES, self);
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

static char *dup_column(School *self, int column)
{
	g_autoptr(Query) query = store_query(self->store, "find_school");
	bool row;

	return query_next(query, &row, NULL) && row ? g_strdup(query_text(query, column)) : NULL;
}

char *school_dup_id(School *self)
{
	return dup_column(self, ID);
}

char *school_dup_name(School *self)
{
	return dup_column(self, NAME);
}

char *school_dup_full_name(School *self)
{
	char *name = dup_column(self, FULL_NAME);

	return name ? name : school_dup_name(self);
}

char *school_dup_address(School *self)
{
	return dup_column(self, ADDRESS);
}

char *school_dup_support_email(School *self)
{
	return dup_column(self, EMAIL);
}

char *school_dup_support_phone(School *self)
{
	return dup_column(self, PHONE);
}

char *school_dup_time_zone(School *self)
{
	g_autoptr(Query) query = store_query(self->store, "find_school");
	bool row;

	return query_next(query, &row, NULL) && row ? g_strdup(query_text(query, 2)) : NULL;
}

char *school_render(School *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "render_school");
	char now[TIME_TEXT_SIZE];

	clock_format(events_now_ms(self->events), now);
	query_bind_text(query, ":time_zone", TIME_ZONE_BY_DEFAULT);
	query_bind_text(query, ":name", self->name ? self->name : "");
	query_bind_text(query, ":now", now);
	query_bind_int(query, ":version_length", PICTURE_VERSION_LENGTH);
	return query_one(query, error) ? g_strdup(query_text(query, 0)) : NULL;
}

/* NULL for what is not given; owned. */
static char *trimmed(const char *text)
{
	g_autofree char *trim = text ? text_trim(text) : NULL;

	return trim && *trim ? g_steal_pointer(&trim) : NULL;
}

static json_t *body_of(const SchoolInfo *info)
{
	g_autofree char *name = text_trim(info->name);
	g_autofree char *full_name = trimmed(info->full_name);
	g_autofree char *address = trimmed(info->address);
	g_autofree char *email = trimmed(info->support_email);
	g_autofree char *phone = trimmed(info->support_phone);

	return json_pack("{s:s, s:s?, s:s?, s:s, s:o, s:s?, s:s?}", "name", name, "full_name",
			 full_name, "address", address, "time_zone",
			 info->time_zone ? info->time_zone : TIME_ZONE_BY_DEFAULT, "languages",
			 languages_to_json(info->languages), "support_email", email,
			 "support_phone", phone);
}

static bool append(School *self, const Actor *actor, const char *id, const SchoolInfo *info,
		   GError **error)
{
	g_autoptr(Event) event = event_new(actor, "school.changed", "school", id, body_of(info));

	return events_append(self->events, event, error);
}

bool school_set(School *self, const Actor *actor, const SchoolInfo *info, GError **error)
{
	g_autofree char *there = NULL;
	Id id;

	if (!actor_check_administrator(actor, error) || !school_check(info, error))
		return false;
	there = school_dup_id(self);
	id = there ? id_from(there) : id_new();
	return append(self, actor, id.text, info, error);
}

static const char *changed(const char *change, const char *was)
{
	return change ? change : was;
}

bool school_change(School *self, const Actor *actor, const SchoolInfo *changes, GError **error)
{
	char *was[LANGUAGES + 1];
	g_autoptr(json_t) languages = NULL;
	SchoolInfo info;
	bool done;

	{
		g_autoptr(Query) query = store_query(self->store, "find_school");

		if (!query_one(query, error))
			return false;
		for (int i = ID; i <= LANGUAGES; i++)
			was[i] = g_strdup(query_text(query, i));
	}
	languages = json_loads(was[LANGUAGES], 0, NULL);
	info = (SchoolInfo){
		.name = changed(changes->name, was[NAME]),
		.time_zone = changed(changes->time_zone, was[TIME_ZONE]),
		.support_email = changed(changes->support_email, was[EMAIL]),
		.full_name = changed(changes->full_name, was[FULL_NAME]),
		.address = changed(changes->address, was[ADDRESS]),
		.support_phone = changed(changes->support_phone, was[PHONE]),
		.languages = changes->languages ? changes->languages : languages_from_json(languages),
	};
	done = school_set(self, actor, &info, error);
	for (int i = ID; i <= LANGUAGES; i++)
		g_free(was[i]);
	return done;
}
