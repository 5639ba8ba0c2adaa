/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Passing signals: not stored, without a position; of one scope, name and key the last one of a turn. */
#include "events/live-private.h"

typedef struct {
	char *scope;
	GBytes *block;
} Signal;

static void signal_free(void *data)
{
	Signal *signal = data;

	g_free(signal->scope);
	g_bytes_unref(signal->block);
	g_free(signal);
}

/* Sending never closes a stream at once: on_closed follows from the loop. */
static void send_to(const GPtrArray *listeners, GBytes *block)
{
	for (guint i = 0; listeners && i < listeners->len; i++)
		(void)stream_send(((Listener *)listeners->pdata[i])->stream, block);
}

static void flush(Live *self)
{
	g_autoptr(GHashTable) signals = self->signals;
	GHashTableIter iter;
	void *value;

	self->signals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, signal_free);
	g_hash_table_iter_init(&iter, signals);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Signal *signal = value;

		send_to(g_hash_table_lookup(self->by_scope, signal->scope), signal->block);
	}
}

typedef struct {
	Live *live;
	char *key;
	Signal *signal;
} Pending;

static void on_signal_committed(void *data, const GError *failure)
{
	Pending *pending = data;
	Live *self = pending->live;

	if (failure)
		return;
	g_hash_table_replace(self->signals, g_steal_pointer(&pending->key),
	                     g_steal_pointer(&pending->signal));
}

static void pending_free(void *data)
{
	Pending *pending = data;

	g_free(pending->key);
	if (pending->signal)
		signal_free(pending->signal);
	g_free(pending);
}

void live_signal(Live *self, const char *scope, const char *name, const char *key,
                 const char *data)
{
	Pending *pending = g_new0(Pending, 1);

	pending->live = self;
	pending->key = g_strconcat(scope, "\n", name, "\n", key, NULL);
	pending->signal = g_new0(Signal, 1);
	pending->signal->scope = g_strdup(scope);
	pending->signal->block = live_block(NULL, name, data);
	store_after_commit(self->events->store, on_signal_committed, pending, pending_free);
}

typedef struct {
	GSource source;
	Live *live;
} FlushSource;

static gboolean prepare_flush(GSource *source, int *timeout_ms)
{
	return g_hash_table_size(((FlushSource *)source)->live->signals) > 0;
}

static gboolean dispatch_flush(GSource *source, GSourceFunc callback, void *data)
{
	flush(((FlushSource *)source)->live);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs FLUSH_FUNCS = {.prepare = prepare_flush, .dispatch = dispatch_flush};

void live_init_signals(Live *self)
{
	self->signals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, signal_free);
	self->flush = g_source_new(&FLUSH_FUNCS, sizeof(FlushSource));
	((FlushSource *)self->flush)->live = self;
	g_source_set_priority(self->flush, G_PRIORITY_DEFAULT + 60);
	g_source_attach(self->flush, NULL);
}

void live_clear_signals(Live *self)
{
	g_source_destroy(self->flush);
	g_source_unref(self->flush);
	g_hash_table_unref(self->signals);
}
