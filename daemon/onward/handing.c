/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cloud's end: a request is held until the school's server has answered and what it wrote is
 * here, so that the page that reads next sees it. */
#include "onward/onward-private.h"

#include <string.h>

#define PATIENCE_MS 15000
#define SIGHT_MS    3000 /* for the events; the answer stands without them */
#define WAITING_MAX 256  /* of one school */

typedef struct {
	Onward *onward;
	char *id;
	Request *request; /* NULL: whoever asked went away */
	guint timer;
	guint soon;
	bool goes;       /* the server was told to do it */
	unsigned status; /* 0: no answer yet */
	bool problem;
	char *text;
	Id epoch; /* where in the server's chain its work ends */
	int64_t place;
} Handed;

static void handed_free(void *data)
{
	Handed *self = data;

	g_clear_handle_id(&self->timer, g_source_remove);
	g_clear_handle_id(&self->soon, g_source_remove);
	g_free(self->id);
	g_free(self->text);
	g_free(self);
}

static void on_gone(void *data)
{
	((Handed *)data)->request = NULL;
}

static bool reply(void *room, Request *request, GError **error)
{
	const Handed *self = room;

	if (self->status) {
		request_reply_as(request, self->status,
		                 self->problem ? "application/problem+json" : "application/json",
		                 self->text);
		return true;
	}
	if (self->goes)
		return error_reason(error, ERROR_UNAVAILABLE, "outcome-unknown", NULL,
		                    "The line to the school's own server broke: look whether it is "
		                    "done before you try again");
	return error_reason(error, ERROR_UNAVAILABLE, "school-away", NULL,
	                    "The school's own server decides this and does not answer now: try "
	                    "again later");
}

static void finish(Handed *self)
{
	GHashTable *waiting = self->onward->waiting;

	g_hash_table_steal(waiting, self->id);
	if (self->request)
		request_resume(self->request, reply, self);
	handed_free(self);
}

static gboolean on_time(void *data)
{
	Handed *self = data;

	self->timer = 0;
	finish(self);
	return G_SOURCE_REMOVE;
}

static gboolean on_soon(void *data)
{
	Handed *self = data;

	self->soon = 0;
	finish(self);
	return G_SOURCE_REMOVE;
}

/* Never from within: a commit's hook, or the request's own turn. */
static void finish_soon(Handed *self)
{
	if (!self->soon)
		self->soon = g_idle_add(on_soon, self);
}

/* --- Sending --- */

static json_t *question(const Handed *self, Request *request)
{
	const char *key = request_idempotency_key(request);
	g_autofree char *target = request_dup_target(request);
	g_autofree char *body = request_body(request) ? json_format(request_body(request)) : NULL;

	if (strlen(target) > ONWARD_BODY_MAX || (body && strlen(body) > ONWARD_BODY_MAX))
		return NULL;
	return json_pack("{ss ss ss ss ss ss*}", "id", self->id, "person",
	                 request_actor(request)->person.text, "method", request_method(request),
	                 "target", target, "key", key ? key : self->id, "body", body);
}

static bool hand_on(void *room, Request *request)
{
	Onward *self = room;
	const Id *server = sync_authority(self->options.sync);
	json_t *frame;
	Handed *handed;
	Id id = id_new();

	if (id_is_empty(server) || g_hash_table_size(self->waiting) >= WAITING_MAX)
		return false;
	handed = g_new0(Handed, 1);
	*handed = (Handed){.onward = self, .id = g_strdup(id.text), .request = request};
	frame = question(handed, request);
	if (!frame) {
		handed_free(handed);
		return false;
	}
	g_hash_table_insert(self->waiting, handed->id, handed);
	request_hold(request, on_gone, handed);
	if (sync_say(self->options.sync, server->text, "ask", frame))
		handed->timer = g_timeout_add(PATIENCE_MS, on_time, handed);
	else
		finish_soon(handed);
	return true;
}

/* A question may lie in a line that is cut and arrive when nobody waits any more: the server asks
 * before it begins. */
static void take_ready(void *room, const char *peer, const json_t *frame)
{
	Onward *self = room;
	const char *id = json_string_value(json_object_get(frame, "id"));
	Handed *handed = id ? g_hash_table_lookup(self->waiting, id) : NULL;

	if (!handed || handed->goes || !handed->request ||
	    strcmp(peer, sync_authority(self->options.sync)->text) != 0)
		return;
	handed->goes = sync_say(self->options.sync, peer, "go", json_pack("{ss}", "id", id));
}

/* --- The answer --- */

static bool is_here(const Handed *self)
{
	const OnwardOptions *options = &self->onward->options;

	return onward_place(options->events, sync_authority(options->sync), &self->epoch) >= self->place;
}

static void look(void *key, void *value, void *data)
{
	Handed *self = value;

	if (self->status && is_here(self))
		finish_soon(self);
}

static void on_grown(void *room)
{
	g_hash_table_foreach(((Onward *)room)->waiting, look, NULL);
}

static bool read_answer(Handed *self, const json_t *frame)
{
	const char *talk = NULL, *id = NULL, *epoch = NULL, *text = NULL;
	gint64 status = 0;
	gint64 place = 0;
	bool problem = false;
	const Field fields[] = {
	        {"c", FIELD_TEXT, true, 0, &talk},    {"id", FIELD_ID, true, 0, &id},
	        {"status", FIELD_INT, true, 0, &status}, {"problem", FIELD_BOOL, true, 0, &problem},
	        {"text", FIELD_TEXT, false, 0, &text}, {"epoch", FIELD_ID, true, 0, &epoch},
	        {"place", FIELD_INT, true, 0, &place}, {0},
	};

	if (!json_read(frame, fields, NULL) || status < 200 || status > 599)
		return false;
	self->status = (unsigned)status;
	self->problem = problem;
	self->text = g_strdup(text);
	self->epoch = id_from(epoch);
	self->place = place;
	return true;
}

/* Another building's box knows nothing of it. */
static void take_answer(void *room, const char *peer, const json_t *frame)
{
	Onward *self = room;
	const char *id = json_string_value(json_object_get(frame, "id"));
	Handed *handed = id ? g_hash_table_lookup(self->waiting, id) : NULL;

	if (!handed || handed->status || strcmp(peer, sync_authority(self->options.sync)->text) != 0 ||
	    !read_answer(handed, frame))
		return;
	if (is_here(handed)) {
		finish_soon(handed);
		return;
	}
	g_clear_handle_id(&handed->timer, g_source_remove);
	handed->timer = g_timeout_add(SIGHT_MS, on_time, handed);
}

void handing_begin(Onward *self)
{
	self->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, handed_free);
	http_set_hand_on(self->options.http, hand_on, self);
	sync_on_words(self->options.sync, "ready", take_ready, self);
	sync_on_words(self->options.sync, "answer", take_answer, self);
	events_add_reader(self->options.events, on_grown, self);
}

void handing_end(Onward *self)
{
	events_remove_reader(self->options.events, self);
	g_hash_table_unref(self->waiting);
}
