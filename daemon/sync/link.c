/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A Peer on a Broker: topics, and when it is pumped. */
#include "sync/sync-private.h"

#include <string.h>

struct SyncLink {
	Sync *sync;
	Peer *peer;
	Broker *broker;
	char *sends; /* "urok/v1/BOX/up/" */
	char *takes;
	guint soon;  /* an idle source */
	guint later; /* a timer */
	void (*on_changed)(void *data);
	void *data;
};

static void tell(SyncLink *self)
{
	if (self->on_changed)
		self->on_changed(self->data);
}

static gboolean on_soon(void *data);

static void pump_soon(void *data)
{
	SyncLink *self = data;

	if (!self->soon)
		self->soon = g_idle_add(on_soon, self);
}

static gboolean on_later(void *data)
{
	SyncLink *self = data;

	self->later = 0;
	pump_soon(self);
	return G_SOURCE_REMOVE;
}

static gboolean on_soon(void *data)
{
	SyncLink *self = data;
	int64_t now = clock_boot_ms();
	int64_t next = peer_pump(self->peer, now);

	self->soon = 0;
	if (self->later)
		g_source_remove(self->later);
	self->later = next == G_MAXINT64 ? 0
	                                 : g_timeout_add((guint)CLAMP(next - now, 1, 60000),
	                                                 on_later, self);
	tell(self);
	return G_SOURCE_REMOVE;
}

bool sync_can_wait(const char *tail)
{
	return g_str_equal(tail, "ev") || g_str_equal(tail, "fill") || g_str_equal(tail, "reg");
}

static bool on_send(void *data, const char *tail, const void *bytes, size_t size)
{
	SyncLink *self = data;
	g_autofree char *topic = g_strconcat(self->sends, tail, NULL);

	return self->broker &&
	       broker_publish(self->broker, topic, bytes, size, sync_can_wait(tail));
}

static void on_up(void *data)
{
	SyncLink *self = data;

	peer_set_word(self->peer, broker_word(self->broker));
	peer_connected(self->peer, clock_boot_ms());
	pump_soon(self);
}

static void on_down(void *data)
{
	SyncLink *self = data;

	peer_disconnected(self->peer);
	tell(self);
}

static void on_failed(void *data)
{
	tell(data);
}

static void on_message(void *data, const char *topic, const void *bytes, size_t size)
{
	SyncLink *self = data;

	if (!g_str_has_prefix(topic, self->takes))
		return;
	peer_take(self->peer, topic + strlen(self->takes), bytes, size, clock_boot_ms());
	pump_soon(self);
}

SyncLink *sync_link_new(Sync *sync, const SyncLinkOptions *options)
{
	static const BrokerListener LISTENER = {on_up, on_down, on_failed, on_message};
	SyncLink *self = g_new0(SyncLink, 1);
	const char *box = options->box ? options->box : events_origin(sync->events)->text;
	bool is_box = options->end == PEER_BOX;
	const PeerOptions of_peer = {options->end, options->name, on_send, self};
	BrokerOptions of_broker = *options->broker;
	g_autofree char *filter = NULL;
	g_autofree char *will = NULL;

	self->sync = sync;
	self->on_changed = options->on_changed;
	self->data = options->data;
	self->sends = g_strdup_printf("urok/v1/%s/%s/", box, is_box ? "up" : "down");
	self->takes = g_strdup_printf("urok/v1/%s/%s/", box, is_box ? "down" : "up");
	filter = g_strconcat(self->takes, "#", NULL);
	of_broker.filter = filter;
	will = is_box ? g_strconcat(self->sends, "gone", NULL) : NULL;
	of_broker.will = will;
	self->peer = peer_new(sync, &of_peer);
	peer_on_news(self->peer, pump_soon, self);
	self->broker = broker_new(&of_broker, &LISTENER, self);
	return self;
}

void sync_link_free(SyncLink *self)
{
	if (!self)
		return;
	g_clear_pointer(&self->broker, broker_free);
	peer_free(self->peer);
	if (self->soon)
		g_source_remove(self->soon);
	if (self->later)
		g_source_remove(self->later);
	g_free(self->sends);
	g_free(self->takes);
	g_free(self);
}

PeerStatus sync_link_status(const SyncLink *self)
{
	PeerStatus status = peer_status(self->peer);

	if (broker_trouble(self->broker)) {
		status.trouble = broker_trouble(self->broker);
		status.trouble_code = broker_trouble_code(self->broker);
	}
	return status;
}
