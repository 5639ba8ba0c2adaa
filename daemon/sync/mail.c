/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A message taken apart. */
#include "sync/sync-private.h"

#define AHEAD_MAX (256 * 1024) /* a batch as docs/sync-protocol.md has it is half of it */

/* Events of another end are read and digested here, as nothing that is here is asked for it. */
PeerMail *mail_read(const char *tail, const void *bytes, size_t size)
{
	PeerMail *self = g_new0(PeerMail, 1);
	g_autoptr(GArray) chains = NULL;
	g_autoptr(GPtrArray) events = NULL;

	self->tail = g_strdup(tail);
	self->size = size;
	self->frame = frame_unpack(bytes, size, NULL);
	if (!self->frame || !g_str_equal(tail, "ev"))
		return self;
	chains = g_array_new(FALSE, TRUE, sizeof(BatchChain));
	events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	if (batch_read(self->frame, chains, events, NULL)) {
		self->chains = g_steal_pointer(&chains);
		self->events = g_steal_pointer(&events);
	}
	return self;
}

PeerMail *peer_mail_open(const char *tail, const void *bytes, size_t size)
{
	return frame_plain_size(bytes, size) <= AHEAD_MAX ? mail_read(tail, bytes, size) : NULL;
}

void peer_mail_free(PeerMail *self)
{
	if (!self)
		return;
	g_free(self->tail);
	json_decref(self->frame);
	g_clear_pointer(&self->chains, g_array_unref);
	g_clear_pointer(&self->events, g_ptr_array_unref);
	g_free(self);
}
