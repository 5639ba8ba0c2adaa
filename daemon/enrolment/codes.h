/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codes that people type, and those of ten minutes. */
#pragma once

#include "enrolment/enrolment.h"

#define SLIP_LENGTH	     12 /* characters of an alphabet of 32: 60 bits */
#define LOCATOR_LENGTH	     4
#define DIGITS_LENGTH	     6
#define SHORT_CODE_S	     600
#define SHORT_CODE_TRIES_MAX 5 /* wrong digits that a locator lives through, the last one not */

typedef struct ShortCodes ShortCodes;

/* --- What people type: entered-code.c --- */
typedef enum { ENTERED_NOTHING, ENTERED_LINK, ENTERED_SLIP, ENTERED_SHORT } EnteredKind;

typedef struct {
	EnteredKind kind;
	char link[TOKEN_LENGTH + 1];
	char slip[SLIP_LENGTH + 1];
	char locator[LOCATOR_LENGTH + 1];
	char digits[DIGITS_LENGTH + 1];
} EnteredCode;

/* A link's code, a slip's, or locator and digits, as a person types them: small letters, dashes,
 * blanks and Russian letters that look like Latin ones do not matter. */
EnteredCode entered_code_parse(const char *text);
void slip_new(char ret_code[SLIP_LENGTH + 1]);
void locator_new(char ret_code[LOCATOR_LENGTH + 1]);
void digits_new(char ret_code[DIGITS_LENGTH + 1]);
/* "ABCD-EFGH-JKLM", owned. */
char *slip_format(const char *code);

/* --- Short codes: memory alone, ten minutes: short-codes.c --- */
ShortCodes *short_codes_new(void);
void short_codes_free(ShortCodes *self);
/* The child's one before dies. */
void short_codes_make(ShortCodes *self, const char *child, int64_t now_ms,
		      char ret_locator[LOCATOR_LENGTH + 1], char ret_digits[DIGITS_LENGTH + 1]);
void short_codes_forget(ShortCodes *self, const char *child);
/* Used up when it was right; a wrong try is counted. */
bool short_codes_use(ShortCodes *self, const EnteredCode *code, int64_t now_ms, Id *ret_child);
