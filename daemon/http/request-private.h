/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A request's insides, and who does which step of it. */
#pragma once

#include "http/http-private.h"
#include "http/reply-private.h"
enum { QUERY_MAX = 16 /* name=value pairs */, COOKIE_MAX = 128 };
struct MHD_Connection;

/* Borrowed from the connection's memory; NULL: absent. */
typedef struct {
	const char *content_length;
	const char *content_type;
	const char *content_encoding;
	const char *transfer_encoding;
	const char *sec_fetch_site;
	const char *origin;
	const char *forwarded_for;
	const char *idempotency_key;
	bool doubled; /* one of them came more than once */
	char cookie[COOKIE_MAX];
} Headers;

typedef struct {
	const char *name;
	const char *value;
} Pair;

typedef struct Wait Wait;
typedef struct Asked Asked; /* ask.c */
struct Request {
	/* First what each delivery of a stream touches. */
	Http *http;
	struct MHD_Connection *connection;
	Stream *stream;
	Asked *asked; /* NULL: by a socket */
	HttpSocket socket;
	enum { REQUEST_NEW, REQUEST_BODY, REQUEST_RUN } phase; /* the server's own, as what follows */
	bool suspended, waking, watched, gone, chunked;
	int fd, spool; /* of the client while it is watched; of the body's file, -1: there is none */
	GList link; /* in the server's list of requests */
	Method method;
	bool head, held; /* a GET whose body is left out; one that is answered later */
	const Entry *entry;
	Actor actor;
	Headers headers;
	const char *params[PARAMS_MAX];
	Pair query[QUERY_MAX];
	unsigned n_query;
	GByteArray *body; /* as it came; NULL: none was taken */
	size_t body_skipped, spooled;
	json_t *json;
	Reply reply;
	Wait *wait; /* for the turn's commit */
	void (*on_gone)(void *data);
	void *gone_data;
	char target[]; /* percent-decoded in place */
};

/* request.c: from the wire to the handler's questions. */
Request *request_new(Http *http, HttpSocket socket, struct MHD_Connection *connection,
                     const char *target);
void request_free(Request *self);
void request_note_header(Request *self, const char *name, const char *value);
bool request_find_route(Request *self, const char *method);
bool request_check_origin(const Request *self, GError **error);

/* dispatch.c: rights, turn, handler, and whose move it is afterwards. */
bool request_start(Request *self, const char *method); /* false: refused by its head alone */
void request_run(Request *self);                       /* all of its body is there */
void request_lose(Request *self);                      /* the client went away */
void request_refuse_late(Request *self);               /* the server ends before its reply */

/* body.c */
bool body_is_announced(const Request *self);
bool body_expect(Request *self, GError **error);
bool body_take(Request *self, const char *data, size_t size); /* false: hang up */
bool body_read(Request *self, GError **error);

/* idempotency.c */
bool idempotency_applies(const Request *self);
bool idempotency_check(const Request *self, GError **error);
bool idempotency_find(Request *self, bool *ret_found, GError **error);
bool idempotency_keep(Request *self, GError **error);

/* stream.c */
enum { STREAM_READ_WAIT = 0, STREAM_READ_END = -1, STREAM_READ_CUT = -2 };
ssize_t stream_read(Stream *self, char *buffer, size_t size);
typedef enum { STREAM_SENT, STREAM_STUCK, STREAM_FOR_LIBRARY } StreamState;
void stream_take_socket(Stream *self, int fd, bool chunked, GPtrArray *flushing);
StreamState stream_flush(Stream *self); /* what the socket takes; stuck: wake it for more */
Request *stream_request(const Stream *self);
void stream_lose(Stream *self);
void stream_free(Stream *self); /* says on_closed */
/* server.c */
const char *server_header(const Request *request, const char *name);
void server_wake(Request *request);  /* it has something to say; at once or once a turn */
void server_watch(Request *request); /* tell request_lose() when the client hangs up */
void server_unwatch(Request *request);
void server_cut(Request *request);
