/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who listens to what today: each stream's set of scopes, and what changes it. */
#include "events/live-private.h"

struct ScopeSet {
	GHashTable *scopes; /* owned texts */
};

void scope_add(ScopeSet *set, const char *scope)
{
	g_hash_table_add(set->scopes, g_strdup(scope));
}

static void leave_scope(Live *self, Listener *listener, const char *scope)
{
	GPtrArray *there = g_hash_table_lookup(self->by_scope, scope);

	if (!there)
		return;
	g_ptr_array_remove_fast(there, listener);
	if (!there->len)
		g_hash_table_remove(self->by_scope, scope);
}

static void join_scope(Live *self, Listener *listener, const char *scope)
{
	GPtrArray *there = g_hash_table_lookup(self->by_scope, scope);

	if (!there) {
		there = g_ptr_array_new();
		g_hash_table_insert(self->by_scope, g_strdup(scope), there);
	}
	g_ptr_array_add(there, listener);
}

void live_take_scopes(Live *self, Listener *listener)
{
	GHashTable *today = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	ScopeSet set = {today};
	GHashTableIter iter;
	void *scope;

	for (guint i = 0; i < self->audiences->len; i++) {
		const Audience *audience = &g_array_index(self->audiences, Audience, i);

		audience->scopes_of(audience->room, &listener->reader, &set);
	}
	g_hash_table_iter_init(&iter, listener->scopes);
	while (g_hash_table_iter_next(&iter, &scope, NULL))
		if (!g_hash_table_contains(today, scope))
			leave_scope(self, listener, scope);
	g_hash_table_iter_init(&iter, today);
	while (g_hash_table_iter_next(&iter, &scope, NULL))
		if (!g_hash_table_contains(listener->scopes, scope))
			join_scope(self, listener, scope);
	g_hash_table_unref(listener->scopes);
	listener->scopes = today;
}

void live_leave_scopes(Live *self, Listener *listener)
{
	GHashTableIter iter;
	void *scope;

	g_hash_table_iter_init(&iter, listener->scopes);
	while (g_hash_table_iter_next(&iter, &scope, NULL))
		leave_scope(self, listener, scope);
}

/* --- Rights and sessions change --- */

typedef struct {
	Live *live;
	Id who; /* person or session; "" everybody */
} Change;

static void on_audience_committed(void *data, const GError *failure)
{
	const Change *change = data;
	GHashTableIter iter;
	void *at;

	g_hash_table_iter_init(&iter, change->live->listeners);
	while (!failure && g_hash_table_iter_next(&iter, &at, NULL)) {
		Listener *listener = at;

		if (id_is_empty(&change->who) || id_equal(&listener->reader.person, &change->who))
			live_take_scopes(change->live, listener);
	}
}

static void on_session_committed(void *data, const GError *failure)
{
	const Change *change = data;
	g_autoptr(GBytes) block = live_block(NULL, "session_ended", "{}");
	GHashTableIter iter;
	void *at;

	g_hash_table_iter_init(&iter, change->live->listeners);
	while (!failure && g_hash_table_iter_next(&iter, &at, NULL)) {
		Listener *listener = at;

		if (!id_equal(&listener->reader.session, &change->who))
			continue;
		if (stream_send(listener->stream, block))
			stream_end(listener->stream);
	}
}

static void change_later(Live *self, const char *who, TurnHook hook)
{
	Change *change = g_new0(Change, 1);

	change->live = self;
	change->who = id_from(who);
	store_after_commit(self->events->store, hook, change, g_free);
}

void live_audience_changed(Live *self, const char *person)
{
	/* A foreign event may name what is no id: nobody listens as that. */
	if (person && !id_is_valid(person))
		return;
	change_later(self, person, on_audience_committed);
}

void live_session_ended(Live *self, const char *session)
{
	change_later(self, session, on_session_committed);
}

void live_init_scopes(Live *self)
{
	self->audiences = g_array_new(FALSE, FALSE, sizeof(Audience));
	self->by_scope = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	                                       (GDestroyNotify)g_ptr_array_unref);
}

void live_clear_scopes(Live *self)
{
	g_hash_table_unref(self->by_scope);
	g_array_unref(self->audiences);
}

void live_add_audience(Live *self, AudienceFunc scopes_of, void *room)
{
	Audience audience = {scopes_of, room};

	g_array_append_val(self->audiences, audience);
}
