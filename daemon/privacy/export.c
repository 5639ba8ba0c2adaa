/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A copy of everything that the school keeps of one person: one JSON text, made in steps of some
 * milliseconds while the request is held. */
#include "privacy/privacy-private.h"

#include <string.h>

typedef struct {
	Privacy *privacy;
	Request *request;
	Id person;
	PersonStep step;
	const char *room; /* of the last part; NULL: none yet */
	GString *text;
	GError *failure;
	guint source;
} Export;

static void export_free(Export *self)
{
	if (self->source)
		g_source_remove(self->source);
	g_ptr_array_remove_fast(self->privacy->exports, self);
	if (self->text)
		g_string_free(self->text, TRUE);
	g_clear_error(&self->failure);
	g_free(self);
}

static void on_gone(void *data)
{
	export_free(data);
}

/* {"made_at": …, "people": [part, …], "chats": [part, part, …]} */
static void add_part(Export *self, const char *room, json_t *part)
{
	g_autofree char *json = json_format(part);

	if (self->room == room)
		g_string_append_c(self->text, ',');
	else
		g_string_append_printf(self->text, "%s,\n\"%s\":[", self->room ? "]" : "", room);
	self->room = room;
	g_string_append(self->text, json);
}

static bool export_some(Export *self, bool *ret_more, GError **error)
{
	int64_t until_us = g_get_monotonic_time() + STEP_US;
	const char *room;

	do {
		g_autoptr(json_t) part = NULL;

		if (!store_export_person(self->privacy->store, self->person.text, &self->step, &room,
		                         &part, error))
			return false;
		if (room && json_object_size(part))
			add_part(self, room, part);
		if (self->text->len > EXPORT_BYTES_MAX)
			return error_set(error, ERROR_TOO_LARGE, "This is too much for one copy");
	} while (room && g_get_monotonic_time() < until_us);
	*ret_more = room != NULL;
	return true;
}

static void add_headers(Export *self)
{
	char at[TIME_TEXT_SIZE];
	g_autofree char *name = NULL;

	clock_format(events_now_ms(self->privacy->events), at);
	at[10] = '\0';
	name = g_strdup_printf("attachment; filename=\"urok-%s.json\"", at);
	request_add_header(self->request, "Content-Disposition", name);
	request_add_header(self->request, "Cache-Control", "no-store");
}

static bool reply(void *room, Request *request, GError **error)
{
	Export *self = room;
	g_autoptr(GBytes) bytes = NULL;

	if (self->failure) {
		g_propagate_error(error, g_steal_pointer(&self->failure));
		return false;
	}
	g_string_append(self->text, self->room ? "]}\n" : "}\n");
	bytes = g_string_free_to_bytes(g_steal_pointer(&self->text));
	add_headers(self);
	people_note_look(self->privacy->people, request_actor(request), self->person.text,
	                 LOOK_EXPORT);
	request_reply_bytes(request, 200, "application/json", bytes);
	return true;
}

static gboolean on_step(void *data)
{
	Export *self = data;
	Store *store = self->privacy->store;
	bool more = false;

	store_look(store);
	if (!export_some(self, &more, &self->failure))
		more = false;
	store_look_end(store);
	if (more)
		return G_SOURCE_CONTINUE;
	self->source = 0;
	request_resume(self->request, reply, self);
	export_free(self);
	return G_SOURCE_REMOVE;
}

bool get_export(void *room, Request *request, GError **error)
{
	Privacy *self = room;
	char at[TIME_TEXT_SIZE];
	Export *export;

	if (self->exports->len >= EXPORTS_MAX)
		return error_set(error, ERROR_BUSY, "Some copies are being made; try again in a moment");
	export = g_new0(Export, 1);
	export->privacy = self;
	export->request = request;
	export->person = id_from(request_param(request, "person"));
	export->text = g_string_new(NULL);
	clock_format(events_now_ms(self->events), at);
	g_string_append_printf(export->text, "{\"person\":\"%s\",\"made_at\":\"%s\"", export->person.text,
	                       at);
	/* Every part is behind a comma: the first too. */
	export->source = g_idle_add(on_step, export);
	g_ptr_array_add(self->exports, export);
	request_hold(request, on_gone, export);
	return true;
}
