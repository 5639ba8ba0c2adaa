/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sentences in the two languages of a school's console, side by side. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	const char *en;
	const char *ru;
} Text;

/* Does the locale ask for Russian (LC_ALL, LC_MESSAGES, LANG and LANGUAGE, in their order)? */
bool phrase_is_russian(void);

/* The one in the locale's language; both are formats of the same arguments, which the compiler
 * checks. */
const char *phrase(const char *en, const char *ru) G_GNUC_FORMAT(1) G_GNUC_FORMAT(2);
const char *phrase_of(const Text *text);

/* Prints the text and blanks up to a width in characters, at least two behind it. */
void phrase_pad(const char *text, glong width);
