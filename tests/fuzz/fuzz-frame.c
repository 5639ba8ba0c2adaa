/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as messages of another end: the first names the tail, the rest is the payload. What is
 * taken is taken or dropped, never more, and the conversation goes on. */
#include "rooms.h"

#include "base/crypto.h"
#include "sync/sync-private.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static bool on_send(void *data, const char *tail, const void *bytes, size_t size)
{
	g_autoptr(json_t) frame = frame_unpack(bytes, size, NULL);

	g_assert_nonnull(frame);
	return true;
}

static Peer *begin(void)
{
	Rooms *rooms = rooms_open(NULL);
	const SyncOptions options = {rooms->store, rooms->events, false};
	const PeerOptions of_peer = {PEER_CLOUD, "box", on_send, NULL};
	GError *error = NULL;
	Sync *sync = sync_new(&options);

	sync_open(sync, &error);
	g_assert_no_error(error);
	return peer_new(sync, &of_peer);
}

/* A welcomed box, whose messages have this conversation's mark. */
static void greet(Peer *peer)
{
	static const char HELLO[] = "{\"min\":1,\"max\":1,\"n\":\"AAAAAAAAAAA\",\"origin\":"
	                            "\"00000000-0000-7000-8000-000000000001\",\"epoch\":"
	                            "\"00000000-0000-7000-8000-000000000002\",\"clock\":1,"
	                            "\"authority\":\"\",\"chains\":[]}";

	peer_connected(peer, 1000);
	peer_take(peer, "hello", HELLO, strlen(HELLO), 1000);
	g_strlcpy(peer->talk, "AAAAAAAAAAAAAAAAAAAAAA", sizeof peer->talk);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	static const char *const TAILS[] = {"ev",    "ack",    "nack",  "reg",   "merged", "fill",
	                                    "filled", "probe", "proof", "hello", "welcome", "again"};
	static Peer *peer; /* one school for all inputs */

	if (!peer)
		peer = begin();
	if (size < 1)
		return 0;
	greet(peer);
	peer_take(peer, TAILS[*data % G_N_ELEMENTS(TAILS)], data + 1, size - 1, 2000);
	(void)peer_pump(peer, 3000);
	(void)store_commit(peer->sync->store, NULL);
	return 0;
}
