/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Something that is told on at most once in a while. */
#include "base/brake.h"

#include <stdbool.h>

struct Brake {
	guint pause_ms;
	void (*told)(void *data);
	void *data;
	guint pause_id; /* 0: whatever happens now is told at once */
	bool waits;     /* it has happened in this pause */
};

static gboolean on_over(void *data);

static void let(Brake *self)
{
	self->waits = false;
	self->pause_id = g_timeout_add(self->pause_ms, on_over, self);
	self->told(self->data);
}

static gboolean on_over(void *data)
{
	Brake *self = data;

	self->pause_id = 0;
	if (self->waits)
		let(self);
	return G_SOURCE_REMOVE;
}

Brake *brake_new(guint pause_ms, void (*told)(void *data), void *data)
{
	Brake *self = g_new0(Brake, 1);

	self->pause_ms = pause_ms;
	self->told = told;
	self->data = data;
	return self;
}

void brake_free(Brake *self)
{
	if (!self)
		return;
	g_clear_handle_id(&self->pause_id, g_source_remove);
	g_free(self);
}

void brake_push(Brake *self)
{
	if (self->pause_id)
		self->waits = true;
	else
		let(self);
}
