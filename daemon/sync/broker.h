/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A connection to an MQTT broker in the GLib loop, for either end. A part of the door: sync.h
 * brings it. Nothing is kept for later: what cannot be sent now is refused. */
#pragma once

#include "base/error.h"

typedef struct Broker Broker;

typedef struct {
	const char *host;
	int port;
	int mqtt; /* 5, or 0 for 3.1.1, which every broker speaks */
	const char *client_id;
	const char *filter;    /* what is subscribed to, QoS 1: "urok/v1/BOX/down/#" */
	const char *ca_file;   /* NULL: no TLS (tests on the loopback) */
	const char *cert_file; /* the client's; may be NULL */
	const char *key_file;
	const char *user;     /* may be NULL: the certificate says who */
	const char *password;
	/* Where it is said that a connection is over, {"w": broker_word()}: by the broker when it is lost, by
	 * this end when it leaves. NULL: nowhere. */
	const char *will;
} BrokerOptions;

typedef struct {
	void (*on_up)(void *data);   /* connected and subscribed */
	void (*on_down)(void *data); /* after on_up, once; broker_trouble() says why */
	void (*on_failed)(void *data); /* it was tried in vain; likewise */
	void (*on_message)(void *data, const char *topic, const void *bytes, size_t size);
} BrokerListener;

/* Connects, and again whenever it ended: after 1 s to 5 min, by chance; half a minute at most where
 * nobody answers or the answer is no. */
Broker *broker_new(const BrokerOptions *options, const BrokerListener *listener, void *data);
/* No callback follows. */
void broker_free(Broker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Broker, broker_free)

/* QoS 1. False: not connected, or too much is on its way; for what can wait that is soon so. May be
 * called in callbacks. */
bool broker_publish(Broker *self, const char *topic, const void *bytes, size_t size, bool can_wait);

/* Of the connection that is, which its will bears; "" without a will. */
const char *broker_word(const Broker *self);

/* Why there is no connection, in words; NULL: there is one, or the first is being made. */
const char *broker_trouble(const Broker *self);
/* The same for programs: "name-not-found", "no-connection", "bad-certificate", "refused", "lost". */
const char *broker_trouble_code(const Broker *self);
