/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the chats share about chats that people make; by chats-private.h. */
#pragma once

#define MADE_CHATS_MAX            500 /* chats of two and groups that one person is in */
#define OWNED_GROUPS_MAX          100 /* of one person */
#define GROUP_MEMBERS_MAX         300
#define CHANNELS_MAX              50 /* of the school */
#define CHANNEL_CLASSES_MAX       100
#define CHANNEL_WRITERS_MAX       50
#define CHAT_TITLE_CHARACTERS_MAX 80
#define CHAT_ABOUT_CHARACTERS_MAX 300

/* May this member write there today? FORBIDDEN chat-read-only, channel-read-only. */
bool chats_check_writer(Chats *self, const Actor *actor, const Membership *member, GError **error);
bool chats_is_pupil_in(Chats *self, const Membership *member);
bool chats_check_room_for(Chats *self, const char *person, GError **error); /* too-many-chats */

void chats_add_made_kinds(Chats *self);
void chats_add_group_kinds(Chats *self);

/* One row of who is in a chat; one that is there stays as it is. Tells the person. */
typedef struct {
	const char *chat;
	const char *person;
	Hlc joined;
	Part part;
	unsigned let_in_by;
} NewMember;
bool chats_add_member_row(Chats *self, const NewMember *member, GError **error);
bool chats_remove_member_row(Chats *self, const char *chat, const char *person, GError **error);
/* Makes this one membership what the rows of classes, people and the chat say. */
bool chats_follow_member(Chats *self, const char *chat, const char *who, Hlc now, GError **error);
void chats_tell_person(Chats *self, const char *chat, const char *person, bool in);
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

/* --- Groups; the rules --- */

typedef struct {
	const char *title;
	const char *about;     /* NULL: none */
	const json_t *members; /* ids */
} NewGroup;

/* FORBIDDEN: not of the staff; may-not-write: a pupil whom the maker may not write to. NOT_FOUND:
 * somebody whom the maker may not find. INVALID too-many-members, CONFLICT too-many-chats. */
bool chats_add_group(Chats *self, const Actor *actor, const NewGroup *group, Id *ret_chat,
                     GError **error);
/* May change the chat: a group's owner and moderators, a channel's administrators. FORBIDDEN. */
bool chats_check_manager(Chats *self, const Actor *actor, const Membership *member, GError **error);
/* Takes somebody in, or changes their part; an owner who makes another one stays a moderator. */
bool chats_put_member(Chats *self, const Actor *actor, const char *chat, const char *person,
                      Part part, GError **error);
bool chats_remove_member(Chats *self, const Actor *actor, const char *chat, const char *person,
                         GError **error); /* oneself: leaves */
bool chats_may_return(Chats *self, const Actor *actor, const char *chat, const char *person);
bool chats_close(Chats *self, const Actor *actor, const char *chat, GError **error);

bool chats_check_title(const char *title, char **ret_title, GError **error);
bool chats_check_about(const char *about, GError **error);
/* Appends what somebody may in it; `chat` is of people's making. */
bool chats_set_part(Chats *self, const Actor *actor, const char *chat, const char *person, Part part,
                    GError **error);

/* --- Channels --- */

typedef enum { READ_BY_STAFF = 1 << 0, READ_BY_PARENTS = 1 << 1, READ_BY_PUPILS = 1 << 2 } Readers;

typedef struct {
	const char *title;
	const char *about;     /* NULL: none */
	unsigned readers;      /* of Readers */
	json_t *classes;       /* ids: whose parents and pupils; an empty array: all */
} Channel;

/* Administrators. writers: ids of the staff. CONFLICT too-many-chats. */
bool chats_add_channel(Chats *self, const Actor *actor, const Channel *channel,
                       const json_t *writers, Id *ret_chat, GError **error);
bool chats_change_channel(Chats *self, const Actor *actor, const char *chat, const Channel *channel,
                          GError **error);
/* Whichever it is; of a group readers and classes stay 0 and NULL. */
bool chats_change(Chats *self, const Actor *actor, const char *chat, const Channel *change,
                  GError **error);
bool chats_read_audience(const json_t *list, unsigned *ret_readers, GError **error);

/* For apply: classes and members are what the event and today's rows say. */
bool chats_fill_channel(Chats *self, const Event *event, GError **error);
bool chats_follow_channels(Chats *self, const char *person, Hlc now, GError **error);
bool chats_drop_lost_parts(Chats *self, const char *person, GError **error);
