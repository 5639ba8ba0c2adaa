/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Parents in groups. Part of chats-private.h. */
#pragma once

/* FORBIDDEN foreign-parent: among these people (ids) is a pupil, and a parent of none of them. */
bool chats_check_families(Chats *self, const GPtrArray *people, GError **error);
bool chats_check_joins_families(Chats *self, const char *chat, const char *person, GError **error);
/* For apply: out of the groups where pupils are, but no child of this parent; of a child's parents. */
bool chats_leave_without_child(Chats *self, const char *parent, GError **error);
bool chats_leave_with_child(Chats *self, const char *child, GError **error);
