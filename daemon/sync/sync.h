/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The log kept in step with another end (docs/sync-protocol.md). No I/O, no threads, no timers of
 * its own: whoever has a connection drives a Peer. A box has one, of the cloud; the cloud has one a
 * box, all of a school's over one Sync.
 *
 *	sync = sync_new(&(SyncOptions){store, events, ...});    after events_new(), with the rooms
 *	sync_open(sync, &error);                                 after events_open()
 *	peer = peer_new(sync, &(PeerOptions){PEER_CLOUD, box id, send, data});
 *	peer_connected(peer, now);                               the transport is up, subscribed
 *	peer_take(peer, "ev", bytes, size, now);                 for each message, any bytes
 *	next = peer_pump(peer, now);                             after peer_take(), at news, at `next`
 *	peer_disconnected(peer);                                 nothing is sent from here on
 *
 * On the wire a message is (tail of the topic, bytes): the box writes urok/v1/BOX/up/TAIL and reads
 * urok/v1/BOX/down/TAIL, the cloud the other way round; BOX is the box's origin. A box speaks first
 * (hello); a cloud's Peer is made when a hello of its box arrives, or before.
 * What is taken is written in the turn of the loop (store_begin/store_end per message) and is
 * acknowledged from store_after_commit() alone, which an outer commit (PostgreSQL) comes before. A
 * turn that fails is not acknowledged: the other end sends again. */
#pragma once

#include "events/events.h"

typedef struct Sync Sync;
typedef struct Peer Peer;

#define SYNC_FRAME_MAX  (64 * 1024)       /* bytes of one message that are sent, compressed */
#define SYNC_PLAIN_MAX  (4 * 1024 * 1024) /* bytes that a message may have when unpacked */
#define SYNC_VERSION    1
typedef struct {
	Store *store;
	Events *events;
	/* Only what an administrator allowed leaves (a box); else all but LOCALITY_BOX (a cloud). */
	bool holds_back;
} SyncOptions;

Sync *sync_new(const SyncOptions *options);
void sync_free(Sync *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sync, sync_free)
bool sync_open(Sync *self, GError **error);
/* Whose word counts for people, classes and rights: the origin of the school's own box. A cloud
 * says it when a box is linked; else the first box that comes and has written anything is it. */
bool sync_set_authority(Sync *self, const Id *origin, GError **error); /* outside of a turn */

extern const Migration SYNC_MIGRATION, SYNC_MARKS_MIGRATION;

/* --- One connection --- */
typedef enum { PEER_BOX, PEER_CLOUD } PeerEnd; /* which end this one is */

/* False: it cannot be sent now (a full queue); the Peer tries again at the next pump. */
typedef bool (*PeerSend)(void *data, const char *tail, const void *bytes, size_t size);

typedef struct {
	PeerEnd end;
	const char *name; /* of the other end in this one's tables: "cloud", or the box's id */
	PeerSend send;    /* may be called in any peer_*() but free, and after a commit */
	void *data;
	bool same_school; /* another box of it: all goes there that is not of this box alone */
} PeerOptions;

Peer *peer_new(Sync *sync, const PeerOptions *options);
void peer_free(Peer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Peer, peer_free)

/* now_ms: a clock that only rises (clock_boot_ms()). */
void peer_connected(Peer *self, int64_t now_ms);
void peer_disconnected(Peer *self);
/* Never fails: what makes no sense is dropped and counted. Not inside store_begin(). */
void peer_take(Peer *self, const char *tail, const void *bytes, size_t size, int64_t now_ms);
/* Sends what may be sent; when it wants to be called again at the latest. */
int64_t peer_pump(Peer *self, int64_t now_ms);
/* Called after a commit that may have given this peer something to send. NULL: no more. */
void peer_on_news(Peer *self, void (*news)(void *data), void *data);

typedef enum {
	PEER_OFF,      /* no connection */
	PEER_GREETING, /* waiting for the other end's first word */
	PEER_LIVE,
	PEER_HEALING,  /* this end was restored or cloned: its own older events come back first */
	PEER_STOPPED,  /* the two logs contradict each other; `trouble` says how */
} PeerState;

typedef struct {
	PeerState state;
	const char *trouble;    /* in words, the last one; NULL: none. Borrowed */
	const char *trouble_code; /* "sync", or one of broker_trouble_code()'s */
	int64_t waiting;        /* events that the other end has not acknowledged */
	int64_t waiting_since_ms; /* wall time of the oldest of them; 0: none */
	int64_t last_heard_ms, gone_since_ms; /* wall time; 0: never. The latter: the box left, and says so */
	uint64_t bytes_sent, bytes_taken; /* of messages' payloads, since peer_new() */
	uint64_t events_sent, events_taken, dropped;
} PeerStatus;
PeerStatus peer_status(const Peer *self);
#include "sync/broker.h"
#include "sync/joining.h"
#include "sync/link.h"
#include "sync/mail.h"
#include "sync/parcel.h"
#include "sync/sync-rows.h"
#include "sync/words.h"
