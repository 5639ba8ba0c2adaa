/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the ways in to the chats share. */
#pragma once

#include "chats/chats-private.h"

/* What :chat names; the gate has judged, this finds the keys again. */
bool chats_find_asked(Chats *self, Request *request, const char **ret_chat, Membership *ret_member,
                      GError **error);
bool chats_check_no_query(const Request *request, GError **error);

/* A list in JSON whose rows are JSON already: they are copied once, into the reply. */
GString *items_new(void); /* {"items":[ */
void items_add(GString *items, const char *json);

/* All rows of a query whose first column is JSON. */
bool items_add_rows(GString *items, Query *query, GError **error);

/* Behind the list: ,"name":"cursor", or null. */
void items_add_cursor(GString *items, const char *name, const char *cursor);
