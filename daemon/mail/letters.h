/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the school's letters say, in Russian and English: plain text that a screen reader reads well. */
#pragma once

#include "base/error.h"

typedef struct {
	char *subject;
	char *text;
} LetterText;

void letter_text_clear(LetterText *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LetterText, letter_text_clear)

/* Each gives a text to be cleared. language: "en", else Russian. A word that is NULL takes the line
 * that needs it along; those that may not be NULL say so. */

typedef struct {
	const char *school;      /* never NULL */
	const char *name;        /* whom it lets in; never NULL */
	const char *class_name;
	const char *inviter;     /* in full: "Орлова Анна Павловна" */
	const char *link;        /* never NULL */
	const char *code;        /* with address: "ABCD-EFGH-JKLM" */
	const char *address;     /* where the code is typed */
	const char *valid_until; /* "3 декабря 2026 г."; document_format_day() of documents/ */
	const char *support;     /* the school's e-mail or phone */
} InvitationWords;
LetterText letters_invitation(const char *language, const InvitationWords *words);

typedef struct {
	const char *school; /* never NULL */
	const char *name;   /* whose access; never NULL */
	const char *when;   /* never NULL */
	const char *helper; /* who gave the code */
	const char *support;
} RecoveredWords;
LetterText letters_recovered(const char *language, const RecoveredWords *words);

typedef struct {
	const char *school; /* never NULL, as the next three */
	const char *child;
	const char *parent;
	const char *when;
	const char *teacher; /* of the child's class */
	const char *support;
} ParentLinkedWords;
LetterText letters_parent_linked(const char *language, const ParentLinkedWords *words);
