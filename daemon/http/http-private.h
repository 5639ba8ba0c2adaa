/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of this room share: the room, its paths, its server. */
#pragma once

#include "http/http.h"

#define PARAMS_MAX   4
#define SEGMENTS_MAX 12

typedef struct Server Server;
extern const PersonData IDEMPOTENCY_DATA; /* idempotency.c */
typedef struct Node Node;

typedef struct {
	Route route;
	void *room;
	const char *names[PARAMS_MAX]; /* of the path's parameters, in order; interned */
	GateFunc may;                  /* NULL: nobody is asked (the console's own) */
	void *gate_room;
} Entry;

struct Http {
	Store *store; /* NULL: there are no turns */
	char **origins;
	char *cookie_name;
	unsigned timeout_s;
	char *spool_directory;
	unsigned spools; /* open now */
	Authenticate authenticate;
	void *authenticate_room;
	Admit admit; /* NULL: everybody */
	void *admit_room;
	DoorFunc door; /* NULL: open */
	void *door_room;
	int64_t (*now_ms)(void *room);
	void *now_room;
	GHashTable *gates;  /* who → Gate */
	GPtrArray *entries; /* Entry, owned */
	Node *roots[N_SOCKETS];
	uint64_t replies[6]; /* by class of status */
	Server *server;
	GQueue asked;          /* of Asked: requests without a socket */
	HandOn hand_on;        /* NULL: nobody */
	void *hand_on_room;
	GPtrArray *parked; /* of Request: writes that came while the store was settling */
	guint unpark;      /* the source that lets them go on; 0: none */
};

/* routes.c: the paths as a tree of segments, one for each socket. */
Node *node_new(void);
void node_free(Node *self);
void node_add(Node *self, const Entry *entry);
const Entry *node_entry(const Node *self, Method method);
/* The node of a path, or NULL; params are borrowed from segments. */
const Node *node_find(const Node *self, char *const segments[], unsigned n_segments,
                      const char *params[PARAMS_MAX]);
char *node_allow(const Node *self); /* "GET, HEAD, POST" */
void entry_name_params(Entry *self);
const char *method_name(Method method);

/* dispatch.c */
void http_end_turn(Http *self); /* if it is due; who is always busy must ask */

/* limits.c */
unsigned limits_connections(HttpSocket which);
size_t limits_memory(HttpSocket which);

/* server.c: with server-calls.c the only one that knows libmicrohttpd. */
Server *server_new(Http *http);
void server_free(Server *self);
unsigned server_open_requests(const Server *self);
bool server_listen(Server *self, HttpSocket which, int fd, GError **error);
void server_leave(Server *self, void (*left)(void *data), void *data);
