/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chats that make themselves, messages, read marks. */
#pragma once

#include "classes/classes.h"

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
extern const Route CHATS_ROUTES[];

/* Gates: "chat-member" (path parameter :chat; else NOT_FOUND). */

typedef enum { CHAT_STAFF, CHAT_CLASS_PUPILS, CHAT_CLASS_PARENTS } ChatKind;

/* The chat that a class (or with class_id NULL the staff) has of itself: derived, the same on
 * every replica. */
Id chats_id_of(ChatKind kind, const char *class_id);

bool chats_post(Chats *self, const Actor *author, const char *chat, const char *text,
                const char *reply_to, const char *client_id, Id *ret_message, GError **error);
bool chats_mark_read(Chats *self, const Actor *reader, const char *chat, const char *message,
                     GError **error);
