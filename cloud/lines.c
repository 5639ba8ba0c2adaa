/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Topics of boxes on one connection. */
#include "lines.h"
#include "base/id.h"
#include "base/log.h"

#include <string.h>

#define TOPICS "urok/v1/"
#define FILTER TOPICS "+/up/#"
#define UP     "/up/"
#define BEGIN  "{\"c\":\"\"}" /* of `again`: whatever conversation there is */

struct Lines {
	LinesOptions options;
	Broker *broker; /* NULL: none is configured */
	bool up;
	bool is_said; /* that it is away */
	char *large;  /* whose too large message was spoken of last; NULL: nobody's */
};

static void on_up(void *data)
{
	Lines *self = data;

	self->up = true;
	self->is_said = false;
	log_write(LOG_NOTICE, "The broker is reached");
	self->options.on_turned(self->options.data, true);
}

static void on_down(void *data)
{
	Lines *self = data;

	self->up = false;
	self->is_said = true;
	log_write(LOG_WARNING, "The broker is away: %s", broker_trouble(self->broker));
	self->options.on_turned(self->options.data, false);
}

/* Said once, however often it is tried. */
static void on_failed(void *data)
{
	Lines *self = data;

	if (!self->is_said)
		log_write(LOG_WARNING, "The broker cannot be reached: %s", broker_trouble(self->broker));
	self->is_said = true;
}

/* What is held of each box until somebody has time for it is bounded by this. A hello is kept of boxes
 * that nobody knows yet, too. */
static bool is_too_large(const char *tail, size_t size)
{
	return size > (g_str_equal(tail, "hello") ? SYNC_FRAME_MAX : SYNC_PLAIN_MAX);
}

/* Said once, however often it says the same. */
static void say_large(Lines *self, const char *origin, size_t size)
{
	if (g_strcmp0(self->large, origin) == 0)
		return;
	g_free(self->large);
	self->large = g_strdup(origin);
	log_write(LOG_WARNING, "The box %s said %zu bytes at once: dropped", origin, size);
}

static void on_message(void *data, const char *topic, const void *bytes, size_t size)
{
	Lines *self = data;
	const char *box = topic + strlen(TOPICS);
	const char *slash = g_str_has_prefix(topic, TOPICS) ? strchr(box, '/') : NULL;
	g_autofree char *origin = slash ? g_strndup(box, (gsize)(slash - box)) : NULL;

	if (!origin || !id_is_valid(origin) || !g_str_has_prefix(slash, UP))
		return;
	if (is_too_large(slash + strlen(UP), size))
		say_large(self, origin, size);
	else
		self->options.on_message(self->options.data, origin, slash + strlen(UP), bytes, size);
}

BrokerOptions lines_broker(const Settings *settings, const Keys *keys, const char *client,
                           const char *filter)
{
	const Place *place = &settings->inside;

	return (BrokerOptions){
	        .host = place->host,
	        .port = place->port,
	        .client_id = client,
	        .filter = filter,
	        .ca_file = place->is_tls ? keys_path(keys, KEYS_AUTHORITY) : NULL,
	        .cert_file = place->is_tls ? keys_path(keys, KEYS_CERTIFICATE) : NULL,
	        .key_file = place->is_tls ? keys_path(keys, KEYS_KEY) : NULL,
	};
}

Lines *lines_new(const Settings *settings, const Keys *keys, const char *run,
                 const LinesOptions *options)
{
	static const BrokerListener LISTENER = {
	        .on_up = on_up, .on_down = on_down, .on_failed = on_failed, .on_message = on_message};
	Lines *self = g_new0(Lines, 1);
	g_autofree char *client = g_strconcat("cloud-", run, NULL);
	const BrokerOptions broker = lines_broker(settings, keys, client, FILTER);

	self->options = *options;
	if (*settings->broker)
		self->broker = broker_new(&broker, &LISTENER, self);
	return self;
}

void lines_free(Lines *self)
{
	if (!self)
		return;
	broker_free(self->broker);
	g_free(self->large);
	g_free(self);
}

bool lines_are_up(const Lines *self)
{
	return self->up;
}

bool lines_send(Lines *self, const char *origin, const char *tail, const void *bytes, size_t size)
{
	g_autofree char *topic = g_strconcat(TOPICS, origin, "/down/", tail, NULL);

	return self->up && broker_publish(self->broker, topic, bytes, size, sync_can_wait(tail));
}

void lines_wake(Lines *self, const char *origin)
{
	(void)lines_send(self, origin, "again", BEGIN, strlen(BEGIN));
}
