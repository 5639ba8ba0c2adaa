/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the chats share about chats that people make; by chats-private.h. */
#pragma once

#define MADE_CHATS_MAX 500 /* chats of two and groups that one person is in */

/* May this member write there today? FORBIDDEN chat-read-only, channel-read-only. */
bool chats_check_writer(Chats *self, const Actor *actor, const Membership *member, GError **error);
bool chats_is_pupil_in(Chats *self, const Membership *member);
bool chats_check_room_for(Chats *self, const char *person, GError **error); /* too-many-chats */

void chats_add_made_kinds(Chats *self);

/* One row of who is in a chat; ret_changed: there was none. Tells the person. */
typedef struct {
	const char *chat;
	const char *person;
	Hlc joined;
	Part part;
	unsigned let_in_by;
} NewMember;
bool chats_add_member_row(Chats *self, const NewMember *member, GError **error);
bool chats_remove_member_row(Chats *self, const char *chat, const char *person, GError **error);
/* The two of a chat of two are in it from its first message on. */
bool chats_follow_pair(Chats *self, int64_t chat_key, const char *chat, GError **error);

/* Opens `Chat` of the list's row: what hangs on the rules, and the end. */
char *chats_row_to_json(Chats *self, const Actor *reader, Query *query);
/* {items, more}: whom one may write to, or (for_group) take into a group; by the beginning of a name
 * or, NULL, of those that one has to do with. Owned. */
char *chats_find_correspondents(Chats *self, const Actor *actor, const char *search, bool for_group,
                                GError **error);
/* Answers with the chat as who asks sees it. */
bool chats_reply_chat(Chats *self, Request *request, unsigned status, const char *chat,
                      GError **error);
