/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A new school year: the classes of the year before go on one grade higher, with their pupils and
 * teachers, by one event; and until the year begins that can be undone.
 *
 * One event, because people see all of it or nothing; its rows are made by a few statements over
 * whole classes, so that a large school takes one turn. */
#include "classes/classes-private.h"

#include <string.h>

#define LAST_GRADE 11 /* of most schools; evening schools have one more */

const Migration CLASSES_YEARS_MIGRATION = {.resource = "/urok/classes/classes-years-schema.sql"};

typedef struct {
	int64_t key;
	Id before;
	int64_t before_key;
	char *before_title;
	bool begun;
	bool over; /* a later one has begun */
} Years;

static void years_clear(Years *self)
{
	g_free(self->before_title);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Years, years_clear)

static bool load_years(Classes *self, const char *year, Years *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_years_of_promotion");
	char today[TIME_TEXT_SIZE];

	classes_today(self, today);
	query_bind_text(query, ":id", year);
	query_bind_text(query, ":today", today);
	if (!query_one(query, error))
		return false;
	ret->key = query_int(query, 0);
	ret->before = id_from(query_text(query, 1));
	ret->before_key = query_int(query, 2);
	ret->before_title = g_strdup(query_text(query, 3));
	ret->begun = query_int(query, 4);
	ret->over = query_int(query, 5);
	return true;
}

static json_t *list_json(Classes *self, const Years *years, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_promotion");
	g_autoptr(json_t) items = json_array();
	bool row = true;

	query_bind_int(query, ":from", years->before_key);
	query_bind_int(query, ":to", years->key);
	query_bind_int(query, ":last_grade", LAST_GRADE);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row)
			json_array_append_new(items, json_loads(query_text(query, 0), 0, NULL));
	}
	return g_steal_pointer(&items);
}

json_t *promotion_json(Classes *self, const char *year, GError **error)
{
	g_auto(Years) years = {0};
	g_autoptr(json_t) items = NULL;
	bool has_before;

	if (!load_years(self, year, &years, error))
		return NULL;
	has_before = !id_is_empty(&years.before);
	items = list_json(self, &years, error);
	if (!items)
		return NULL;
	return json_pack("{s:o, s:b, s:b, s:O}", "before",
	                 has_before ? json_pack("{s:s, s:s}", "id", years.before.text, "title",
	                                        years.before_title)
	                            : json_null(),
	                 "begun", years.begun, "over", years.over, "items", items);
}

/* --- The rule --- */

static bool check_years(const Years *years, GError **error)
{
	if (id_is_empty(&years->before))
		return error_reason(error, ERROR_CONFLICT, "no-year-before", NULL,
		                    "There is no school year before this one");
	return !years->over || error_reason(error, ERROR_CONFLICT, "year-over", NULL,
	                                    "This school year is over");
}

/* The row of the preview, borrowed; NULL: not of the year before. */
static const json_t *find_item(const json_t *items, const char *class_id)
{
	const json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		const json_t *class = json_object_get(item, "class");

		if (strcmp(json_string_value(json_object_get(class, "id")), class_id) == 0)
			return item;
	}
	return NULL;
}

static json_t *check_one(const json_t *items, const json_t *wish, json_t *chosen, GError **error)
{
	const char *class_id = json_string_value(wish);
	const json_t *item = id_is_valid(class_id) ? find_item(items, class_id) : NULL;
	const char *state = item ? json_string_value(json_object_get(item, "state")) : "";
	json_int_t grade;
	const char *letter;
	g_autofree char *title = NULL;

	if (!item || strcmp(state, "leaves") == 0 || json_object_get(chosen, class_id)) {
		error_reason(error, ERROR_INVALID, "invalid", "classes",
		             "Each is one class of the year before that has a grade above it");
		return NULL;
	}
	grade = json_integer_value(json_object_get(item, "grade")) + 1;
	letter = json_string_value(json_object_get(item, "letter"));
	title = g_strdup_printf("%d%s", (int)grade, letter);
	if (strcmp(state, "goes") != 0) {
		error_reason(error, ERROR_CONFLICT, "class-exists", "classes",
		             "There is a class %s in this year already", title);
		return NULL;
	}
	json_object_set_new(chosen, class_id, json_true());
	return json_pack("{s:s, s:s, s:I, s:s, s:s}", "id", id_new().text, "from", class_id, "grade",
	                 grade, "letter", letter, "title", title);
}

static json_t *check_wishes(const json_t *items, const json_t *wishes, GError **error)
{
	g_autoptr(json_t) classes = json_array();
	g_autoptr(json_t) chosen = json_object();
	const json_t *wish;
	size_t i;

	if (!json_array_size(wishes)) {
		error_reason(error, ERROR_INVALID, "empty", "classes", "Say which classes go on");
		return NULL;
	}
	json_array_foreach(wishes, i, wish)
	{
		json_t *class = check_one(items, wish, chosen, error);

		if (!class)
			return NULL;
		json_array_append_new(classes, class);
	}
	return g_steal_pointer(&classes);
}

static bool append(Classes *self, const Actor *actor, const char *kind, const char *year,
                   json_t *body, GError **error)
{
	g_autoptr(Event) event = event_new(actor, kind, "school", year, body);

	return events_append(self->events, event, error);
}

bool classes_promote(Classes *self, const Actor *actor, const char *year, const json_t *wishes,
                     GError **error)
{
	g_auto(Years) years = {0};
	g_autoptr(json_t) items = NULL;
	g_autoptr(json_t) classes = NULL;

	if (!actor_check_administrator(actor, error) || !load_years(self, year, &years, error) ||
	    !check_years(&years, error))
		return false;
	items = list_json(self, &years, error);
	classes = items ? check_wishes(items, wishes, error) : NULL;
	return classes && years_check_room(self, years.key, (int)json_array_size(classes), error) &&
	       append(self, actor, "year.promoted", year,
	              json_pack("{s:s, s:O}", "from", years.before.text, "classes", classes), error);
}

bool classes_undo_promotion(Classes *self, const Actor *actor, const char *year, GError **error)
{
	g_auto(Years) years = {0};
	g_autoptr(json_t) ids = NULL;

	if (!actor_check_administrator(actor, error) || !load_years(self, year, &years, error))
		return false;
	if (years.begun)
		return error_reason(error, ERROR_CONFLICT, "year-begun", NULL,
		                    "This school year has begun: its classes stay");
	{
		g_autoptr(Query) query = store_query(self->store, "render_promoted");

		query_bind_int(query, ":year", years.key);
		if (!query_one(query, error))
			return false;
		ids = json_loads(query_text(query, 0), 0, NULL);
	}
	return !json_array_size(ids) || append(self, actor, "year.promotion.undone", year,
	                                       json_pack("{s:O}", "classes", ids), error);
}

bool classes_remove_year(Classes *self, const Actor *actor, const char *year, GError **error)
{
	int64_t key;

	if (!actor_check_administrator(actor, error) || !years_find(self, year, &key, error))
		return false;
	{
		g_autoptr(Query) query = store_query(self->store, "count_classes");

		query_bind_int(query, ":year", key);
		if (!query_one(query, error))
			return false;
		if (query_int(query, 0))
			return error_reason(error, ERROR_CONFLICT, "year-not-empty", NULL,
			                    "This school year has classes: remove them first");
	}
	return append(self, actor, "year.removed", year, json_object(), error);
}

/* --- The rows --- */

static bool promote_one(Classes *self, const char *year, const json_t *class, GError **error)
{
	const char *id = json_string_value(json_object_get(class, "id"));
	g_autoptr(Query) query = store_query(self->store, "promote_class");
	g_autoptr(Query) members = NULL;

	query_bind_text(query, ":id", id);
	query_bind_text(query, ":year", year);
	query_bind_text(query, ":from", json_string_value(json_object_get(class, "from")));
	query_bind_int(query, ":grade", json_integer_value(json_object_get(class, "grade")));
	query_bind_text(query, ":letter", json_string_value(json_object_get(class, "letter")));
	query_bind_text(query, ":title", json_string_value(json_object_get(class, "title")));
	if (!query_run(query, error))
		return false;
	members = store_query(self->store, "promote_class_members");
	query_bind_text(members, ":id", id);
	return query_run(members, error);
}

static bool apply_promoted(void *room, const Event *event, GError **error)
{
	const json_t *class;
	size_t i;

	json_array_foreach(json_object_get(event->body, "classes"), i, class)
		if (!promote_one(room, event->subject, class, error))
			return false;
	return true;
}

static bool run_on(Classes *self, const char *statement, const char *id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":id", id);
	return query_run(query, error);
}

static bool apply_undone(void *room, const Event *event, GError **error)
{
	const json_t *class;
	size_t i;

	json_array_foreach(json_object_get(event->body, "classes"), i, class)
	{
		const char *id = json_string_value(class);

		if (!run_on(room, "remove_class_members", id, error) ||
		    !run_on(room, "remove_class", id, error))
			return false;
	}
	return true;
}

static bool apply_year_removed(void *room, const Event *event, GError **error)
{
	return run_on(room, "remove_school_year", event->subject, error);
}

/* Pages that show classes ask again; of chats each person hears alone. */
static bool live_classes(void *room, const Event *event, const Actor *reader,
                         const char **ret_name, char **ret_data)
{
	*ret_name = "class";
	*ret_data = g_strdup_printf("{\"class_id\":\"%s\",\"renamed\":false}", event->subject);
	return true;
}

const EventKind PROMOTION_EVENTS[] = {
	{"year.promoted", 1, LOCALITY_SCHOOL, apply_promoted, NULL, live_classes, RETAIN_ALWAYS},
	{"year.promotion.undone", 1, LOCALITY_SCHOOL, apply_undone, NULL, live_classes,
	 RETAIN_ALWAYS},
	{"year.removed", 1, LOCALITY_SCHOOL, apply_year_removed, NULL, NULL, RETAIN_ALWAYS},
	{0},
};
