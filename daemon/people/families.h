/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who is whose parent. Part of people.h. */
#pragma once

/* Makes the parent one by role. CONFLICT: two already; INVALID: itself, or a pupil as parent. */
bool people_link_parent(People *self, const Actor *actor, const char *child, const char *parent,
			GError **error);
/* The same; the reason stays in the log. */
bool people_link_parent_by_hand(People *self, const Actor *actor, const char *child,
				const char *parent, const char *reason, GError **error);
bool people_unlink_parent(People *self, const Actor *actor, const char *child, const char *parent,
			  GError **error);

/* How many parents a child may have; without it, or for most, two. */
void people_set_parents_most(People *self, unsigned (*most)(void *room, const char *child),
			     void *room);
bool people_has_room_for_parent(People *self, const char *child);
bool people_is_parent_of(People *self, const char *parent, const char *child);
GPtrArray *people_parents(People *self, const char *child, GError **error); /* ids, owned */
GPtrArray *people_children(People *self, const char *parent, GError **error);
