/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A database with a damaged page: nothing is written over what may still be saved, and that is
 * remembered beside the file until a check finds the database whole. */
#include "store/store-private.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <glib/gstdio.h>

#define WHAT_BYTES_MAX 1000

static char *mark_path(const Store *self)
{
	return g_strconcat(self->path, ".damaged", NULL);
}

const char *store_damage(const Store *self)
{
	return self->damage;
}

static void raise_alarm(const Store *self)
{
	log_alarm(ALARM_DATABASE_DAMAGED,
	          "The database %s is damaged and is not written any more; reading goes on. Keep a "
	          "copy of its folder and restore a backup; urokctl database check says more. %s",
	          self->path, self->damage);
}

void damage_load(Store *self)
{
	g_autofree char *path = mark_path(self);
	g_autofree char *what = NULL;
	g_autoptr(GError) failure = NULL;
	gsize size = 0;

	if (g_file_get_contents(path, &what, &size, &failure))
		self->damage = g_utf8_make_valid(what, (gssize)MIN(size, WHAT_BYTES_MAX));
	else if (g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
		return;
	else
		self->damage = g_strdup_printf("It is marked so, and the mark cannot be read: %s",
		                               failure->message);
	raise_alarm(self);
}

static void remember(const Store *self)
{
	g_autofree char *path = mark_path(self);
	g_autoptr(GError) error = NULL;

	if (!g_file_set_contents_full(path, self->damage, -1,
	                              G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
	                              0600, &error))
		log_failure(LOG_ERROR, error, "The damage is forgotten with the next start");
}

void damage_found(Store *self, const char *what)
{
	g_autoptr(GError) refusal = NULL;
	char now[TIME_TEXT_SIZE];

	self->met = true;
	if (self->damage)
		return;
	clock_format(clock_wall_ms(), now);
	self->damage = g_strdup_printf("Found at %s: %s", now, what);
	checkpoint_hold(self->checkpoint, true);
	(void)damage_check(self, &refusal);
	turn_kill(self, refusal);
	remember(self);
	raise_alarm(self);
}

void damage_look_at(Store *self, const GError *failure)
{
	if (failure && g_str_equal(error_reason_of(failure), STORE_DAMAGED))
		damage_found(self, failure->message);
}

bool damage_check(const Store *self, GError **error)
{
	return !self->damage ||
	       error_set(error, ERROR_UNAVAILABLE, "The database is damaged and is not written");
}

void damage_over(Store *self)
{
	g_autofree char *path = mark_path(self);

	if (!self->damage)
		return;
	if (g_unlink(path) != 0 && errno != ENOENT) {
		log_write(LOG_ERROR, "%s cannot be removed: %s", path, g_strerror(errno));
		return;
	}
	g_clear_pointer(&self->damage, g_free);
	checkpoint_hold(self->checkpoint, false);
	log_write(LOG_NOTICE, "The database %s is whole and is written again", self->path);
}
