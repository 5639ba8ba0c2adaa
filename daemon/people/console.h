/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the console and the school's box may do with accounts, and what a new configuration changes.
 * Part of people.h. */
#pragma once

/* A one-time sign-in link's code (secret, never logged); NOT_FOUND: no such login. */
char *people_new_sign_in_code(People *self, const char *login, int64_t lifetime_s,
			      char **ret_display_name, GError **error);

/* In a turn: a one-time code (secret) of somebody whom the school's box vouches for; their password
 * and sessions here end. NOT_FOUND; FORBIDDEN blocked. */
char *people_new_entry_code(People *self, const char *person, int64_t lifetime_s, GError **error);

/* Owned; NOT_FOUND with the field login. */
char *people_dup_id_of_login(People *self, const char *login, GError **error);

/* For sessions from now on, and for those that are touched. */
void people_set_session_limits(People *self, int64_t shared_idle_s, int64_t own_device_s);

/* How many people there are at most: those who were ever added. */
bool people_count_most(People *self, int64_t *ret_count, GError **error);
