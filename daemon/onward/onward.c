/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which end this is, and the kind of event by which a school's log says what came from outside. */
#include "onward/onward-private.h"

/* It says by itself what an administrator wants to know: who, when, to which address. */
static bool apply_taken(void *room, const Event *event, GError **error)
{
	return true;
}

static const EventKind KINDS[] = {
        {"request.taken", 1, LOCALITY_SCHOOL, apply_taken, NULL, NULL, RETAIN_YEAR},
        {0},
};

int64_t onward_place(Events *events, const Id *origin, const Id *epoch)
{
	g_autoptr(GPtrArray) chains = events_chains(events, NULL);

	for (guint i = 0; chains && i < chains->len; i++) {
		const Chain *chain = chains->pdata[i];

		if (id_equal(&chain->origin, origin) && id_equal(&chain->epoch, epoch))
			return chain->up_to;
	}
	return 0;
}

Onward *onward_new(const OnwardOptions *options)
{
	Onward *self = g_new0(Onward, 1);

	self->options = *options;
	g_queue_init(&self->asked);
	events_add_kinds(options->events, KINDS, self);
	if (options->is_cloud)
		handing_begin(self);
	else
		doing_begin(self);
	return self;
}

void onward_free(Onward *self)
{
	if (!self)
		return;
	if (self->options.is_cloud)
		handing_end(self);
	else
		doing_end(self);
	g_free(self);
}
