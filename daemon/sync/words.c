/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Words of other rooms in a conversation: to whom they go, from whom they may come. */
#include "sync/sync-private.h"

#include <string.h>

typedef struct {
	TakeWords take;
	void *data;
} Taker;

void sync_on_words(Sync *self, const char *tail, TakeWords take, void *data)
{
	Taker *taker = g_new(Taker, 1);

	*taker = (Taker){take, data};
	g_hash_table_insert(self->words, g_strdup(tail), taker);
}

bool words_take(Peer *self, const char *tail, const json_t *frame)
{
	const Taker *taker = g_hash_table_lookup(self->sync->words, tail);

	if (taker)
		taker->take(taker->data, self->name, frame);
	return taker != NULL;
}

static Peer *find_peer(const Sync *self, const char *name)
{
	for (guint i = 0; i < self->peers->len; i++) {
		Peer *peer = self->peers->pdata[i];

		if (peer->state == PEER_LIVE && strcmp(peer->name, name) == 0)
			return peer;
	}
	return NULL;
}

bool sync_say(Sync *self, const char *peer, const char *tail, json_t *frame)
{
	g_autoptr(json_t) owned = frame;
	Peer *to = find_peer(self, peer);

	if (!to)
		return false;
	json_object_set_new(owned, "c", json_string(to->talk));
	return peer_send(to, tail, g_steal_pointer(&owned));
}
