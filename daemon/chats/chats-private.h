/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the chats share. */
#pragma once

#include "chats/chats.h"
#include "chats/tempo.h"

struct Chats {
	Store *store;
	Events *events;
	Http *http;
	People *people;
	Classes *classes;
	GHashTable *paces; /* person → Pace: who has marked as read just now */
	Tempo *tempo;
};

/* What somebody may in a chat that people make; of others it is always the first. */
typedef enum { PART_MEMBER, PART_WRITER, PART_MODERATOR, PART_OWNER } Part;

/* Somebody in a chat. */
typedef struct {
	int64_t chat_key;
	int64_t person_key;
	ChatKind kind;
	Id class_id; /* "" for the staff's */
	Hlc joined;  /* sees messages from here on */
	Part part;
	Id other; /* the other one of two; else "" */
	bool over; /* a school year after that of its class has begun */
} Membership;

/* Where a message stands in the order that people see. Within one origin hlc alone orders. */
typedef struct {
	Hlc hlc;
	Id origin;
	int64_t origin_seq;
} Place;

/* The first 63 bits of an origin's id: as numbers they order as the ids' texts do. */
int64_t origin_order(const Id *origin);

typedef struct {
	Place place;
	Id author;
	char *text;     /* NULL: deleted */
	char *reply_to; /* NULL: none */
} Message;

void message_clear(Message *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Message, message_clear)

/* Binds :today. */
void chats_bind_today(Chats *self, Query *query);
/* The row of a chat that a class, or with class_id NULL the staff, has of itself. */
bool chats_add_own(Chats *self, ChatKind kind, const char *class_id, GError **error);

/* The rules. Who is not in the chat, and a message from before the joining: NOT_FOUND. */
bool chats_check_member(Chats *self, const Actor *actor, const char *chat, Membership *ret_member,
                        GError **error);
bool chats_check_message(Chats *self, const Membership *member, const char *message,
                         Message *ret_message, GError **error);
bool chats_check_author(const Message *message, const Actor *actor, GError **error);
bool chats_check_moderator(Chats *self, const Membership *member, const Message *message,
                           const Actor *actor, GError **error);
bool chats_edit(Chats *self, const Actor *author, const char *chat, const char *message,
                const char *text, GError **error);
bool chats_delete(Chats *self, const Actor *actor, const char *chat, const char *message,
                  GError **error);

/* Where a pupil writes, what is changed or deleted is kept sealed for a while. */
bool chats_keep_sealed(Chats *self, const Membership *member, const char *message,
                       const char *text, GError **error);

bool chats_remove_past_sealed(Chats *self, GError **error); /* but for what is held */
/* Nobody floods a chat and the log: BUSY with the time to wait. */
bool chats_check_tempo(Chats *self, const Actor *author, GError **error);

/* The log's side: messages' own kinds, and the follower of classes and people. */
void chats_add_kinds(Chats *self);
void chats_add_register(Chats *self);
void chats_add_contests(Chats *self); /* chats-contests.c */
void chats_follow(Chats *self);
void chats_follow_merges(Chats *self);
bool chats_follow_promotion(Chats *self, const Event *event, GError **error); /* chats-years.c */
extern const PersonData CHATS_DATA; /* chats-person.c */

/* Marks, in chats-read.c. A person's are written at most every 2 s: what comes earlier is held
 * until then, together with its request. True when the mark may be written now. */
bool chats_pace(Chats *self, const Actor *reader);
bool chats_hold_mark(Chats *self, Request *request, const char *chat, const char *message,
                     Handler write, GError **error);
void pace_free(void *pace); /* writes what it holds */

/* Cursors: base64url of "hlc.origin.origin_seq". parse: INVALID bad-cursor with the field. */
char *place_format(const Place *self);
bool place_parse(const char *cursor, const char *field, Place *ret_place, GError **error);

#include "chats/chats-families.h"
#include "chats/chats-made.h"
