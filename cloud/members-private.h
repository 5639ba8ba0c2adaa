/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The directory's insides: a question on its way, and the words that it came with. */
#pragma once

#include "members.h"

#define LOCATOR_DIGITS 6
#define CODE_DIGITS    12
#define NAME_MAX_CHARS 200

typedef struct {
	int64_t since_ms;
	unsigned wrong;
} Tries;

struct Members {
	Postgres *postgres;
	const Settings *settings;
	uint8_t card_key[SEAL_KEY_SIZE];
	uint8_t code_key[SEAL_KEY_SIZE];
	GHashTable *tries;     /* school → Tries: of this instance, which holds the school */
	GHashTable *questions; /* set of those that are asked */
};

typedef struct {
	Members *members; /* NULL: it is gone */
	char *school;
	char *person;
	DirectoryAnswered answered;
	void *data;
	json_t *body;
	char code[CODE_DIGITS + 1];
	int tried;
	GError *failure; /* known before anybody was asked */
} Question;

typedef struct {
	const char *name;
	json_t *card;
	const char *code; /* NULL: none was to be given */
	const char *person;
	bool pupil;
} Words;

void question_answer(Question *self, const json_t *body, const GError *failure); /* frees it */
/* A statement's row whose first column is a word: nothing, or why not. */
void question_on_outcome(void *question, const Answer *rows, const GError *failure);

/* members-cards.c: what a school tells of its side. */
bool card_check(const json_t *card, const char **ret_person, bool *ret_pupil, GError **error);
char *card_seal(const Members *self, const char *school, const json_t *card);
json_t *card_open(const Members *self, const char *school, const char *sealed); /* NULL: not of it */
bool words_read(const json_t *body, Words *ret, bool with_code, GError **error);
const char *words_boolean(bool value);

/* members-codes.c: a code is made, and typed. */
bool codes_start_make(Question *question, GError **error);
bool codes_start_use(Question *question, GError **error);
