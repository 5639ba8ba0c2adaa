/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A bucket a person that fills again with time, kept as the moment when it will be full. */
#include "chats/tempo.h"

#define MINUTE_US (60 * G_USEC_PER_SEC)

struct Tempo {
	int64_t interval_us; /* between two messages in the long run; 0: no limit */
	GHashTable *full_us; /* person → int64_t; who is not in it has a full bucket */
	unsigned clean_at;
};

Tempo *tempo_new(unsigned messages_a_minute)
{
	Tempo *self = g_new0(Tempo, 1);

	tempo_set(self, messages_a_minute);
	self->full_us = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	self->clean_at = TEMPO_CLEAN_AT;
	return self;
}

void tempo_set(Tempo *self, unsigned messages_a_minute)
{
	self->interval_us = messages_a_minute ? MINUTE_US / messages_a_minute : 0;
}

void tempo_free(Tempo *self)
{
	if (!self)
		return;
	g_hash_table_unref(self->full_us);
	g_free(self);
}

static gboolean is_full(void *person, void *full_us, void *now_us)
{
	return *(int64_t *)full_us <= *(int64_t *)now_us;
}

/* Next time at twice of what is left, so that cleaning costs little however many write. */
static void clean(Tempo *self, int64_t now_us)
{
	if (g_hash_table_size(self->full_us) < self->clean_at)
		return;
	g_hash_table_foreach_remove(self->full_us, is_full, &now_us);
	self->clean_at = MAX(2 * g_hash_table_size(self->full_us), TEMPO_CLEAN_AT);
}

bool tempo_take(Tempo *self, const char *person, int64_t now_us, int64_t *ret_wait_us)
{
	int64_t *full_us = g_hash_table_lookup(self->full_us, person);
	int64_t next_us;

	if (!self->interval_us)
		return true;
	next_us = MAX(full_us ? *full_us : 0, now_us) + self->interval_us;
	if (next_us - now_us > MINUTE_US) {
		*ret_wait_us = next_us - now_us - MINUTE_US;
		return false;
	}
	if (!full_us) {
		clean(self, now_us);
		full_us = g_new(int64_t, 1);
		g_hash_table_insert(self->full_us, g_strdup(person), full_us);
	}
	*full_us = next_us;
	return true;
}

unsigned tempo_count(const Tempo *self)
{
	return g_hash_table_size(self->full_us);
}
