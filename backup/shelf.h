/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A folder of copies: one file a night, and packs of pieces that several nights share.
 *
 *	urok-20270114T021005123.backup   what there is and where (age)
 *	packs/ID.pack                    pieces, one behind the other (age)
 *	erasures.jsonl                   whom a restored school must forget */
#pragma once

#include "crypt.h"
#include "night.h"
#include "work.h"

#define HALF_PREFIX ".half-"
#define LEDGER_NAME "erasures.jsonl"
#define PROOFS_NAME "proofs.json" /* {name of a copy: {"at", "ok"}}: a hint, which rights never hang on */

/* Names of the copies, the newest first; owned. NULL: the folder cannot be read. */
char **shelf_list(const char *folder, GError **error);
char *shelf_new_name(void);
char *shelf_pack_path(const char *folder, const Pack *pack);

/* The whole description; its last byte is to be trusted. */
Night *shelf_read(const char *path, int key_fd, GError **error);
/* Its first line alone: the rest is not looked at. */
json_t *shelf_read_head(const char *path, int key_fd, GError **error);
/* pair: who signs it. */
bool shelf_write(const char *path, Night *night, const char *const recipients[],
                 const SignPair *pair, GError **error);

/* Who made it? FORBIDDEN with a sentence unless this server did; wanted: the mark of another that is
 * as good ("none": nobody signed it), or NULL. lives: there is a school here; where none lives (a
 * fresh urokd has a key already) anybody is good, and only a wrong `wanted` is refused. */
bool shelf_check_maker(Work *work, const Night *night, const char *wanted, bool lives, GError **error);
/* The mark of who signed; "none". */
void shelf_mark(const Night *night, char ret_mark[MAKER_MARK_SIZE]);
SignPair *shelf_pair(Work *work, GError **error); /* of this server; owned, to be wiped by pair_free() */
void pair_free(SignPair *pair);

/* Is each pack there, as long as it should be? */
bool shelf_check_packs(const char *folder, const Night *night, GError **error);
/* What a run that was killed left half. */
void shelf_sweep(const char *folder);
/* What is known of the proofs of the copies that are there. */
json_t *shelf_proofs(const char *folder);
bool shelf_is_proven(const json_t *proofs, const char *name);
bool shelf_note_proof(const char *folder, const char *name, bool ok, GError **error);

/* Which of these copies (names, the newest first) are not past their time? By each the array says true. */
void shelf_choose(char **names, const json_t *proofs, bool kept[]);
/* Removes copies that are past their time: of each of the last 7 days eight stay, of each of 4 weeks and 6 months
 * one: the newest that were proven, then the newest that no proof has refused. One that a proof has refused stays
 * where the period has no other. The newest of all stays too, and the newest that was proven. Then packs that none
 * needs. A copy that cannot be read keeps all packs. */
bool shelf_prune(Work *work, int key_fd, GError **error);

/* The box's own key, made if it is not there yet. */
int shelf_box_key(Work *work, bool make, GError **error);
/* Who may open a copy: the box, and the school's recovery key once it was printed. */
char **shelf_recipients(Work *work, int box_key, bool *ret_recovery, GError **error);
