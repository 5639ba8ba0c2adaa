/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The command line, read by the table. */
#pragma once

#include "table.h"

/* Takes the options out and leaves the words (owned, may be NULL). False: an error in a sentence;
 * nothing else happened. */
bool arguments_read(int argc, char **argv, Options *ret_options, char ***ret_words, GError **error);
void arguments_clear(Options *options);

/* Only options that the command takes, and as many words as it wants. */
bool arguments_check(const Command *command, const Options *options, guint words, GError **error);
