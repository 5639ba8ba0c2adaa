/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Invitations, as the rows of this room are made and found. */
#pragma once

#include "enrolment/codes.h"

/* --- Invitations: invitations.c --- */
typedef enum { INVITES_PERSON = 1, INVITES_TO_CLASS, INVITES_PARENT } InvitationKind;

typedef struct {
	Id id;
	InvitationKind kind;
	Id subject;
	int64_t expires_ms;
	int64_t wrong_dates;
	bool childs_own; /* of a parent's: made by the child, not by the school */
} Invitation;

/* What opens it, given once. */
typedef struct {
	Id id;
	char *link;
	char slip[SLIP_LENGTH + 1]; /* "": it has none */
	int64_t expires_ms;
} Issued;

void issued_clear(Issued *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Issued, issued_clear)

typedef struct {
	InvitationKind kind;
	const char *subject;
	int64_t lifetime_s;
	bool slip; /* with a code to type */
} NewInvitation;

/* What was out for this person or class dies; of a child's the oldest beyond PARENT_LINKS_MAX. */
bool invitations_make(Enrolment *self, const Actor *actor, const NewInvitation *wanted, Issued *ret,
		      GError **error);
/* NOT_FOUND invitation-dead in the same words, whatever became of it. The wrong entry of a code
 * that is typed is counted: BUSY codes-closed. A short code is used up, and *ret_instead the new
 * link's. */
bool invitations_find(Enrolment *self, const char *code, Invitation *ret, char **ret_instead,
		      GError **error);
/* Of this kind alone, and not by a short code. */
bool invitations_find_kind(Enrolment *self, const char *code, InvitationKind kind, Invitation *ret,
			   GError **error);
bool invitations_consume(Enrolment *self, const Id *invitation, GError **error); /* or dead */
bool invitations_revoke(Enrolment *self, InvitationKind kind, const char *subject, GError **error);
bool invitation_is_dead(GError **error); /* sets it; false */
json_t *issued_json(const Enrolment *self, const Issued *issued);
char *issued_url(const Enrolment *self, const Issued *issued);
/* {school, name?, class?, ...}: what its holder may see before anything is proved. */
json_t *invitation_look_json(Enrolment *self, const Actor *actor, const Invitation *invitation,
			     GError **error);
