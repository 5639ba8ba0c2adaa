/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the school hands out to parents and pupils: a memo with its own name, address and helpers. */
#pragma once

#include "documents/documents.h"
#include "school/school.h"

typedef struct Memos Memos;

/* Borrowed. origin: where the school's pages are, "https://school17.example". */
Memos *memos_new(Documents *documents, School *school, const char *origin);
void memos_free(Memos *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Memos, memos_free)

extern const Route MEMOS_ROUTES[]; /* GET /api/v1/memos/parents.pdf, pupils.pdf ?language= */
