/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may watch: by today's membership, remembered a session for the parts, made known to the
 * live streams, taken back at once when somebody joins or leaves. */
#include "broadcasts/probes.h"
#include "broadcasts/runs.h"

#include "base/log.h"

#define ACCESS_MAX	     20000	   /* remembered answers; then all are asked again */
#define SCOPES_AFTER_MS	     (3600 * 1000) /* the end is still told to those who come back */
#define ANNOUNCED_ONE_BY_ONE 200

bool watchers_may(Broadcasts *self, const char *person, const char *broadcast, bool *ret_may,
		  GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_may_watch");

	query_bind_text(query, ":person", person);
	query_bind_text(query, ":broadcast", broadcast);
	return query_next(query, ret_may, error);
}

bool watchers_session_may(Broadcasts *self, const Actor *actor, const char *broadcast,
			  bool *ret_may, GError **error)
{
	char key[2 * ID_LENGTH + 2];
	void *known;

	g_snprintf(key, sizeof key, "%s %s", actor->session.text, broadcast);
	if (g_hash_table_lookup_extended(self->access, key, NULL, &known)) {
		*ret_may = GPOINTER_TO_INT(known);
		return true;
	}
	if (!watchers_may(self, actor->person.text, broadcast, ret_may, error))
		return false;
	if (g_hash_table_size(self->access) >= ACCESS_MAX)
		g_hash_table_remove_all(self->access);
	g_hash_table_insert(self->access, g_strdup(key), GINT_TO_POINTER(*ret_may));
	return true;
}

/* --- Live streams --- */

static void add_scopes(Broadcasts *self, const char *statement, const Actor *reader, ScopeSet *set)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	g_autoptr(GError) error = NULL;
	bool row = true;

	query_bind_text(query, ":person", reader->person.text);
	if (g_str_equal(statement, "list_watchable_ended")) {
		query_bind_int(query, ":since", events_now_ms(self->events) - SCOPES_AFTER_MS);
		query_bind_int(query, ":limit", BROADCASTS_RUNNING_MAX);
	}
	while (row && query_next(query, &row, &error)) {
		char scope[SCOPE_SIZE];

		if (!row)
			break;
		g_snprintf(scope, sizeof scope, "broadcast:%s", query_text(query, 0));
		scope_add(set, scope);
	}
	if (error)
		log_failure(LOG_WARNING, error, "A stream goes without broadcasts");
}

static void scopes_of(void *room, const Actor *reader, ScopeSet *set)
{
	if (reader->kind != ACTOR_PERSON)
		return;
	add_scopes(room, "list_watchable_running", reader, set);
	add_scopes(room, "list_watchable_ended", reader, set);
}

static GPtrArray *watchers_by_class(Broadcasts *self, const char *broadcast, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_watchers_by_class");

	query_bind_text(query, ":broadcast", broadcast);
	return query_list_texts(query, error);
}

static bool is_for_many(Broadcasts *self, const char *broadcast, bool *ret_many, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_broadcast_audience");
	bool row;

	query_bind_text(query, ":id", broadcast);
	if (!query_next(query, &row, error))
		return false;
	*ret_many = row && query_int(query, 0) <= 2; /* the school and staff come first */
	return true;
}

bool watchers_announce(Broadcasts *self, const char *broadcast, GError **error)
{
	g_autoptr(GPtrArray) people = NULL;
	bool many;

	if (!events_streams(self->events))
		return true;
	if (!is_for_many(self, broadcast, &many, error))
		return false;
	people = many ? NULL : watchers_by_class(self, broadcast, error);
	if (!many && !people)
		return false;
	if (many || people->len > ANNOUNCED_ONE_BY_ONE) {
		events_audience_changed(self->events, NULL);
		return true;
	}
	for (guint i = 0; i < people->len; i++)
		events_audience_changed(self->events, people->pdata[i]);
	return true;
}

/* --- Rights change --- */

typedef struct {
	Broadcasts *room;
	GPtrArray *people;
} Moved;

static void moved_free(void *data)
{
	Moved *moved = data;

	g_ptr_array_unref(moved->people);
	g_free(moved);
}

/* To this person a broadcast appears, or is over. */
static void tell(Broadcasts *self, const char *person)
{
	g_autofree char *scope = g_strconcat("person:", person, NULL);
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, self->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Run *run = value;
		g_autoptr(GError) error = NULL;
		g_autofree char *data = NULL;
		bool may;

		if (run->state == RUN_ENDED)
			continue;
		if (!watchers_may(self, person, run->broadcast.text, &may, &error)) {
			log_failure(LOG_WARNING, error, "A change of rights was not told");
			continue;
		}
		data = g_strdup_printf("{\"broadcast_id\":\"%s\",\"state\":\"%s\"}",
				       run->broadcast.text,
				       run_state_name(may ? run->state : RUN_ENDED));
		events_signal(self->events, scope, "broadcast", run->broadcast.text, data);
	}
}

static void on_moved(void *data, const GError *failure)
{
	const Moved *moved = data;

	if (failure)
		return;
	g_hash_table_remove_all(moved->room->access);
	for (guint i = 0; i < moved->people->len; i++)
		tell(moved->room, moved->people->pdata[i]);
}

static void move(Broadcasts *self, GPtrArray *people)
{
	Moved *moved = g_new0(Moved, 1);

	moved->room = self;
	moved->people = people;
	for (guint i = 0; i < people->len; i++)
		events_audience_changed(self->events, people->pdata[i]);
	store_after_commit(self->store, on_moved, moved, moved_free);
}

/* Whose seat it is that changed, or may have with a role; NULL: nobody's. */
static const char *seated(const Event *event)
{
	if (g_str_has_prefix(event->kind, "class.member."))
		return json_string_value(json_object_get(event->body, "person"));
	return g_str_equal(event->kind, "person.roles.changed") ? event->subject : NULL;
}

/* Membership of a class, a parent of a child, roles: whose rights it may change. */
static bool follow(void *room, const Event *event, GError **error)
{
	Broadcasts *self = room;
	const char *person = seated(event);
	const char *parent = json_string_value(json_object_get(event->body, "parent"));
	GPtrArray *people;

	if (!g_hash_table_size(self->runs))
		return true;
	people = person ? people_parents(self->people, person, error)
			: g_ptr_array_new_with_free_func(g_free);
	if (!people)
		return false;
	if (person)
		g_ptr_array_add(people, g_strdup(person));
	else if (parent)
		g_ptr_array_add(people, g_strdup(parent));
	move(self, people);
	return true;
}

static const char *const FOLLOWED[] = {
	"class.member.added",	  "class.member.removed", "person.parent.linked",
	"person.parent.unlinked", "person.roles.changed", NULL,
};

static const Follower FOLLOWER = {FOLLOWED, follow};

/* --- Gates --- */

static bool may_see(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	const Actor *actor = request_actor(request);
	const char *broadcast;
	bool may = actor_is_administrator(actor);

	if (actor->kind == ACTOR_NOBODY)
		return error_set(error, ERROR_UNAUTHENTICATED, "Sign in first");
	if (!request_param_id(request, "broadcast", &broadcast, error))
		return false;
	if (!may && !watchers_may(self, actor->person.text, broadcast, &may, error))
		return false;
	return may || error_set(error, ERROR_NOT_FOUND, "There is no such broadcast");
}

static bool may_change(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	g_auto(Broadcast) row = {0};

	return may_see(room, request, error) &&
	       broadcast_load(self->store, request_param(request, "broadcast"), &row, error) &&
	       (broadcast_may_end(request_actor(request), &row) ||
		error_set(error, ERROR_FORBIDDEN,
			  "Who began a broadcast or an administrator ends it"));
}

/* The media of a broadcast that runs, or ended a moment ago. */
static bool may_watch(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	const Actor *actor = request_actor(request);
	const Run *run = run_find(self, request_param(request, "slug"));
	bool may = false;

	if (actor->kind != ACTOR_PERSON)
		return error_set(error, ERROR_UNAUTHENTICATED, "Sign in first");
	if (run && !watchers_session_may(self, actor, run->broadcast.text, &may, error))
		return false;
	return may || error_set(error, ERROR_NOT_FOUND, "There is no such broadcast");
}

static bool may_probe(void *room, Request *request, GError **error)
{
	const Actor *actor = request_actor(request);
	const char *id;

	if (actor->kind == ACTOR_NOBODY)
		return error_set(error, ERROR_UNAUTHENTICATED, "Sign in first");
	return request_param_id(request, "probe", &id, error) &&
	       camera_probe_find(room, actor, id, error);
}

/* Reached by nginx's own question only; the answer is about the cookie that it carries. */
static bool may_ask(void *room, Request *request, GError **error)
{
	return true;
}

void watchers_register(Broadcasts *self)
{
	events_add_audience(self->events, scopes_of, self);
	events_add_follower(self->events, &FOLLOWER, self);
	http_add_gate(self->http, "broadcast-visible", may_see, self);
	http_add_gate(self->http, "broadcast-owner", may_change, self);
	http_add_gate(self->http, "broadcast-watcher", may_watch, self);
	http_add_gate(self->http, "probe-maker", may_probe, self);
	http_add_gate(self->http, "internal", may_ask, self);
}
