/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Classes as JSON: the list, one class, a parent's children, where somebody belongs. */
#include "classes/classes-private.h"

/* What SQLite rendered is JSON; anything else is a bug. */
static json_t *parse_row(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	g_assert(value);
	return value;
}

/* The one column of the one row, with what is bound already. */
static json_t *take_json(Query *query, GError **error)
{
	return query_one(query, error) ? parse_row(query_text(query, 0)) : NULL;
}

static bool add_part(json_t *object, const char *name, json_t *part)
{
	if (!part)
		return false;
	json_object_set_new(object, name, part);
	return true;
}

static json_t *classes_of(void *room, const char *person, GError **error)
{
	Classes *self = room;
	g_autoptr(Query) query = NULL;
	int64_t year;

	if (!classes_find_year(self, &year, error))
		return NULL;
	query = store_query(self->store, "render_classes_of");
	query_bind_text(query, ":person", person);
	query_bind_int(query, ":year", year);
	return take_json(query, error);
}

/* ret_id is the class's, "" for none. */
static json_t *load_class_of(Classes *self, const char *pupil, Id *ret_id, GError **error)
{
	g_autoptr(Query) query = NULL;
	int64_t year;
	bool row;

	if (!classes_find_year(self, &year, error))
		return NULL;
	query = store_query(self->store, "find_class_of_pupil");
	query_bind_text(query, ":person", pupil);
	query_bind_int(query, ":year", year);
	if (!query_next(query, &row, error))
		return NULL;
	*ret_id = id_from(row ? query_text(query, 1) : NULL);
	return row ? parse_row(query_text(query, 0)) : json_null();
}

bool classes_find_of_pupil(Classes *self, const char *pupil, Id *ret_class, GError **error)
{
	json_t *class = load_class_of(self, pupil, ret_class, error);
	bool fine = class != NULL;

	json_decref(class);
	return fine;
}

static json_t *class_of(void *room, const char *pupil, GError **error)
{
	Id ignored;

	return load_class_of(room, pupil, &ignored, error);
}

/* --- Class teachers and their pupils, this year --- */

static Query *year_query(Classes *self, const char *statement, GError **error)
{
	int64_t year;
	Query *query;

	if (!classes_find_year(self, &year, error))
		return NULL;
	query = store_query(self->store, statement);
	query_bind_int(query, ":year", year);
	return query;
}

static bool leads(void *room, const char *teacher, const char *pupil)
{
	g_autoptr(Query) query = year_query(room, "is_led_pupil", NULL);
	bool row;

	if (!query)
		return false;
	query_bind_text(query, ":teacher", teacher);
	query_bind_text(query, ":pupil", pupil);
	return query_next(query, &row, NULL) && row;
}

static GPtrArray *list_led_pupils(void *room, const char *teacher, GError **error)
{
	g_autoptr(Query) query = year_query(room, "list_led_pupils", error);

	if (!query)
		return NULL;
	query_bind_text(query, ":teacher", teacher);
	return query_list_texts(query, error);
}

static GPtrArray *list_class_teachers(void *room, const char *pupil, GError **error)
{
	g_autoptr(Query) query = year_query(room, "list_class_teachers_of", error);

	if (!query)
		return NULL;
	query_bind_text(query, ":pupil", pupil);
	return query_list_texts(query, error);
}

static bool share_class(void *room, const char *one, const char *other)
{
	g_autoptr(Query) query = year_query(room, "is_class_shared", NULL);
	bool row;

	if (!query)
		return false;
	query_bind_text(query, ":one", one);
	query_bind_text(query, ":other", other);
	return query_next(query, &row, NULL) && row;
}

const Belonging CLASSES_BELONGING = {
	.classes_of = classes_of,
	.class_of = class_of,
	.leads = leads,
	.led_pupils = list_led_pupils,
	.class_teachers = list_class_teachers,
	.share_class = share_class,
};

char *classes_render_list(Classes *self, const Actor *actor, const char *year_id, GError **error)
{
	g_autoptr(Query) query = NULL;
	int64_t year;

	if (!(year_id ? years_find(self, year_id, &year, error)
		      : classes_find_year(self, &year, error)))
		return NULL;
	query = store_query(self->store, "render_classes");
	query_bind_text(query, ":person", actor->person.text);
	query_bind_int(query, ":year", year);
	return query_one(query, error) ? g_strdup(query_text(query, 0)) : NULL;
}

static json_t *teachers_json(Classes *self, const char *class_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "render_class_teachers");

	query_bind_text(query, ":class", class_id);
	return take_json(query, error);
}

/* All of them for the staff and the class itself; for a parent own children. */
static json_t *pupils_json(Classes *self, const Actor *actor, const char *class_id, GError **error)
{
	bool for_staff = actor->roles & ROLE_STAFF;
	bool all = for_staff || classes_is_member(self, class_id, actor->person.text);
	g_autoptr(Query) query = store_query(self->store, "render_class_pupils");

	query_bind_text(query, ":class", class_id);
	query_bind_int(query, ":for_staff", for_staff);
	query_bind_text(query, ":parent", all ? NULL : actor->person.text);
	return take_json(query, error);
}

static json_t *head_json(Classes *self, const char *class_id, GError **error)
{
	g_autoptr(Query) query = NULL;
	int64_t year;

	if (!classes_find_year(self, &year, error))
		return NULL;
	query = store_query(self->store, "render_class");
	query_bind_text(query, ":id", class_id);
	query_bind_int(query, ":year", year);
	return take_json(query, error);
}

static json_t *parents_json(Classes *self, const char *child, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "render_parents");

	query_bind_text(query, ":child", child);
	return take_json(query, error);
}

static json_t *chats_json(Classes *self, const Actor *actor, const char *class_id, bool titles,
			  GError **error)
{
	json_t *chats;
	json_t *chat;
	size_t i;

	if (!self->chats_of)
		return json_array();
	chats = self->chats_of(self->chats_room, actor, class_id, error);
	if (!titles)
		json_array_foreach(chats, i, chat) json_object_del(chat, "title");
	return chats;
}

json_t *classes_class_json(Classes *self, const Actor *actor, const char *class_id, GError **error)
{
	g_autoptr(json_t) class = head_json(self, class_id, error);

	if (!class || !add_part(class, "teachers", teachers_json(self, class_id, error)) ||
	    !add_part(class, "pupils", pupils_json(self, actor, class_id, error)) ||
	    !add_part(class, "chats", chats_json(self, actor, class_id, false, error)))
		return NULL;
	return g_steal_pointer(&class);
}

static json_t *child_json(Classes *self, const Actor *actor, const char *child, GError **error)
{
	g_autoptr(json_t) item = people_to_json(self->people, child, error);
	Id class = {0};
	bool sits;

	if (!item || !add_part(item, "class", load_class_of(self, child, &class, error)) ||
	    !add_part(item, "parents", parents_json(self, child, error)))
		return NULL;
	sits = !id_is_empty(&class);
	if (!add_part(item, "teachers",
		      sits ? teachers_json(self, class.text, error) : json_array()) ||
	    !add_part(item, "chats",
		      sits ? chats_json(self, actor, class.text, true, error) : json_array()))
		return NULL;
	return g_steal_pointer(&item);
}

json_t *classes_children_json(Classes *self, const Actor *actor, GError **error)
{
	g_autoptr(GPtrArray) children = people_children(self->people, actor->person.text, error);
	g_autoptr(json_t) items = json_array();

	if (!children)
		return NULL;
	for (guint i = 0; i < children->len; i++) {
		json_t *child = child_json(self, actor, children->pdata[i], error);

		if (!child)
			return NULL;
		json_array_append_new(items, child);
	}
	return json_pack("{s:O}", "items", items);
}
