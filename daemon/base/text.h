/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Text that people wrote: lengths in characters, blanks, names to slugs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Code points in valid UTF-8. */
size_t text_length(const char *text);

/* Nothing but white space and invisible format characters. */
bool text_is_blank(const char *text);

/* Neither breaks of lines, nor control characters (a terminal obeys them), nor signs that turn the
 * direction of what stands beside it. */
bool text_is_one_line(const char *text);

/* A copy without white space at both ends; a CR LF becomes LF. */
char *text_trim(const char *text);

/* A copy of at most `characters` code points, with an ellipsis if something was cut. */
char *text_shorten(const char *text, size_t characters);

/* A copy for searching and comparing: case-folded, NFC, ё as е. */
char *text_fold(const char *text);

/* Latin letters, digits and single dashes, 1 to size-1 characters (GOST 7.79-2000 system B
 * without its apostrophes): «Кабинет 12» → "kabinet-12"; "x" if nothing is left. */
char *text_slug(const char *text, size_t size);

/* A day that was or will be, as "2014-05-31" (ISO 8601), from 1900 on. */
bool text_is_date(const char *text);

typedef struct {
	const char *name;  /* "school" stands as {school}; NULL ends a list */
	const char *value; /* NULL: there is none, and a line that needs it is left out */
} TextWord;

/* A copy of the text with its words put in. An unknown word is a bug. Where lines were left out, no
 * more than one stays empty. */
char *text_fill(const char *text, const TextWord words[]);
