/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What somebody may ask of the school about their own data: a copy, an end, one account instead of
 * two; and what the school owes when data got into wrong hands. Reaches all rooms by PersonData. */
#pragma once

#include "people/people.h"

typedef struct Privacy Privacy;

typedef struct {
	Store *store;
	Events *events;
	People *people;
	const char *data_directory; /* holds the ledger of erasures: erasures.jsonl, 0600 */
} PrivacyOptions;

Privacy *privacy_new(const PrivacyOptions *options);
/* Once, after events_open(), before anybody is served: erases again whom the ledger names and the
 * database still knows, which is so after a crash and after the restore of an older copy. */
bool privacy_start(Privacy *self, GError **error);
void privacy_free(Privacy *self); /* before the store */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Privacy, privacy_free)

extern const Migration PRIVACY_MIGRATION;
extern const Route PRIVACY_ROUTES[];

#include "privacy/retention.h"
