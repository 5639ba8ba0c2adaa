/* SPDX-License-Identifier: LGPL-2.1-or-later
 * HTTP behind nginx: requests, tables of routes with their rights, gates, replies that may be
 * held. The only room that knows libmicrohttpd. */
#pragma once

#include "base/actor.h"
#include "base/json.h"
#include "store/store.h"

typedef struct Http Http;
typedef struct Request Request;

typedef enum { GET = 1, POST, PUT, PATCH, DELETE } Method;

typedef enum { SOCKET_REST, SOCKET_LIVE, SOCKET_CONTROL, SOCKET_METRICS, N_SOCKETS } HttpSocket;

enum {
	ROUTE_SECRET = 1 << 0, /* the answer holds a secret: no reply is stored for its key */
	ROUTE_LIVE = 1 << 1,   /* on the live socket */
	ROUTE_ALSO_CONSOLE = 1 << 2, /* the console may use it too, without the gate */
	ROUTE_READS = 1 << 3,  /* an unsafe method that writes nothing to the store (a probe) */
	/* The body is any bytes and goes to an unlinked file, for another program to read. Who asks is
	 * judged before it is taken, and again when it is there. */
	ROUTE_SPOOLS = 1 << 4,
	ROUTE_WAITING = 1 << 5, /* a write for who is not admitted yet: consents, one's own sessions */
	/* Another end may ask it of the school's own server for one of its people: http_ask(). */
	ROUTE_AFAR = 1 << 6,
};

/* Takes the request apart, calls one rule, replies. False: the error becomes a problem+json
 * (RFC 9457). A handler that neither replied nor failed must have held the request. */
typedef bool (*Handler)(void *room, Request *request, GError **error);

typedef struct {
	Method method;
	const char *path;   /* "/api/v1/chats/:chat/messages"; ":name" is one segment */
	/* A gate's name: "anyone", "signed-in", "chat-member", ..., or whoever may open a socket of
	 * its own, where no gate is asked: "console", "metrics". */
	const char *who;
	size_t body_max;    /* in bytes; 0: no body is taken */
	Handler handler;
	unsigned flags;
} Route;

/* May this actor use the route with these parameters? ERROR_UNAUTHENTICATED, ERROR_FORBIDDEN, or
 * ERROR_NOT_FOUND where it must look as if it did not exist. */
typedef bool (*GateFunc)(void *room, Request *request, GError **error);

/* Finds the actor of a cookie's token. False only on failure; nobody is an answer. */
typedef bool (*Authenticate)(void *room, Request *request, Actor *ret_actor, GError **error);

typedef struct {
	Store *store;            /* NULL: there are no turns and no stored replies */
	char **origins;          /* that a page of ours may have: "http://localhost:8080" */
	const char *cookie_name; /* "__Host-sid-8080" */
	unsigned timeout_s;      /* of a connection on which nothing moves; 0: 90 */
	const char *spool_directory; /* for routes that spool; NULL: there are none */
} HttpOptions;

Http *http_new(const HttpOptions *options);
void http_add_gate(Http *self, const char *who, GateFunc may, void *room);
void http_set_authenticate(Http *self, Authenticate authenticate, void *room);
/* Asked before every write of a person, after the gate, unless the route says ROUTE_WAITING or
 * ROUTE_READS: a reason to write nothing yet. */
typedef bool (*Admit)(void *room, const Actor *actor, GError **error);
void http_set_admission(Http *self, Admit admit, void *room);
/* Asked before every request of people, who is not looked at yet: a reason to serve nobody. The
 * console comes in. */
typedef bool (*DoorFunc)(void *room, GError **error);
void http_set_door(Http *self, DoorFunc door, void *room);
/* The time of stored replies; without it the machine's. */
void http_set_now(Http *self, int64_t (*now_ms)(void *room), void *room);
void http_add_routes(Http *self, const Route routes[], void *room); /* ended by {0} */

/* Serves a listening socket (taken over). Gates named by routes must be there by now. */
bool http_listen(Http *self, HttpSocket which, int fd, GError **error);

/* Takes nobody new, and calls `left` when everybody was answered who had asked, those that are held
 * too; streams go on. What waits in the kernel's queue is the next urokd's, who has the same
 * sockets. */
void http_leave(Http *self, void (*left)(void *data), void *data);

/* Ends held requests and streams, then the sockets. */
void http_free(Http *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Http, http_free)

extern const Migration HTTP_MIGRATION; /* the stored replies of Idempotency-Key (class local) */

/* Replies so far of one class of status, 1 to 5, but those of the socket of metrics. */
uint64_t http_replies(const Http *self, unsigned status_class);
unsigned http_open_requests(const Http *self); /* streams too */

/* What a test walks: every route with its `who`. NULL after the last. */
const Route *http_route(const Http *self, unsigned index);

/* --- A request --- */

const Actor *request_actor(const Request *self);
const char *request_param(const Request *self, const char *name);  /* of the path; a bug if absent */
bool request_param_id(const Request *self, const char *name, const char **ret_id, GError **error);
const char *request_query(const Request *self, const char *name);  /* NULL: absent */
/* Refuses names that are not in the list (NULL at its end): INVALID unknown-field. */
bool request_check_query(const Request *self, const char *const names[], GError **error);
/* limit= within 1..most, fallback when absent. INVALID with field limit. */
bool request_limit(const Request *self, int fallback, int most, int *ret_limit, GError **error);
const char *request_header(const Request *self, const char *name); /* NULL: absent */
const char *request_cookie(const Request *self);   /* the session's token; NULL: none */
const char *request_address(const Request *self);  /* of the client, as nginx saw it */
json_t *request_body(const Request *self);         /* borrowed; NULL: there was none */
const char *request_idempotency_key(const Request *self); /* NULL: none */
int request_spool(const Request *self); /* borrowed, as long as the request; -1: there was no body */

/* Replies. For a request that wrote they leave after the turn's commit. The JSON text is copied;
 * reply_string and reply_object steal. 204 has no body. */
void request_reply_json(Request *self, unsigned status, const char *json);
void request_reply_string(Request *self, unsigned status, GString *json);
void request_reply_object(Request *self, unsigned status, json_t *object);
void request_reply_empty(Request *self);
void request_reply_bytes(Request *self, unsigned status, const char *content_type, GBytes *bytes);
void request_add_header(Request *self, const char *name, const char *value);
/* Set-Cookie for the session: token NULL clears it. max_age_s 0: ends with the browser. */
void request_set_session(Request *self, const char *token, int max_age_s);

/* --- Holding: work that ends later --- */

/* The handler returns true without a reply. on_gone is called when the client went away or the
 * server ends before request_resume(); the request is not to be touched after it. */
void request_hold(Request *self, void (*on_gone)(void *data), void *data);

/* From the loop, for a held request: runs `then` like a handler, in a savepoint of its own if the
 * route writes, with the rights judged again; it must reply, fail or hold again. It does not run
 * at all if the right is lost or the store cannot write: `room` stays the caller's. */
void request_resume(Request *self, Handler then, void *room);

/* --- Streams (text/event-stream): one pull of blocks at a time, memory bounded by the writer --- */

typedef struct Stream Stream;
typedef struct {
	/* The client went away or the stream was ended: the last call. */
	void (*on_closed)(void *data);
} StreamEvents;

/* Turns the request of a ROUTE_LIVE into a stream. */
Stream *request_stream(Request *self, const StreamEvents *events, void *data);

/* Queues a block, which leaves at the end of the loop's turn. False: the reader is more than
 * STREAM_BLOCKS_MAX blocks or STREAM_BYTES_MAX behind, or took nothing for a connection's timeout;
 * it is being cut and on_closed follows. */
#define STREAM_BLOCKS_MAX 512
#define STREAM_BYTES_MAX  (256 * 1024)
GBytes *stream_block(const char *text); /* made once, sent to many */
bool stream_send(Stream *self, GBytes *block);
void stream_end(Stream *self); /* after what is queued */
void stream_cut(Stream *self); /* at once, read or not; on_closed follows */

#include "http/ask.h"
