/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of consents/ share. */
#pragma once

#include "consents/consents.h"

#define CONSENT_TITLE_MAX 120  /* characters */
#define CONSENT_TEXT_MAX  8000
#define CONSENT_KINDS_MAX 30   /* of one school */

struct Consents {
	Store *store;
	Events *events;
	People *people;
	School *school;
	Documents *documents;
};

typedef struct {
	Id id;
	char *purpose;
	bool for_pupils;
	bool required;
	bool enabled;
	int64_t version;     /* 0: as the program has it, nobody has seen it yet */
	int64_t counts_from; /* older ones are no yes any more */
	char *title;
	char *text;
} ConsentKind;

void consent_kind_free(ConsentKind *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsentKind, consent_kind_free)

/* Those of the school and the program's own that the school has not changed; owned. */
GPtrArray *kinds_load(Consents *self, GError **error);
/* One of them, owned; NOT_FOUND. */
ConsentKind *kinds_find(Consents *self, const char *id, GError **error);

/* What the program offers: owned ConsentKinds, their texts with the school's name. */
GPtrArray *kinds_default(const char *school_name);

typedef struct { /* what an administrator writes */
	const char *purpose; /* a slug */
	const char *title;
	const char *text;
	bool for_pupils;
	bool required;
	bool enabled;
	bool ask_again; /* consents to older texts do not count any more */
} KindChange;

/* id NULL: a new one. Its text and title as before are no new version. */
bool kinds_set(Consents *self, const Actor *actor, const char *id, const KindChange *change,
               Id *ret_id, GError **error);
bool kinds_append(Consents *self, const Actor *actor, const ConsentKind *kind, GError **error);

extern const EventKind CONSENTS_EVENTS[];
void consents_follow(Consents *self); /* what becomes of them when two accounts become one */
extern const PersonData CONSENTS_DATA;

/* version: the one that was read; CONFLICT consent-text-changed. */
bool consents_give_version(Consents *self, const Actor *actor, const char *kind,
                           const char *subject, int64_t version, GError **error);

/* Answers, owned. */
bool get_consents_paper(void *room, Request *request, GError **error); /* consents-paper.c */
json_t *consents_kinds_json(Consents *self, GError **error);
json_t *consents_kind_json(Consents *self, const ConsentKind *kind, GError **error);
json_t *consents_person_json(Consents *self, const Actor *actor, const char *subject,
                             GError **error);
