/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The instance: which schools it holds, and that it lives. */
#pragma once

#include "settings.h"

typedef struct Cloud Cloud;

/* Reaches PostgreSQL, says that it lives, takes schools from now on. Borrows the settings. */
Cloud *cloud_new(const Settings *settings, GError **error);

/* Closes every school and gives all of them back, so that another takes them at once. */
void cloud_free(Cloud *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cloud, cloud_free)

/* For the console, without an instance. A short name: letters, digits and "-", a host's label. */
bool cloud_add_school(const Settings *settings, const char *slug, GError **error);
/* Without a code and a certificate: the broker knows the box some other way. */
bool cloud_bind_box(const Settings *settings, const char *slug, const char *origin, GError **error);
char *cloud_list_schools(const Settings *settings, GError **error); /* a line each */
/* Origins of boxes with a certificate that counts, a line each: for brokers that have to know them. */
char *cloud_list_boxes(const Settings *settings, GError **error);

/* A code with which a box links itself to this school, once and within an hour. */
char *cloud_make_link_code(const Settings *settings, const char *slug, GError **error);
bool cloud_unlink(const Settings *settings, const char *slug, GError **error); /* its box's certificates end */

/* PostgreSQL was put back from a backup: no file of the turns that were lost is believed any more. */
bool cloud_note_restored(const Settings *settings, GError **error);

/* The broker's pair and what it asks clients by, in that folder (keys.h). */
bool cloud_write_broker(const Settings *settings, const char *folder, GError **error);
