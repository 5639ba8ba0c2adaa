/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chats that make themselves, chats that people make, messages, read marks. */
#pragma once

#include "classes/classes.h"
#include "privacy/privacy.h"

typedef struct Chats Chats;

#define MESSAGE_CHARACTERS_MAX 4000

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	People *people;
	Classes *classes;
	unsigned messages_a_minute; /* written or changed by one person; 0: any number */
} ChatsOptions;

Chats *chats_new(const ChatsOptions *options); /* adds kinds, followers, audience, gates */
void chats_set_tempo(Chats *self, unsigned messages_a_minute);
void chats_free(Chats *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Chats, chats_free)

extern const Migration CHATS_MIGRATION;
extern const Migration CHATS_MADE_MIGRATION;
extern const Migration READ_REGISTER_MIGRATION;
extern const Migration CHATS_ERASURE_MIGRATION;
extern const Migration CHATS_MERGED_MIGRATION;
extern const Migration CHATS_RETENTION_MIGRATION; /* after privacy's */
extern const Keeping CHATS_KEEPING; /* for privacy_set_keeping(), with a Chats as the room */
extern const Route CHATS_KEPT_ROUTES[];
extern const Route CHATS_ROUTES[];
extern const Route MESSAGES_ROUTES[];
extern const Migration COMPLAINTS_MIGRATION;
extern const Migration COMPLAINTS_EVENTS_MIGRATION;
extern const Route COMPLAINTS_ROUTES[];
extern const Route CHATS_MADE_ROUTES[]; /* for the same room: what makes and changes chats */

/* Gates: "chat-member" (path parameter :chat; else NOT_FOUND), "complaint-handler" (:complaint). */

typedef enum {
	CHAT_STAFF,
	CHAT_CLASS_PUPILS,
	CHAT_CLASS_PARENTS,
	CHAT_DIRECT, /* of two; from here on people make them */
	CHAT_GROUP,
	CHAT_CHANNEL,
} ChatKind;

/* The chat that a class (or with class_id NULL the staff) has of itself: derived, the same on
 * every replica. */
Id chats_id_of(ChatKind kind, const char *class_id);

/* The chat of two; one a pair, whoever of them asks. */
Id chats_id_of_pair(const char *person, const char *other);

/* Opens the chat with somebody, or finds it. NOT_FOUND: whom one may not see. FORBIDDEN
 * may-not-write. CONFLICT too-many-chats. */
bool chats_open(Chats *self, const Actor *actor, const char *with, Id *ret_chat, GError **error);

/* What an administrator may call it; owned. NULL: there is none such, or it is of two people. */
char *chats_dup_title(Chats *self, const char *chat);

/* Of a pair in the conflict journal: what this administrator may give back to whoever wrote, as things
 * are now: "member" of the group, "access" to the school. NULL: nothing, or it is back. */
const char *chats_find_way_back(Chats *self, const Actor *reader, const char *how, const Event *lost);

/* FORBIDDEN chat-read-only, channel-read-only: reading is all that is left, or was ever given. */
bool chats_post(Chats *self, const Actor *author, const char *chat, const char *text,
                const char *reply_to, const char *client_id, Id *ret_message, GError **error);
bool chats_mark_read(Chats *self, const Actor *reader, const char *chat, const char *message,
                     GError **error);
