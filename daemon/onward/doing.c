/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The school's own server: does what its cloud hands on, for a person by that person's rights. The
 * cloud is believed who it is that asks, so an administrator has to have allowed it, and nobody
 * administers a school this way. */
#include "onward/onward-private.h"
#include "base/log.h"

#include <string.h>

#define ASKED_MAX 64 /* that nobody said `go` to */

typedef struct {
	Onward *onward;
	char *peer;
	char *id;
	char *method;
	char *target;
	char *key;
	char *body; /* NULL: none */
	Id person;
} Errand;

static void errand_free(void *data)
{
	Errand *self = data;

	g_free(self->peer);
	g_free(self->id);
	g_free(self->method);
	g_free(self->target);
	g_free(self->key);
	g_free(self->body);
	g_free(self);
}

static void say(Onward *self, const char *peer, const char *id, unsigned status, bool problem,
                const char *text)
{
	Events *events = self->options.events;

	(void)sync_say(self->options.sync, peer, "answer",
	               json_pack("{ss si sb ss* ss sI}", "id", id, "status", (int)status, "problem",
	                         problem, "text", text, "epoch",
	                         events_epoch(events)->text, "place",
	                         (json_int_t)onward_place(events, events_origin(events),
	                                                  events_epoch(events))));
}

static void refuse(Onward *self, const char *peer, const char *id)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	unsigned status;

	ask_refuse(&error);
	text = error_to_problem(error, &status);
	say(self, peer, id, status, true, text);
}

/* The log says what came from outside; the work itself is in it already. */
static void note(const Errand *errand)
{
	const OnwardOptions *options = &errand->onward->options;
	const Actor actor = {.kind = ACTOR_PERSON, .person = errand->person};
	g_autoptr(GError) error = NULL;
	g_autoptr(Event) event = NULL;
	bool done;

	if (store_begin(options->store, &error)) {
		event = event_new(&actor, "request.taken", "admins", errand->person.text,
		                  json_pack("{ss}", "method", errand->method));
		done = events_append(options->events, event, &error);
		(void)store_end(options->store, done, done ? &error : NULL);
	}
	if (error)
		log_failure(LOG_WARNING, error, "A request from outside is not noted");
}

static void on_answered(void *data, unsigned status, const char *content_type, const char *text)
{
	Errand *errand = data;

	say(errand->onward, errand->peer, errand->id, status,
	    g_strcmp0(content_type, "application/problem+json") == 0, text);
	if (status < 300)
		note(errand);
	errand_free(errand);
}

static bool may_ask(const Onward *self, const char *person, unsigned *ret_roles)
{
	*ret_roles = people_roles(self->options.people, person);
	return *ret_roles && !(*ret_roles & ROLE_ADMINISTRATOR) &&
	       !people_is_blocked(self->options.people, person) &&
	       sync_may_leave(self->options.sync, "request.taken");
}

static int is_of(const void *errand, const void *id)
{
	return strcmp(((const Errand *)errand)->id, id);
}

static Errand *read_question(Onward *self, const char *peer, const json_t *frame)
{
	const char *talk = NULL, *id = NULL, *person = NULL, *method = NULL, *target = NULL;
	const char *key = NULL, *body = NULL;
	const Field fields[] = {
	        {"c", FIELD_TEXT, true, 0, &talk},
	        {"id", FIELD_ID, true, 0, &id},
	        {"person", FIELD_ID, true, 0, &person},
	        {"method", FIELD_TEXT, true, 8, &method},
	        {"target", FIELD_TEXT, true, ONWARD_BODY_MAX, &target},
	        {"key", FIELD_TEXT, true, 64, &key},
	        {"body", FIELD_TEXT, false, ONWARD_BODY_MAX, &body},
	        {0},
	};
	Errand *errand;

	if (!json_read(frame, fields, NULL) || g_queue_find_custom(&self->asked, id, is_of))
		return NULL;
	errand = g_new0(Errand, 1);
	*errand = (Errand){.onward = self, .peer = g_strdup(peer), .id = g_strdup(id),
	                   .method = g_strdup(method), .target = g_strdup(target),
	                   .key = g_strdup(key), .body = g_strdup(body), .person = id_from(person)};
	return errand;
}

static void take_question(void *room, const char *peer, const json_t *frame)
{
	Onward *self = room;
	Errand *errand = read_question(self, peer, frame);
	unsigned roles;

	if (!errand)
		return;
	if (!may_ask(self, errand->person.text, &roles)) {
		refuse(self, peer, errand->id);
		errand_free(errand);
		return;
	}
	g_queue_push_tail(&self->asked, errand);
	if (self->asked.length > ASKED_MAX)
		errand_free(g_queue_pop_head(&self->asked));
	(void)sync_say(self->options.sync, peer, "ready", json_pack("{ss}", "id", errand->id));
}

/* Once: a second `go` finds nothing. */
static void take_go(void *room, const char *peer, const json_t *frame)
{
	Onward *self = room;
	const char *id = json_string_value(json_object_get(frame, "id"));
	GList *link = id ? g_queue_find_custom(&self->asked, id, is_of) : NULL;
	Errand *errand = link ? link->data : NULL;
	Actor actor = {.kind = ACTOR_PERSON};
	Ask ask;

	if (!errand || strcmp(errand->peer, peer) != 0)
		return;
	g_queue_delete_link(&self->asked, link);
	if (!may_ask(self, errand->person.text, &actor.roles)) {
		refuse(self, peer, errand->id);
		errand_free(errand);
		return;
	}
	actor.person = errand->person;
	ask = (Ask){errand->method, errand->target, errand->body, errand->key, &actor};
	http_ask(self->options.http, &ask, on_answered, errand);
}

void doing_begin(Onward *self)
{
	sync_on_words(self->options.sync, "ask", take_question, self);
	sync_on_words(self->options.sync, "go", take_go, self);
}

void doing_end(Onward *self)
{
	g_queue_clear_full(&self->asked, errand_free);
}
