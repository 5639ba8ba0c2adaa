/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A person's end here, and one account instead of two. Part of people.h; privacy/ uses it. */
#pragma once

/* In a turn: from here on nobody sees or is this person: no names, no login, no roles, no family, no
 * way in; the skeleton stays. What the rooms still keep goes by store_erase_person(). NOT_FOUND;
 * CONFLICT last-administrator. Erased already: fine. reason: why, without a name. */
bool people_begin_erasure(People *self, const Actor *actor, const char *person, const char *reason,
                          GError **error);
bool people_exists(People *self, const char *person); /* also when erased */
bool people_is_erased(People *self, const char *person);

/* In a turn: `from` has become `into`, in every room; its sessions and ways in end. NOT_FOUND;
 * CONFLICT merge-roles: a pupil and somebody who is none, merge-family: parent and child,
 * too-many-parents, and what other rooms say. */
bool people_merge(People *self, const Actor *actor, const char *from, const char *into,
                  GError **error);
/* Ids of those who became this person; owned. */
GPtrArray *people_merged_into(People *self, const char *person, GError **error);

extern const Migration ERASURE_MIGRATION;
