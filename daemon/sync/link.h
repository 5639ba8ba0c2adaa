/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A Peer on a Broker: one box's conversation over MQTT, in the GLib loop. A part of the door:
 * sync.h brings it. */
#pragma once

#include "sync/sync.h"

typedef struct SyncLink SyncLink;

typedef struct {
	PeerEnd end;
	const char *name;        /* of the other end in this one's tables */
	const char *box;         /* the id in the topics; NULL: this end's own origin */
	const BrokerOptions *broker; /* borrowed for the call; its filter is made here */
	/* What sync_link_status() says may be something else now. NULL: nobody asks. */
	void (*on_changed)(void *data);
	void *data;
} SyncLinkOptions;

/* After sync_open(). Frees before sync_free(). */
SyncLink *sync_link_new(Sync *sync, const SyncLinkOptions *options);
void sync_link_free(SyncLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SyncLink, sync_link_free)

PeerStatus sync_link_status(const SyncLink *self); /* trouble: the broker's, else the peer's */

/* Of messages with this tail a full queue may refuse some: the Peer tries again within a second.
 * Others are said once, and whoever waits for them in vain does so for half a minute. */
bool sync_can_wait(const char *tail);
