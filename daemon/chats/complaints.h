/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of complaints share. */
#pragma once

#include "chats/chats-private.h"

#define COMPLAINT_WORDS_CHARACTERS_MAX 1000
#define OPEN_COMPLAINTS_MAX            20 /* of one person */
#define OPENED_DAYS                    7

/* What judging needs of a complaint. */
typedef struct {
	int64_t key;
	int64_t chat_key;
	Id chat;
	Id class_id; /* "" for none */
	Id message;
	Id author;
	Hlc hlc; /* of the message */
	char *text; /* NULL: deleted */
	bool decided;
	ChatKind kind;
} Complaint;

void complaint_clear(Complaint *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Complaint, complaint_clear)

/* Who may not handle it does not learn that there is one: NOT_FOUND. */
bool complaints_check_handler(Chats *self, const Actor *actor, const char *id, Complaint *ret,
                              GError **error);

/* A second one of the same person about the same message is the first. */
typedef struct {
	const char *reason; /* one of a list; see the contract */
	const char *words;  /* NULL: none */
} NewComplaint;
bool complaints_add(Chats *self, const Actor *actor, const char *chat, const char *message,
                    const NewComplaint *complaint, Id *ret_id, GError **error);
/* "kept", or "removed": the message goes. CONFLICT: it is decided. */
bool complaints_decide(Chats *self, const Actor *actor, const char *id, const char *decision,
                       const char *words, GError **error);
/* Administrators. Another one than who asked confirms, else FORBIDDEN second-person. */
bool complaints_ask_opening(Chats *self, const Actor *actor, const char *id, const char *reason,
                            GError **error);
bool complaints_confirm_opening(Chats *self, const Actor *actor, const char *id,
                                const char *opening, GError **error);
/* FORBIDDEN not-opened: the chat is not open to this person. */
bool complaints_check_opened(Chats *self, const Actor *actor, const Complaint *complaint,
                             GError **error);
/* The texts of a message before it was changed or deleted; owned. */
json_t *complaints_unseal(Chats *self, const char *message, GError **error);

void complaints_add_kinds(Chats *self);
void complaints_add_gates(Chats *self);
