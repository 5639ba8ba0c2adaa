/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Is the log as it was written? Every chain of digests, a batch a step. */
#include "events/events-private.h"

#define BATCH 200

struct LogCheck {
	Events *events;
	int64_t after;
	LogVerdict verdict;
	GHashTable *heads; /* "origin/epoch" → Digest: the last hash of each chain */
};

LogCheck *log_check_new(Events *events)
{
	LogCheck *self = g_new0(LogCheck, 1);

	self->events = events;
	self->heads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return self;
}

void log_check_free(LogCheck *self)
{
	if (!self)
		return;
	g_hash_table_unref(self->heads);
	g_free(self);
}

static Digest *head_of(LogCheck *self, const Event *event)
{
	g_autofree char *name = chain_name(event->origin.text, event->epoch.text);
	Digest *head = g_hash_table_lookup(self->heads, name);

	if (!head) {
		head = g_new0(Digest, 1);
		g_hash_table_insert(self->heads, g_steal_pointer(&name), head);
	}
	return head;
}

static bool is_whole(const Event *event, const Digest *previous)
{
	Digest hash = event_hash(event, previous);
	Digest mac;

	if (!digest_equal(&hash, &event->hash))
		return false;
	if (!event->body_text)
		return true;
	mac = event_mac(event->salt, event->body_text);
	return event->body && digest_equal(&mac, &event->body_mac);
}

static void check(LogCheck *self, const Event *event)
{
	Digest *head = head_of(self, event);

	self->verdict.events++;
	if (!event->body_text)
		self->verdict.blanked++;
	if (!self->verdict.bad_seq && !is_whole(event, head))
		self->verdict.bad_seq = event->seq;
	*head = event->hash;
	self->after = event->seq;
}

bool log_check_step(LogCheck *self, bool *ret_done, GError **error)
{
	g_autoptr(GPtrArray) batch = events_list(self->events, self->after, BATCH, error);

	if (!batch)
		return false;
	for (guint i = 0; i < batch->len; i++)
		check(self, batch->pdata[i]);
	*ret_done = batch->len < BATCH;
	return true;
}

LogVerdict log_check_verdict(const LogCheck *self)
{
	return self->verdict;
}

bool events_verify(Events *self, LogVerdict *ret_verdict, GError **error)
{
	g_autoptr(LogCheck) check_all = log_check_new(self);
	bool done = false;

	while (!done)
		if (!log_check_step(check_all, &done, error))
			return false;
	*ret_verdict = log_check_verdict(check_all);
	return true;
}
