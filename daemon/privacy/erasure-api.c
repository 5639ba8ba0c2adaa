/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in to what cannot be undone: an erasure, which is in the ledger on the disk before it is
 * acknowledged, and the merging of two accounts. */
#include "privacy/retention-private.h"

#include "base/text.h"

#include <gio/gio.h>
#include <string.h>

/* --- What is asked --- */

typedef struct {
	const char *reason;
	const char *name;
} Wish;

static bool read_wish(Request *request, Wish *ret, GError **error)
{
	const Field fields[] = {
		{"reason", FIELD_TEXT, true, REASON_CHARACTERS_MAX, &ret->reason},
		{"name", FIELD_TEXT, true, 200, &ret->name},
		{0},
	};

	return json_read(request_body(request), fields, error);
}

static bool is_named(const char *shown, const char *typed)
{
	g_autofree char *trimmed = text_trim(typed);
	g_autofree char *want = text_fold(shown);
	g_autofree char *got = text_fold(trimmed);

	return strcmp(want, got) == 0;
}

/* The reason stays in the log for good: it must not say who it was. */
static bool check_reason(const char *reason, const char *shown, GError **error)
{
	g_autofree char *folded = text_fold(reason);
	g_auto(GStrv) names = NULL;
	g_autofree char *folded_name = text_fold(shown);

	if (text_is_blank(reason) || text_length(reason) < REASON_CHARACTERS_MIN)
		return error_reason(error, ERROR_INVALID, "empty", "reason",
		                    "An erasure needs its reason");
	names = g_strsplit(folded_name, " ", -1);
	for (char **name = names; *name; name++)
		if (text_length(*name) > 2 && strstr(folded, *name))
			return error_reason(error, ERROR_INVALID, "reason-names-person", "reason",
			                    "The reason stays in the log: it must not name the person");
	return true;
}

static bool check_wish(Privacy *self, const Actor *actor, const char *person, const Wish *wish,
                       GError **error)
{
	g_autoptr(json_t) shown = NULL;
	const char *name;

	if (strcmp(actor->person.text, person) == 0)
		return error_reason(error, ERROR_CONFLICT, "own-account", NULL,
		                    "Another administrator erases your account");
	shown = people_to_json(self->people, person, error);
	if (!shown)
		return false;
	if (people_is_erased(self->people, person))
		return error_set(error, ERROR_CONFLICT, "These data are erased already");
	name = json_string_value(json_object_get(shown, "display_name"));
	if (!is_named(name, wish->name))
		return error_reason(error, ERROR_INVALID, "wrong-name", "name",
		                    "This is not the name of whom you want to erase");
	return check_reason(wish->reason, name, error) && holds_check_none(self, person, error);
}

/* --- The ledger first, in a thread --- */

typedef struct {
	Privacy *privacy;
	Request *request; /* NULL: it is gone */
	Id person;
	char *reason;
	Ledger *ledger;
	char *line;
	GError *failure;
} Writing;

static void writing_free(Writing *self)
{
	g_free(self->reason);
	g_free(self->line);
	ledger_free(self->ledger);
	g_clear_error(&self->failure);
	g_free(self);
}

/* Who asked went away; the ledger says it, so it is done. */
static void on_gone(void *data)
{
	((Writing *)data)->request = NULL;
}

static void write_ledger(GTask *task, void *source, void *data, GCancellable *cancellable)
{
	const Writing *self = data;
	GError *error = NULL;

	if (ledger_append(self->ledger, self->line, &error))
		g_task_return_boolean(task, TRUE);
	else
		g_task_return_error(task, error);
}

static json_t *state_json(const char *state)
{
	return json_pack("{s:s}", "state", state);
}

static bool begin(void *room, Request *request, GError **error)
{
	Writing *self = room;

	if (self->failure) {
		g_propagate_error(error, g_steal_pointer(&self->failure));
		return false;
	}
	if (!eraser_begin(self->privacy->eraser, request_actor(request), self->person.text,
	                  self->reason, error))
		return false;
	request_reply_object(request, 202, state_json("running"));
	return true;
}

static bool begin_unasked(Writing *self, GError **error)
{
	Store *store = self->privacy->store;
	bool done;

	if (!store_begin(store, error))
		return false;
	done = eraser_begin(self->privacy->eraser, &ACTOR_OF_SYSTEM, self->person.text, self->reason,
	                    error);
	return store_end(store, done, done ? error : NULL) && done;
}

static void on_written(GObject *source, GAsyncResult *result, void *data)
{
	Writing *self = data;

	g_task_propagate_boolean(G_TASK(result), &self->failure);
	if (self->request)
		request_resume(self->request, begin, self);
	else if (!self->failure)
		(void)begin_unasked(self, NULL); /* else the next start does it */
	writing_free(self);
}

bool post_erasure(void *room, Request *request, GError **error)
{
	Privacy *self = room;
	const Actor *actor = request_actor(request);
	g_autoptr(GTask) task = NULL;
	const char *person;
	Wish wish = {0};
	Writing *writing;

	if (!request_param_id(request, "person", &person, error) ||
	    !read_wish(request, &wish, error) || !check_wish(self, actor, person, &wish, error))
		return false;
	writing = g_new0(Writing, 1);
	writing->privacy = self;
	writing->request = request;
	writing->person = id_from(person);
	writing->reason = text_trim(wish.reason);
	writing->ledger = ledger_copy(self->ledger);
	writing->line = ledger_line(person, actor_name(actor), events_now_ms(self->events));
	request_hold(request, on_gone, writing);
	task = g_task_new(NULL, NULL, on_written, writing);
	g_task_set_task_data(task, writing, NULL);
	g_task_run_in_thread(task, write_ledger);
	return true;
}

bool get_erasure(void *room, Request *request, GError **error)
{
	Privacy *self = room;
	g_autoptr(Query) query = NULL;
	const char *person;
	bool row;

	if (!request_param_id(request, "person", &person, error))
		return false;
	if (!people_exists(self->people, person))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	query = store_query(self->store, "find_erasure");
	query_bind_text(query, ":person", person);
	if (!query_next(query, &row, error))
		return false;
	request_reply_object(request, 200,
	                     state_json(!row                       ? "none"
	                                : query_is_null(query, 1) ? "running"
	                                                          : "done"));
	return true;
}

/* --- Two accounts become one --- */

bool post_merge(void *room, Request *request, GError **error)
{
	Privacy *self = room;
	const char *person;
	const char *into = NULL;
	const Field fields[] = {{"into", FIELD_ID, true, 0, &into}, {0}};
	json_t *left;

	if (!request_param_id(request, "person", &person, error) ||
	    !json_read(request_body(request), fields, error))
		return false;
	if (strcmp(request_actor(request)->person.text, person) == 0)
		return error_reason(error, ERROR_CONFLICT, "own-account", NULL,
		                    "You are signed in with this account: merge the other one into it");
	if (!people_merge(self->people, request_actor(request), person, into, error))
		return false;
	left = people_to_json(self->people, into, error);
	if (!left)
		return false;
	request_reply_object(request, 200, left);
	return true;
}
