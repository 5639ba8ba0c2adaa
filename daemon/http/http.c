/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The room itself: gates, tables of routes, sockets. */
#include "http/ask-private.h"
#include "base/clock.h"

#include <string.h>

#define TIMEOUT_S 90 /* longer than nginx keeps an idle connection: it closes, not we */

typedef struct {
	GateFunc may;
	void *room;
} Gate;

static void free_entry(void *entry)
{
	g_free(entry);
}

static int64_t machine_ms(void *room)
{
	return clock_wall_ms();
}

Http *http_new(const HttpOptions *options)
{
	Http *self = g_new0(Http, 1);

	self->store = options->store;
	self->origins = g_strdupv(options->origins);
	self->cookie_name = g_strdup(options->cookie_name);
	self->timeout_s = options->timeout_s ? options->timeout_s : TIMEOUT_S;
	self->spool_directory = g_strdup(options->spool_directory);
	self->now_ms = machine_ms;
	self->gates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	self->entries = g_ptr_array_new_with_free_func(free_entry);
	for (int i = 0; i < N_SOCKETS; i++)
		self->roots[i] = node_new();
	g_queue_init(&self->asked);
	self->parked = g_ptr_array_new_with_free_func(g_free);
	self->server = server_new(self);
	if (self->store)
		store_add_person_data(self->store, &IDEMPOTENCY_DATA, self);
	return self;
}

void http_free(Http *self)
{
	if (!self)
		return;
	ask_end_all(self);
	server_free(self->server);
	g_clear_handle_id(&self->unpark, g_source_remove);
	g_ptr_array_unref(self->parked);
	for (int i = 0; i < N_SOCKETS; i++)
		node_free(self->roots[i]);
	g_ptr_array_unref(self->entries);
	g_hash_table_unref(self->gates);
	g_free(self->cookie_name);
	g_free(self->spool_directory);
	g_strfreev(self->origins);
	g_free(self);
}

void http_add_gate(Http *self, const char *who, GateFunc may, void *room)
{
	Gate *gate = g_new(Gate, 1);

	*gate = (Gate){may, room};
	g_assert(!g_hash_table_contains(self->gates, who));
	g_hash_table_insert(self->gates, g_strdup(who), gate);
}

void http_set_door(Http *self, DoorFunc door, void *room)
{
	self->door = door;
	self->door_room = room;
}

void http_set_admission(Http *self, Admit admit, void *room)
{
	self->admit = admit;
	self->admit_room = room;
}

void http_set_hand_on(Http *self, HandOn hand_on, void *room)
{
	self->hand_on = hand_on;
	self->hand_on_room = room;
}

void http_set_authenticate(Http *self, Authenticate authenticate, void *room)
{
	self->authenticate = authenticate;
	self->authenticate_room = room;
}

void http_set_now(Http *self, int64_t (*now_ms)(void *room), void *room)
{
	self->now_ms = now_ms;
	self->now_room = room;
}

/* The socket that no gate stands before, or N_SOCKETS. */
static HttpSocket own_socket_of(const Route *route)
{
	if (strcmp(route->who, "console") == 0)
		return SOCKET_CONTROL;
	return strcmp(route->who, "metrics") == 0 ? SOCKET_METRICS : N_SOCKETS;
}

void http_add_routes(Http *self, const Route routes[], void *room)
{
	for (const Route *route = routes; route->method; route++) {
		Entry *entry = g_new0(Entry, 1);
		HttpSocket own = own_socket_of(route);

		entry->route = *route;
		entry->room = room;
		entry_name_params(entry);
		g_ptr_array_add(self->entries, entry);
		if (route->flags & ROUTE_ALSO_CONSOLE)
			node_add(self->roots[SOCKET_CONTROL], entry);
		if (own == N_SOCKETS)
			own = route->flags & ROUTE_LIVE ? SOCKET_LIVE : SOCKET_REST;
		node_add(self->roots[own], entry);
	}
}

const Route *http_route(const Http *self, unsigned index)
{
	return index < self->entries->len ? &((Entry *)self->entries->pdata[index])->route : NULL;
}

uint64_t http_replies(const Http *self, unsigned status_class)
{
	return self->replies[status_class];
}

static void find_gates(Http *self)
{
	for (guint i = 0; i < self->entries->len; i++) {
		Entry *entry = self->entries->pdata[i];
		Gate *gate = g_hash_table_lookup(self->gates, entry->route.who);

		if (!gate && own_socket_of(&entry->route) == N_SOCKETS)
			g_error("No room gave the gate «%s» of %s", entry->route.who,
			        entry->route.path);
		entry->may = gate ? gate->may : NULL;
		entry->gate_room = gate ? gate->room : NULL;
	}
}

bool http_listen(Http *self, HttpSocket which, int fd, GError **error)
{
	find_gates(self);
	return server_listen(self->server, which, fd, error);
}

void http_leave(Http *self, void (*left)(void *data), void *data)
{
	server_leave(self->server, left, data);
}

unsigned http_open_requests(const Http *self)
{
	return server_open_requests(self->server);
}
