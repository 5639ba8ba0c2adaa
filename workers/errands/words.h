/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Words of an e-mail's head, which is ASCII whatever people are called. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* As encoded words in UTF-8, base64 (RFC 2047 §2 and §4.1), folded where it is long; what is plain
 * ASCII without anything special stays as it is. No line break or control character survives. */
char *words_encode(const char *text);
char *words_format_date(GDateTime *when); /* the whole header line, RFC 5322 §3.3; owned */

/* name@host of visible ASCII without anything that a mail server could take for its own. */
bool words_is_address(const char *text);
bool words_is_host(const char *text);
