/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The class 5А with its people, and what they do in their chats. */
#pragma once

#include "rooms.h"

typedef struct {
	Rooms *rooms;
	Id year;
	Id class_id;
	Id admin;
	Id teacher;  /* class teacher of 5А */
	Id subject;  /* teaches 5А too */
	Id stranger; /* a teacher who does not */
	Id sonya;
	Id dima;
	Id mother; /* Sonya's */
	Id staff_chat;
	Id pupils_chat;
	Id parents_chat;
} Fifth;

Fifth *fifth_new(void);
void fifth_free(Fifth *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fifth, fifth_free)

Actor actor_of(Rooms *rooms, const Id *person);

/* Each in a turn of its own; a failure fails the test. */
Id add_person(Rooms *rooms, const char *family_name, unsigned roles);
Id add_class(Fifth *self, int grade, const char *letter);
void add_member(Fifth *self, const Id *class_id, const Id *person, MemberAs as);
void remove_member(Fifth *self, const Id *class_id, const Id *person);
void link_parent(Fifth *self, const Id *child, const Id *parent);

Id post(Fifth *self, const Id *author, const Id *chat, const char *text);
Id reply(Fifth *self, const Id *author, const Id *chat, const char *text, const Id *reply_to);
void edit(Fifth *self, const Id *author, const Id *chat, const Id *message, const char *text);
void delete_it(Fifth *self, const Id *actor, const Id *chat, const Id *message);
void mark(Fifth *self, const Id *reader, const Id *chat, const Id *message);

/* What a page gets: the path is printf-like; 200 is expected. */
Answer get(Fifth *self, const Id *person, const char *format, ...) G_GNUC_PRINTF(3, 4);
void assert_refused(Fifth *self, const Id *person, const char *method, const char *path,
                    const char *body, unsigned status, const char *reason);
char *chat_path(const Id *chat, const char *rest);
int64_t unread_of(Fifth *self, const Id *person, const Id *chat);
bool is_in(Fifth *self, const Id *person, const Id *chat);
/* The texts of a page, joined by "|"; a deleted one is "-". */
char *texts_of(const Answer *page);
