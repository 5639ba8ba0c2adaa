/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests that wait until a new password is hashed off the loop. */
#include "enrolment/enrolment-private.h"

static void held_free(Held *self)
{
	secret_free(self->hash);
	g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Held, held_free)

static void on_gone(void *data)
{
	((Held *)data)->request = NULL;
}

static bool go_on(void *room, Request *request, GError **error)
{
	Held *self = room;

	if (!self->hash)
		return error_set(error, ERROR_UNAVAILABLE,
				 "The school's server is short of memory; try again soon");
	return self->then(self, request, error);
}

static void on_hashed(void *data, const char *hash)
{
	g_autoptr(Held) self = data;

	self->hash = g_strdup(hash);
	if (self->request)
		request_resume(self->request, go_on, self);
}

bool enrolment_hash(Enrolment *self, Request *request, const char *password, Handler then,
		    GError **error)
{
	g_autoptr(Held) held = g_new0(Held, 1);

	*held = (Held){.enrolment = self, .request = request, .then = then};
	if (!people_hash_password(self->people, password, on_hashed, held, error))
		return false;
	request_hold(request, on_gone, g_steal_pointer(&held));
	return true;
}
