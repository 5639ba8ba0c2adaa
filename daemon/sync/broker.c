/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The only file that knows libmosquitto. Its loop is ours: the socket is a source of the GLib
 * loop, because its own would use select() and dies of some errors for good. Looking up the name,
 * connecting and TLS's beginning block, so a thread of a moment does them; the handle is that
 * thread's until it comes back. libmosquitto keeps in memory, without a limit, what is published
 * while there is no connection: so nothing is. */
#include "sync/broker.h"

#include "base/crypto.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define KEEPALIVE_S   60
#define TICK_S        10 /* a fraction of KEEPALIVE_S, of which a broker forgives a half */
#define WAIT_LEAST_MS 1000
#define WAIT_MOST_MS  (5 * 60 * 1000)
#define SILENT_MS     (20 * 1000) /* a line without an answer is a dead one, and is tried so often */
#define REFUSED_MS    (30 * 1000) /* a no costs the other end little, and may be a yes any time */
#define KNOCK_S       5
#define ATTEMPT_MS    (30 * 1000) /* then a broker that took us and says nothing is let be */
#define END_MS        5000
/* Messages that the broker has not acknowledged: what comes again from the log anyway leaves room
 * for answers, which are said once, to all boxes on this connection. */
#define BULK_MAX   32
#define FLYING_MAX 4096

struct Broker {
	char *host;
	char *client_id;
	char *filter;
	char *ca_file;
	char *cert_file;
	char *key_file;
	char *user;
	char *password;
	char *will;       /* its topic; NULL: none */
	char word[16];    /* of this connection; "": it has no will */
	char testament[32]; /* the will's payload */
	int port;
	int mqtt;
	BrokerListener listener;
	void *data;
	struct mosquitto *handle; /* NULL: none, or the thread has it */
	GTask *connecting; /* the thread's; NULL: none is at work */
	guint socket_source, tick_source, wait_source, attempt_source;
	GIOCondition watched;
	unsigned failures;
	unsigned flying;
	bool silent; /* nobody answered at all: a pulled cable, rather than a broker in trouble */
	bool known; /* it let us in */
	bool up;
	bool busy;    /* in a callback of the library, which must not be torn down there */
	int ended;    /* the library's reason; 0: none */
	char *trouble;
	const char *trouble_code;
};

static void start(Broker *self);

static void drop_sources(Broker *self)
{
	if (self->socket_source)
		g_source_remove(self->socket_source);
	if (self->tick_source)
		g_source_remove(self->tick_source);
	if (self->wait_source)
		g_source_remove(self->wait_source);
	if (self->attempt_source)
		g_source_remove(self->attempt_source);
	self->socket_source = self->tick_source = self->wait_source = self->attempt_source = 0;
	self->watched = 0;
}

static gboolean on_wait_over(void *data)
{
	Broker *self = data;

	self->wait_source = 0;
	start(self);
	return G_SOURCE_REMOVE;
}

/* At most: short where nobody is there or a plain no was said, long for a broker in trouble. */
static int64_t longest_wait_ms(const Broker *self)
{
	if (self->silent)
		return SILENT_MS;
	return g_str_equal(self->trouble_code, "refused") ||
	                       g_str_equal(self->trouble_code, "no-connection")
	               ? REFUSED_MS
	               : WAIT_MOST_MS;
}

/* Full jitter: thousands of boxes must not come back in step. */
static void wait_and_start(Broker *self)
{
	int64_t most =
	        MIN((int64_t)WAIT_LEAST_MS << MIN(self->failures, 10), longest_wait_ms(self));
	guint wait = (guint)g_random_int_range(WAIT_LEAST_MS / 4, (gint32)most + 1);

	self->failures++;
	self->wait_source = g_timeout_add(wait, on_wait_over, self);
}

static void end(Broker *self, const char *code, const char *why)
{
	bool was_up = self->up;

	drop_sources(self);
	self->up = self->known = false;
	self->flying = 0;
	self->ended = 0;
	g_free(self->trouble);
	self->trouble = g_strdup(why);
	self->trouble_code = code;
	g_clear_pointer(&self->handle, mosquitto_destroy);
	wait_and_start(self);
	if (was_up)
		self->listener.on_down(self->data);
	else
		self->listener.on_failed(self->data);
}

/* --- Its callbacks: only flags are set, and what is asked at once --- */

static void on_connect(struct mosquitto *handle, void *data, int code)
{
	Broker *self = data;

	self->known = !code;
	if (code || mosquitto_subscribe(handle, NULL, self->filter, 1) != MOSQ_ERR_SUCCESS)
		self->ended = code ? -code : MOSQ_ERR_CONN_LOST;
}

static void on_subscribe(struct mosquitto *handle, void *data, int id, int count, const int *granted)
{
	Broker *self = data;

	if (count < 1 || granted[0] > 2) {
		self->ended = MOSQ_ERR_ACL_DENIED;
		return;
	}
	self->up = true;
	self->failures = 0;
	g_clear_pointer(&self->trouble, g_free);
	self->listener.on_up(self->data);
}

static void on_disconnect(struct mosquitto *handle, void *data, int code)
{
	((Broker *)data)->ended = code ? code : MOSQ_ERR_CONN_LOST;
}

static void on_publish(struct mosquitto *handle, void *data, int id)
{
	Broker *self = data;

	if (self->flying)
		self->flying--;
}

static void on_message(struct mosquitto *handle, void *data, const struct mosquitto_message *message)
{
	Broker *self = data;

	if (self->up)
		self->listener.on_message(self->data, message->topic, message->payload,
		                          (size_t)message->payloadlen);
}

/* --- Why there is no connection --- */

/* Under TLS 1.3 a broker that does not take a certificate says so after our side of the handshake:
 * all that the library sees is that the connection ended, or an error of errno's. */
static bool is_shut_out(const Broker *self, int code)
{
	return !self->known && self->cert_file && code != MOSQ_ERR_TLS && code != MOSQ_ERR_EAI;
}

/* What our own flag holds is negative when the broker's own answer to the connection was no. */
static const char *code_of(const Broker *self, int code)
{
	if (code < 0 || is_shut_out(self, code))
		return "refused";
	switch (code) {
	case MOSQ_ERR_EAI:
		return "name-not-found";
	case MOSQ_ERR_ERRNO:
	case MOSQ_ERR_NO_CONN:
		return "no-connection";
	case MOSQ_ERR_TLS:
	case MOSQ_ERR_TLS_HANDSHAKE:
		return "bad-certificate";
	case MOSQ_ERR_ACL_DENIED:
	case MOSQ_ERR_AUTH:
		return "refused";
	default:
		return "lost";
	}
}

static const char *words_of(const Broker *self, int code)
{
	if (code < 0)
		return mosquitto_connack_string(-code);
	if (code == MOSQ_ERR_TLS)
		return "The broker has a certificate that is not trusted here, or none for this name";
	if (is_shut_out(self, code))
		return "The broker does not take this certificate: it may be expired or revoked";
	/* What errno was is forgotten by now. */
	return mosquitto_strerror(code == MOSQ_ERR_ERRNO ? MOSQ_ERR_CONN_LOST : code);
}

/* --- The loop --- */

static gboolean on_socket(int fd, GIOCondition condition, void *data);

static void watch(Broker *self)
{
	GIOCondition wanted = G_IO_IN | (mosquitto_want_write(self->handle) ? G_IO_OUT : 0);

	if (self->socket_source && wanted == self->watched)
		return;
	if (self->socket_source)
		g_source_remove(self->socket_source);
	self->watched = wanted;
	self->socket_source = g_unix_fd_add(mosquitto_socket(self->handle), wanted, on_socket, self);
}

/* False: the connection is over. */
static bool go_on(Broker *self, int code)
{
	if (code == MOSQ_ERR_SUCCESS && !self->ended) {
		watch(self);
		return true;
	}
	if (self->ended)
		code = self->ended;
	end(self, code_of(self, code), words_of(self, code));
	return false;
}

static gboolean on_socket(int fd, GIOCondition condition, void *data)
{
	Broker *self = data;
	int code = MOSQ_ERR_SUCCESS;

	self->busy = true;
	if (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR))
		code = mosquitto_loop_read(self->handle, 1);
	if (code == MOSQ_ERR_SUCCESS && !self->ended && mosquitto_want_write(self->handle))
		code = mosquitto_loop_write(self->handle, 1);
	self->busy = false;
	return go_on(self, code) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean on_tick(void *data)
{
	Broker *self = data;
	int code;

	self->busy = true;
	code = mosquitto_loop_misc(self->handle);
	self->busy = false;
	return go_on(self, code) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* --- Connecting, on a thread --- */

typedef struct {
	struct mosquitto *handle;
	char *host;
	int port;
	int code;
	int error;
	GError *unheard; /* of the knock */
	bool given_up;
	GMutex lock;
	GCond ended;
	bool has_ended; /* under the lock: the thread touches nothing any more */
} Attempt;

static void attempt_free(void *data)
{
	Attempt *attempt = data;

	if (attempt->handle)
		mosquitto_destroy(attempt->handle);
	g_clear_error(&attempt->unheard);
	g_mutex_clear(&attempt->lock);
	g_cond_clear(&attempt->ended);
	g_free(attempt->host);
	g_free(attempt);
}

/* The library's own connect() goes on for two minutes, ever more rarely, and sleeps through the
 * moment at which the line is back. */
static bool knock(Attempt *attempt, GCancellable *cancellable)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnection) connection = NULL;

	g_socket_client_set_timeout(client, KNOCK_S);
	g_socket_client_set_enable_proxy(client, FALSE);
	connection = g_socket_client_connect_to_host(client, attempt->host, (guint16)attempt->port,
	                                             cancellable, &attempt->unheard);
	return connection != NULL;
}

static void connect_in_thread(GTask *task, void *source, void *data, GCancellable *cancellable)
{
	Attempt *attempt = data;

	if (knock(attempt, cancellable)) {
		attempt->code = mosquitto_connect(attempt->handle, attempt->host, attempt->port,
		                                  KEEPALIVE_S);
		attempt->error = errno;
	}
	g_mutex_lock(&attempt->lock);
	attempt->has_ended = true;
	g_cond_signal(&attempt->ended);
	g_mutex_unlock(&attempt->lock);
	g_task_return_boolean(task, TRUE);
}

/* The library waits without end for the first word of TLS: it gets the end of the connection. */
static void wake_attempt(const Attempt *attempt)
{
	int fd = attempt->handle ? mosquitto_socket(attempt->handle) : -1;

	if (fd >= 0)
		(void)shutdown(fd, SHUT_RDWR);
}

static gboolean on_attempt_long(void *data)
{
	Broker *self = data;
	Attempt *attempt = g_task_get_task_data(self->connecting);

	self->attempt_source = 0;
	attempt->given_up = true;
	wake_attempt(attempt);
	return G_SOURCE_REMOVE;
}

/* A thread that still works in the library while the process ends would work in what is freed. */
static void end_attempt(GTask *task)
{
	Attempt *attempt = g_task_get_task_data(task);
	gint64 until = g_get_monotonic_time() + END_MS * G_TIME_SPAN_MILLISECOND;
	bool in_time = true;

	g_cancellable_cancel(g_task_get_cancellable(task));
	g_mutex_lock(&attempt->lock);
	while (!attempt->has_ended && in_time) {
		gint64 soon = g_get_monotonic_time() + 50 * G_TIME_SPAN_MILLISECOND;

		wake_attempt(attempt); /* it may have got its socket only now */
		if (!g_cond_wait_until(&attempt->ended, &attempt->lock, MIN(soon, until)))
			in_time = g_get_monotonic_time() < until;
	}
	g_mutex_unlock(&attempt->lock);
}

/* What is sent and not acknowledged for so long went into a dead line. */
static void set_patience(int fd)
{
	unsigned patience_ms = SILENT_MS;

	if (setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms) < 0)
		g_debug("TCP_USER_TIMEOUT: %s", g_strerror(errno));
}

static const char *words_of_attempt(const Broker *self, const Attempt *attempt)
{
	if (attempt->unheard)
		return attempt->unheard->message;
	if (attempt->given_up && attempt->code != MOSQ_ERR_SUCCESS)
		return "The broker is there and says nothing";
	if (attempt->code == MOSQ_ERR_ERRNO && attempt->error != EPROTO) /* EPROTO: TLS */
		return g_strerror(attempt->error);
	return attempt->code == MOSQ_ERR_SUCCESS ? NULL : words_of(self, attempt->code);
}

static const char *code_of_attempt(const Broker *self, const Attempt *attempt)
{
	if (attempt->unheard)
		return attempt->unheard->domain == G_RESOLVER_ERROR ? "name-not-found"
		                                                    : "no-connection";
	if (attempt->given_up)
		return "no-connection";
	if (attempt->code == MOSQ_ERR_ERRNO && attempt->error != EPROTO)
		return "no-connection";
	return code_of(self, attempt->code);
}

static void on_connected(GObject *source, GAsyncResult *result, void *data)
{
	Attempt *attempt = g_task_get_task_data(G_TASK(result));
	Broker *self;

	if (g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(result))))
		return; /* the broker is gone; the attempt frees what it has */
	self = data;
	g_clear_object(&self->connecting);
	g_clear_handle_id(&self->attempt_source, g_source_remove);
	self->handle = g_steal_pointer(&attempt->handle);
	self->silent = attempt->unheard && !g_error_matches(attempt->unheard, G_IO_ERROR,
	                                                    G_IO_ERROR_CONNECTION_REFUSED);
	if (words_of_attempt(self, attempt)) {
		end(self, code_of_attempt(self, attempt), words_of_attempt(self, attempt));
		return;
	}
	set_patience(mosquitto_socket(self->handle));
	self->tick_source = g_timeout_add_seconds(TICK_S, on_tick, self);
	watch(self);
}

/* A word of its own each time: what is said of a connection must not be held against the next one. */
static void add_will(Broker *self, struct mosquitto *handle)
{
	uint8_t bytes[8];
	g_autofree char *word = NULL;

	random_bytes(bytes, sizeof bytes);
	word = base64url_encode(bytes, sizeof bytes);
	g_strlcpy(self->word, word, sizeof self->word);
	g_snprintf(self->testament, sizeof self->testament, "{\"w\":\"%s\"}", word);
	mosquitto_will_set(handle, self->will, (int)strlen(self->testament), self->testament, 1, false);
}

static struct mosquitto *make_handle(Broker *self)
{
	struct mosquitto *handle = mosquitto_new(self->client_id, true, self);

	g_assert(handle);
	if (self->will)
		add_will(self, handle);
	/* A message alone would wait for the broker's delayed word on the one before it: 40 ms a hop. */
	mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1);
	if (self->mqtt == 5)
		mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
	mosquitto_connect_callback_set(handle, on_connect);
	mosquitto_disconnect_callback_set(handle, on_disconnect);
	mosquitto_subscribe_callback_set(handle, on_subscribe);
	mosquitto_publish_callback_set(handle, on_publish);
	mosquitto_message_callback_set(handle, on_message);
	if (self->user)
		mosquitto_username_pw_set(handle, self->user, self->password);
	if (self->ca_file &&
	    (mosquitto_tls_set(handle, self->ca_file, NULL, self->cert_file, self->key_file, NULL) !=
	             MOSQ_ERR_SUCCESS ||
	     mosquitto_tls_opts_set(handle, 1, NULL, NULL) != MOSQ_ERR_SUCCESS)) {
		mosquitto_destroy(handle);
		return NULL;
	}
	return handle;
}

/* A handle of its own each time: certificates are read again. */
static void start(Broker *self)
{
	g_autoptr(GCancellable) cancellable = NULL;
	Attempt *attempt;
	struct mosquitto *handle = make_handle(self);

	if (!handle) {
		end(self, "bad-certificate", "The certificate of this box or of its authority cannot be read");
		return;
	}
	attempt = g_new0(Attempt, 1);
	*attempt = (Attempt){.handle = handle, .host = g_strdup(self->host), .port = self->port};
	g_mutex_init(&attempt->lock);
	g_cond_init(&attempt->ended);
	cancellable = g_cancellable_new();
	self->connecting = g_task_new(NULL, cancellable, on_connected, self);
	g_task_set_check_cancellable(self->connecting, FALSE);
	g_task_set_task_data(self->connecting, attempt, attempt_free);
	self->attempt_source = g_timeout_add(ATTEMPT_MS, on_attempt_long, self);
	g_task_run_in_thread(self->connecting, connect_in_thread);
}

/* --- The door --- */

Broker *broker_new(const BrokerOptions *options, const BrokerListener *listener, void *data)
{
	Broker *self = g_new0(Broker, 1);

	mosquitto_lib_init();
	self->host = g_strdup(options->host);
	self->port = options->port;
	self->mqtt = options->mqtt;
	self->client_id = g_strdup(options->client_id);
	self->filter = g_strdup(options->filter);
	self->ca_file = g_strdup(options->ca_file);
	self->cert_file = g_strdup(options->cert_file);
	self->key_file = g_strdup(options->key_file);
	self->user = g_strdup(options->user);
	self->password = g_strdup(options->password);
	self->will = g_strdup(options->will);
	self->listener = *listener;
	self->data = data;
	start(self);
	return self;
}

void broker_free(Broker *self)
{
	if (!self)
		return;
	g_assert(!self->busy);
	drop_sources(self);
	if (self->connecting)
		end_attempt(self->connecting);
	g_clear_object(&self->connecting);
	if (self->handle) {
		if (self->will && self->up)
			(void)mosquitto_publish(self->handle, NULL, self->will, (int)strlen(self->testament),
			                        self->testament, 1, false);
		(void)mosquitto_disconnect(self->handle);
		mosquitto_destroy(self->handle);
	}
	g_free(self->host);
	g_free(self->client_id);
	g_free(self->filter);
	g_free(self->ca_file);
	g_free(self->cert_file);
	g_free(self->key_file);
	g_free(self->user);
	g_free(self->password);
	g_free(self->will);
	g_free(self->trouble);
	g_free(self);
}

bool broker_publish(Broker *self, const char *topic, const void *bytes, size_t size, bool can_wait)
{
	if (!self->up || self->flying >= (can_wait ? BULK_MAX : FLYING_MAX) || self->ended ||
	    mosquitto_publish(self->handle, NULL, topic, (int)size, bytes, 1, false) !=
	            MOSQ_ERR_SUCCESS)
		return false;
	self->flying++;
	if (!self->busy)
		watch(self);
	return true;
}

const char *broker_word(const Broker *self)
{
	return self->word;
}

const char *broker_trouble(const Broker *self)
{
	return self->trouble;
}

const char *broker_trouble_code(const Broker *self)
{
	return self->trouble_code;
}
