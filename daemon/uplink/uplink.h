/* SPDX-License-Identifier: LGPL-2.1-or-later
 * This box's line to the cloud: what it is linked to (DATA/cloud), and how it stands. */
#pragma once

#include "http/http.h"
#include "sync/sync.h"

typedef struct Uplink Uplink;

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	Sync *sync;
	const char *folder; /* DATA/cloud, which need not be there; copied */
} UplinkOptions;

Uplink *uplink_new(const UplinkOptions *options);
void uplink_free(Uplink *self); /* before sync_free() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Uplink, uplink_free)

/* After sync_open(): connects when the box is linked. A link that cannot be read is a trouble that
 * is shown, not a failure: the school goes on. */
void uplink_start(Uplink *self);

typedef enum {
	UPLINK_NONE,    /* this box belongs to no cloud */
	UPLINK_WAITING, /* no connection */
	UPLINK_LIVE,
	UPLINK_HEALING,
	UPLINK_STOPPED,
} UplinkState;

typedef struct {
	UplinkState state;
	PeerStatus peer;         /* zeroes when there is no line */
	const char *address;     /* of the school's pages at the cloud; NULL: not linked. Borrowed */
	const char *trouble;     /* in words; NULL: none. Borrowed */
	const char *trouble_code; /* a literal */
} UplinkStatus;
UplinkStatus uplink_status(const Uplink *self);

extern const Route UPLINK_ROUTES[]; /* room: the Uplink */
