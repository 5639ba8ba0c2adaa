/* SPDX-License-Identifier: LGPL-2.1-or-later
 * School years: when one begins and ends, and which classes' year is lived in today. */
#include "base/text.h"
#include "classes/classes-private.h"

#include <string.h>

/* The key of the year of this id; NOT_FOUND. */
bool years_find(Classes *self, const char *year, int64_t *ret_key, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_school_year");

	query_bind_text(query, ":id", year);
	if (!query_one(query, error))
		return false;
	*ret_key = query_int(query, 0);
	return true;
}

static bool check_shape(const SchoolYear *year, GError **error)
{
	if (text_is_blank(year->title))
		return error_reason(error, ERROR_INVALID, "empty", "title", "The title is empty");
	if (text_length(year->title) > YEAR_TITLE_CHARACTERS_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", "title",
				    "The title has at most %d characters",
				    YEAR_TITLE_CHARACTERS_MAX);
	if (!text_is_one_line(year->title))
		return error_reason(error, ERROR_INVALID, "invalid", "title",
				    "The title is one line");
	if (!text_is_date(year->from_date))
		return error_reason(error, ERROR_INVALID, "invalid", "from_date",
				    "A date looks like 2026-09-01");
	if (!text_is_date(year->to_date) || strcmp(year->from_date, year->to_date) >= 0)
		return error_reason(error, ERROR_INVALID, "invalid", "to_date",
				    "A year ends after it began, at a date like 2027-05-31");
	return true;
}

/* Two years at once would leave nobody knowing which classes are today's. */
static bool check_alone(Classes *self, const char *id, const SchoolYear *year, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_year_beside");
	bool row;

	query_bind_text(query, ":id", id);
	query_bind_text(query, ":from_date", year->from_date);
	query_bind_text(query, ":to_date", year->to_date);
	if (!query_next(query, &row, error))
		return false;
	return !row || error_reason(error, ERROR_CONFLICT, "years-overlap", "from_date",
				    "The school year %s has days of these", query_text(query, 0));
}

static bool check_room(Classes *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_school_years");

	if (!query_one(query, error))
		return false;
	return query_int(query, 0) < YEARS_MAX ||
	       error_reason(error, ERROR_CONFLICT, "too-many-years", NULL,
			    "A school has at most %d school years here", YEARS_MAX);
}

bool years_check_room(Classes *self, int64_t year, int more, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_classes");

	query_bind_int(query, ":year", year);
	if (!query_one(query, error))
		return false;
	return query_int(query, 0) + more <= CLASSES_MAX ||
	       error_reason(error, ERROR_CONFLICT, "too-many-classes", NULL,
			    "A school year has at most %d classes", CLASSES_MAX);
}

static bool append(Classes *self, const Actor *actor, const char *kind, const char *id,
		   const SchoolYear *year, GError **error)
{
	g_autofree char *title = text_trim(year->title);
	g_autoptr(Event) event =
		event_new(actor, kind, "school", id,
			  json_pack("{s:s, s:s, s:s}", "title", title, "from_date",
				    year->from_date, "to_date", year->to_date));

	return events_append(self->events, event, error);
}

bool classes_add_year(Classes *self, const Actor *actor, const char *title, const char *from_date,
		      const char *to_date, Id *ret_id, GError **error)
{
	const SchoolYear year = {title, from_date, to_date};
	Id id = id_new();

	if (!actor_check_administrator(actor, error) || !check_shape(&year, error) ||
	    !check_alone(self, id.text, &year, error) || !check_room(self, error) ||
	    !append(self, actor, "year.added", id.text, &year, error))
		return false;
	*ret_id = id;
	return true;
}

bool classes_change_year(Classes *self, const Actor *actor, const char *id,
			 const SchoolYear *changes, GError **error)
{
	g_autofree char *title = NULL;
	g_autofree char *from_date = NULL;
	g_autofree char *to_date = NULL;
	SchoolYear year;

	if (!actor_check_administrator(actor, error))
		return false;
	{
		g_autoptr(Query) query = store_query(self->store, "find_school_year");

		query_bind_text(query, ":id", id);
		if (!query_one(query, error))
			return false;
		title = g_strdup(query_text(query, 1));
		from_date = g_strdup(query_text(query, 2));
		to_date = g_strdup(query_text(query, 3));
	}
	year = (SchoolYear){changes->title ? changes->title : title,
			    changes->from_date ? changes->from_date : from_date,
			    changes->to_date ? changes->to_date : to_date};
	return check_shape(&year, error) && check_alone(self, id, &year, error) &&
	       append(self, actor, "year.changed", id, &year, error);
}

char *years_render(Classes *self, const char *id, GError **error)
{
	g_autoptr(Query) query = NULL;
	int64_t current;

	if (!classes_find_year(self, &current, error))
		return NULL;
	query = store_query(self->store, id ? "render_school_year" : "render_school_years");
	query_bind_int(query, ":current", current);
	if (id)
		query_bind_text(query, ":id", id);
	return query_one(query, error) ? g_strdup(query_text(query, 0)) : NULL;
}
