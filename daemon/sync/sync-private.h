/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the conversation share. */
#pragma once

#include "sync/sync.h"

#define BATCH_EVENTS   200
#define BATCH_BYTES    (84 * 1024) /* JSON with 6 bits of chance a byte, packed: SYNC_FRAME_MAX */
#define WINDOW_BATCHES 8
#define AGAIN_MS       30000 /* what is not acknowledged by then is sent again */
#define HELLO_MS       5000
#define FULL_MS        200   /* the transport's queue was full */
#define NONCE_SIZE     12    /* 8 random bytes in base64url, and NUL */

struct Sync {
	Store *store;
	Events *events;
	bool holds_back;
	GHashTable *allowed; /* of kinds; NULL: to be read */
	GPtrArray *peers;    /* borrowed */
	GHashTable *words;   /* tail → Taker */
	Id authority;        /* "": none yet */
	bool healing;
	bool joining; /* it began empty, and has not all yet */
	bool filled;
	RowsOld rows_old; /* NULL: nobody's */
	void *rows_old_data;
	void (*gone)(void *data); /* NULL: nobody asks */
	void *gone_data;
	Follower follower; /* of what may be contested */
	int64_t followed;  /* place of the last event that it looked at */
	char *summed;      /* `seen` of an event of the chain below; NULL: none yet */
	Id summed_origin, summed_epoch;
	int64_t sum;       /* of events of other chains that it had seen */
};

/* A chain as the other end has it. */
typedef struct {
	int64_t acked;
	int64_t sent;
	bool contested; /* its last hash is not ours: let be until its owner begins a new epoch */
} Mark;

typedef struct {
	Peer *peer; /* NULL: it is gone */
	unsigned references;
} PeerLink;

/* One thing of its kind is under way at a time: a register's rows, content, a probe. */
typedef struct {
	int64_t up_to;    /* what is acknowledged with it */
	int64_t sent_ms; /* 0: nothing is under way */
	bool idle;       /* nothing more until there is news */
} Errand;

struct Peer {
	Sync *sync;
	PeerOptions options;
	char *name;
	PeerLink *link;
	PeerState state;
	bool connected;
	char ours[NONCE_SIZE], theirs[NONCE_SIZE]; /* nonces of this conversation */
	char talk[2 * NONCE_SIZE];   /* box's nonce, cloud's nonce */
	GHashTable *marks;           /* "origin/epoch" → Mark */
	int64_t cursor;              /* local place after which the next event is looked for */
	bool rewind;                 /* the cursor has to be found anew */
	uint64_t batch;              /* the last one sent */
	uint64_t batch_acked;
	uint64_t batch_rewound;      /* the first one after the last rewinding */
	int64_t moved_ms;            /* when something was sent first or acknowledged last */
	int64_t wait_until_ms;       /* the other end cannot take now */
	int64_t hello_ms;
	int64_t now_ms, kept_ms;     /* kept: when the marks were written last */
	Errand fill;
	Errand *registers;
	Errand probe;
	char *probe_epoch; /* of our chain, whose last common place is looked for */
	int64_t probe_low, probe_high, probe_upto;
	char *trouble;
	int64_t heard_ms;
	char word[NONCE_SIZE]; /* of the box's connection; "": it said none */
	int64_t gone_ms;       /* wall time; 0: the box is there, or nobody says that it is not */
	void (*news)(void *data);
	void *news_data;
	PeerStatus counts;
};

/* --- Frames: JSON, packed by zstd when that pays --- */
void *frame_pack(const json_t *frame, size_t *ret_size);
size_t frame_plain_size(const void *bytes, size_t size); /* as it says; 0: it makes no sense */
json_t *frame_unpack(const void *bytes, size_t size, GError **error);

#include "sync/batch.h"
#include "sync/peer-private.h"
