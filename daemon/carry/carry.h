/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two boxes of one school without a line between them: what the other one lacks goes there on a
 * stick. urokctl has the stick and what it is sealed with; here is what goes onto it and what is
 * taken from it, a request a piece, so that people work meanwhile. One journey at a time: a newer
 * one ends the older (docs/carry.md). */
#pragma once

#include "files/files.h"
#include "pictures/pictures.h"
#include "school/school.h"
#include "sync/sync.h"

typedef struct Carry Carry;

typedef struct {
	Store *store;
	Events *events;
	Sync *sync;
	School *school;
	Files *files;
	Pictures *pictures;
	/* A copy of a linked box has its certificate too: the cloud would hear two boxes as one. */
	bool (*drop_link)(void *house, GError **error);
	void *house;
} CarryOptions;

Carry *carry_new(const CarryOptions *options); /* after sync_new(); its routes after sync_open() */
void carry_free(Carry *self);                  /* after http_free(), before sync_free() */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Carry, carry_free)

extern const Migration CARRY_MIGRATION, CARRY_JOURNEYS_MIGRATION;
extern const Route CARRY_ROUTES[];
