/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Counting attempts by address. All counts are forgotten together when the while is over. */
#include "attempts.h"

struct Attempts {
	unsigned each;
	unsigned all;
	unsigned window_s;
	GHashTable *counts; /* address → number */
	unsigned total;
	gint64 since_us;
};

Attempts *attempts_new(unsigned each, unsigned all, unsigned window_s)
{
	Attempts *self = g_new0(Attempts, 1);

	*self = (Attempts){each, all, window_s, NULL, 0, g_get_monotonic_time()};
	self->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return self;
}

void attempts_free(Attempts *self)
{
	if (!self)
		return;
	g_hash_table_unref(self->counts);
	g_free(self);
}

static unsigned count_of(const Attempts *self, const char *address)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(self->counts, address));
}

bool attempts_try(Attempts *self, const char *address, GError **error)
{
	gint64 passed_s = (g_get_monotonic_time() - self->since_us) / G_USEC_PER_SEC;
	unsigned count;

	if (passed_s >= self->window_s) {
		g_hash_table_remove_all(self->counts);
		self->total = 0;
		self->since_us = g_get_monotonic_time();
		passed_s = 0;
	}
	count = count_of(self, address);
	if (count >= self->each || self->total >= self->all) {
		error_set(error, ERROR_BUSY, "Too many attempts. Try again later");
		if (error)
			error_set_retry_after(*error, self->window_s - (unsigned)passed_s);
		return false;
	}
	g_hash_table_insert(self->counts, g_strdup(address), GUINT_TO_POINTER(count + 1));
	self->total++;
	return true;
}

void attempts_forgive(Attempts *self, const char *address)
{
	unsigned count = count_of(self, address);

	if (count == 0)
		return;
	g_hash_table_insert(self->counts, g_strdup(address), GUINT_TO_POINTER(count - 1));
	self->total--;
}
