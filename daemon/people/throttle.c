/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tries per key with delays that double. */
#include "people/throttle.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct {
	unsigned tries;
	int64_t last_ms;
	int64_t leaked_ms; /* up to when tries were forgotten one by one */
	int64_t open_ms;   /* no try before */
} Tries;

struct Throttle {
	ThrottleLimits limits;
	GHashTable *keys;
};

Throttle *throttle_new(const ThrottleLimits *limits)
{
	Throttle *self = g_new0(Throttle, 1);

	self->limits = *limits;
	self->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return self;
}

void throttle_free(Throttle *self)
{
	if (!self)
		return;
	g_hash_table_unref(self->keys);
	g_free(self);
}

char *throttle_address(const char *address)
{
	struct in6_addr six;
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, address, &six) != 1 || IN6_IS_ADDR_V4MAPPED(&six))
		return g_strdup(address);
	memset(six.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &six, text, sizeof text);
	return g_strdup(text);
}

static int64_t delay_after(const ThrottleLimits *limits, unsigned tries)
{
	int64_t delay_ms = limits->first_delay_ms;

	if (tries < limits->free_tries)
		return 0;
	for (unsigned i = limits->free_tries; i < tries && delay_ms < limits->longest_ms; i++)
		delay_ms *= 2;
	return MIN(delay_ms, limits->longest_ms);
}

/* Makes room: first what is forgiven anyway, else the key that was quiet the longest. */
static void drop_old(Throttle *self, int64_t now_ms)
{
	const char *oldest = NULL;
	int64_t oldest_ms = INT64_MAX;
	GHashTableIter iter;
	gpointer key;
	gpointer value;

	g_hash_table_iter_init(&iter, self->keys);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const Tries *tries = value;

		if (now_ms - tries->last_ms >= self->limits.forget_ms) {
			g_hash_table_iter_remove(&iter);
		} else if (tries->last_ms < oldest_ms) {
			oldest = key;
			oldest_ms = tries->last_ms;
		}
	}
	if (oldest && g_hash_table_size(self->keys) >= THROTTLE_KEYS_MAX)
		g_hash_table_remove(self->keys, oldest);
}

static void leak(const ThrottleLimits *limits, Tries *tries, int64_t now_ms)
{
	int64_t drops;

	if (!limits->leak_ms)
		return;
	drops = (now_ms - tries->leaked_ms) / limits->leak_ms;
	tries->leaked_ms += drops * limits->leak_ms;
	tries->tries -= (unsigned)MIN(drops, (int64_t)tries->tries);
}

bool throttle_try(Throttle *self, const char *key, int64_t now_ms, int64_t *ret_wait_ms)
{
	Tries *tries = g_hash_table_lookup(self->keys, key);

	if (tries && now_ms - tries->last_ms >= self->limits.forget_ms)
		*tries = (Tries){0};
	if (tries && now_ms < tries->open_ms) {
		*ret_wait_ms = tries->open_ms - now_ms;
		return false;
	}
	if (!tries) {
		if (g_hash_table_size(self->keys) >= THROTTLE_KEYS_MAX)
			drop_old(self, now_ms);
		tries = g_new0(Tries, 1);
		g_hash_table_insert(self->keys, g_strdup(key), tries);
	}
	if (!tries->tries)
		tries->leaked_ms = now_ms;
	leak(&self->limits, tries, now_ms);
	tries->tries++;
	tries->last_ms = now_ms;
	tries->open_ms = now_ms + delay_after(&self->limits, tries->tries);
	return true;
}

void throttle_forgive(Throttle *self, const char *key)
{
	g_hash_table_remove(self->keys, key);
}

void throttle_take_back(Throttle *self, const char *key)
{
	Tries *tries = g_hash_table_lookup(self->keys, key);

	if (!tries)
		return;
	if (tries->tries)
		tries->tries--;
	tries->open_ms = tries->last_ms + delay_after(&self->limits, tries->tries);
}
